/** Why a session ended for good. */
import type { KeyUnavailable } from "./Key.ts"

/** The server refused the key twice in a row, and it never worked in this run. Dialing on would not help. */
export class KeyRefused {
  readonly _tag = "KeyRefused"
  readonly message: string
  readonly refusals: number

  constructor(host: string, refusals: number, detail: string) {
    this.refusals = refusals
    this.message = `${host} refused the key ${refusals} times in a row (${detail}). ` +
      "Check that it is complete and that the plan or trial has not ended"
  }
}

/** `maxAttempts` dials in a row brought nothing. */
export class FeedUnavailable {
  readonly _tag = "FeedUnavailable"
  readonly message: string
  readonly attempts: number

  constructor(host: string, attempts: number, detail: string) {
    this.attempts = attempts
    this.message = `${host} gave no data in ${attempts} ${attempts === 1 ? "attempt" : "attempts"}; the last: ${detail}`
  }
}

/** What ends a session's stream with an error. Everything else it heals. */
export type SessionError = KeyRefused | FeedUnavailable | KeyUnavailable
