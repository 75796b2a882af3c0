/** Why a simulator could not start. */

/**
 * `address`: the port is taken or not allowed · `recording`: the file to replay cannot be read, or a line of it is
 * neither a trace nor a recording · `options`: they contradict each other.
 */
export type SimulatorErrorKind = "address" | "recording" | "options"

/** A simulator could not start. */
export class SimulatorError extends Error {
  readonly _tag = "SimulatorError"
  readonly kind: SimulatorErrorKind

  constructor(kind: SimulatorErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = "SimulatorError"
    this.kind = kind
  }
}
