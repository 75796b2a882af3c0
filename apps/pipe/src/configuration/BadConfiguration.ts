/** A configuration that cannot be used. */
import { ExitCode, Failure } from "../process/ExitCode.ts"

/** A configuration that cannot be used: every mistake in it, with its place and what to do. */
export class BadConfiguration extends Failure {
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(ExitCode.badConfiguration, message, options)
    this.name = "BadConfiguration"
  }
}
