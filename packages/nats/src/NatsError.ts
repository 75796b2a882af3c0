/** What can go wrong between this process and NATS. */

/** A server could not be used, or not as asked; `reason` says why. */
export class NatsError extends Error {
  readonly _tag = "NatsError"
  /** What kind of failure it is. */
  readonly reason: NatsErrorReason

  constructor(reason: NatsErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = "NatsError"
    this.reason = reason
  }
}

/**
 * The kinds of a {@link NatsError}.
 *
 * `options`: the options are not valid · `unreachable`: no server answers · `refused`: the server does not accept the
 * connection, or does not permit what was asked · `no-jetstream`: the server runs without JetStream · `no-stream`: a stream
 * does not exist · `stream`: a stream exists and is not as needed · `rejected`: the server did not take a message ·
 * `fenced`: another process writes to the log.
 */
export type NatsErrorReason =
  | "options"
  | "unreachable"
  | "refused"
  | "no-jetstream"
  | "no-stream"
  | "stream"
  | "rejected"
  | "fenced"
