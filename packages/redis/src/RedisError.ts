/** What can go wrong between this process and Redis. */

/** A server could not be used, or not as asked; `reason` says why. */
export class RedisError extends Error {
  readonly _tag = "RedisError"
  /** What kind of failure it is. */
  readonly reason: RedisErrorReason

  constructor(reason: RedisErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "RedisError"
    this.reason = reason
  }
}

/**
 * The kinds of a {@link RedisError}.
 *
 * `options`: the options are not valid · `unreachable`: no server answers · `refused`: the server does not accept the
 * connection, or does not permit what was asked · `server`: the server is too old, or is a cluster · `full`: the server has
 * reached its limit of memory · `no-stream`: a stream does not exist, or keeps no latest records · `stream`: a key exists and
 * is not as needed · `rejected`: the server did not take what was sent · `lost`: records were removed before they were read ·
 * `fenced`: another process writes to the stream.
 */
export type RedisErrorReason =
  | "options"
  | "unreachable"
  | "refused"
  | "server"
  | "full"
  | "no-stream"
  | "stream"
  | "rejected"
  | "lost"
  | "fenced"
