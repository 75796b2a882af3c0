/** The errors that end a session. */
import type { KeyUnavailable } from "../key/Key.ts"

/** The server refused the key twice in a row, and it never worked in this run. */
export class KeyRefused extends Error {
  readonly _tag = "KeyRefused"
  override readonly name: string = "KeyRefused"
  readonly refusals: number

  constructor(host: string, refusals: number, detail: string) {
    super(
      `${host} refused the key ${refusals} times in a row (${detail}). ` +
        "Check that the key is complete and that the plan or trial has not ended",
    )
    this.refusals = refusals
  }
}

/** `maxAttempts` attempts in a row brought no data. */
export class FeedUnavailable extends Error {
  readonly _tag = "FeedUnavailable"
  override readonly name: string = "FeedUnavailable"
  readonly attempts: number

  constructor(host: string, attempts: number, detail: string) {
    super(
      `No data from ${host} in ${attempts} ${attempts === 1 ? "attempt" : "attempts"}. The last one: ${detail}`,
    )
    this.attempts = attempts
  }
}

/** Two connections in a row ended with a frame above the transport's size limit. */
export class FrameTooLarge extends Error {
  readonly _tag = "FrameTooLarge"
  override readonly name: string = "FrameTooLarge"

  constructor(host: string, times: number, detail: string) {
    super(
      `Cannot read the feed: ${host} sent a frame that is too large on ${times} connections in a row (${detail}). ` +
        "Narrow the filters, or give the process more memory (Node: --max-old-space-size; the limit is an eighth of it)",
    )
  }
}

/** The errors of a session's stream. After anything else the session connects again. */
export type SessionError = KeyRefused | FeedUnavailable | KeyUnavailable | FrameTooLarge
