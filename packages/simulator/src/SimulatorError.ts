/** Why a simulator could not start, or could not carry out a call. */

/**
 * `address`: the port is taken or not allowed · `recording`: the file to replay cannot be read, or a line of it is
 * neither a trace nor a recording · `options`: they contradict each other · `faults`: a text names none, or asks of one
 * what it cannot do.
 */
export type SimulatorErrorKind = "address" | "recording" | "options" | "faults"

/** A simulator could not start, or could not carry out a call. */
export class SimulatorError extends Error {
  readonly _tag = "SimulatorError"
  readonly kind: SimulatorErrorKind

  constructor(kind: SimulatorErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = "SimulatorError"
    this.kind = kind
  }
}
