/** A command of the program: what its help tells, and what it does. */
import type { ExitCode } from "../process/ExitCode.ts"
import type { FlagGroup, ParsedFlags } from "./flags.ts"

/** An example of the help: what is typed, and what it is for. */
export interface Example {
  readonly line: string
  readonly about: string
}

/** One command. */
export interface Command {
  /** What follows the program's name; empty for the default command. */
  readonly name: string
  /** What follows the name in the usage line. */
  readonly usage: string
  /** One line. */
  readonly about: string
  /** Paragraphs of the help, each wrapped by hand at 78 columns. */
  readonly details: ReadonlyArray<string>
  readonly flags: ReadonlyArray<FlagGroup>
  /** How many words it takes that are not flags. Default none. */
  readonly words?: number
  readonly examples: ReadonlyArray<Example>
  /** Runs to the end. Throws a `Failure` for an end that is not clean. */
  readonly run: (given: ParsedFlags) => Promise<ExitCode>
}
