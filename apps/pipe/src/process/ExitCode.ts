/** The exit codes of the command, after sysexits(3) where it has a word for it, and the errors that lead to them. */

/** The exit codes; 130 and 143 (128 and the signal) mean a second signal forced the end. */
export const ExitCode = {
  /** Signal and drained, reader gone, or the asked-for amount reached. */
  clean: 0,
  bug: 1,
  usage: 64,
  /** A recording that cannot be read. */
  badInput: 65,
  feedUnavailable: 69,
  /** One turn of the event loop did not end: an expression or a plug-in that works for ever. */
  stuck: 70,
  sinkFailed: 74,
  undelivered: 75,
  /** `verify` found differences. */
  different: 76,
  keyRefused: 77,
  /** The configuration has mistakes. */
  badConfiguration: 78,
  /** A SIGHUP ended the run, after everything was delivered: 128 and the signal, as a shell has it. */
  hungUp: 129,
} as const

/** One of {@link ExitCode}. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** An end that is not clean: what happened and what to do, ready to be shown, with the exit code that says it. */
export class Failure extends Error {
  readonly _tag = "Failure"
  readonly exitCode: ExitCode

  constructor(
    exitCode: ExitCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options)
    this.name = "Failure"
    this.exitCode = exitCode
  }
}

/** The command line cannot be understood. */
export class UsageError extends Failure {
  constructor(message: string) {
    super(ExitCode.usage, message)
    this.name = "UsageError"
  }
}

/** Anything that was thrown, in words. */
export const errorMessage = (cause: unknown): string =>
  typeof cause === "object" && cause !== null && "message" in cause && typeof cause.message === "string"
    ? cause.message
    : String(cause)

/** A configuration that cannot be used: every mistake in it, with its place and what to do. */
export class BadConfiguration extends Failure {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(ExitCode.badConfiguration, message, options)
    this.name = "BadConfiguration"
  }
}
