/** What can go wrong between a reader and a server. */

/** A server could not be used, or not as asked; `reason` says why. */
export class ServeError extends Error {
  readonly _tag = "ServeError"
  /** What kind of failure it is. */
  readonly reason: ServeErrorReason

  constructor(reason: ServeErrorReason, message: string) {
    super(message)
    this.name = "ServeError"
    this.reason = reason
  }
}

/**
 * The kinds of a {@link ServeError}.
 *
 * `options`: the address or the filter is not valid, here or for the server · `refused`: the server wants another token ·
 * `unreachable`: no server answers, or it takes nobody more · `lost`: what came could not be read.
 */
export type ServeErrorReason = "options" | "refused" | "unreachable" | "lost"
