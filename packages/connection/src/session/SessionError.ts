/** Why a session ended for good. */
import type { KeyUnavailable } from "../key/Key.ts"

/** The server refused the key twice in a row, and it never worked in this run. Dialing on would not help. */
export class KeyRefused extends Error {
  readonly _tag = "KeyRefused"
  override readonly name: string = "KeyRefused"
  readonly refusals: number

  constructor(host: string, refusals: number, detail: string) {
    super(
      `${host} refused the key ${refusals} times in a row (${detail}). ` +
        "Check that it is complete and that the plan or trial has not ended",
    )
    this.refusals = refusals
  }
}

/** `maxAttempts` dials in a row brought nothing. */
export class FeedUnavailable extends Error {
  readonly _tag = "FeedUnavailable"
  override readonly name: string = "FeedUnavailable"
  readonly attempts: number

  constructor(host: string, attempts: number, detail: string) {
    super(
      `${host} gave no data in ${attempts} ${attempts === 1 ? "attempt" : "attempts"}; the last: ${detail}`,
    )
    this.attempts = attempts
  }
}

/** Two connections in a row ended with a frame larger than the transport takes. Dialing on would not help. */
export class FrameTooLarge extends Error {
  readonly _tag = "FrameTooLarge"
  override readonly name: string = "FrameTooLarge"

  constructor(host: string, times: number, detail: string) {
    super(
      `Cannot read the feed: ${host} sent a frame that is too large on ${times} connections in a row (${detail}). ` +
        "Ask for less with filters, or give the process more memory (Node: --max-old-space-size; an eighth of it is taken)",
    )
  }
}

/** What ends a session's stream with an error. Everything else it heals. */
export type SessionError = KeyRefused | FeedUnavailable | KeyUnavailable | FrameTooLarge
