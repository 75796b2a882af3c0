/** A command of the program: its help and what it does. */
import type { ExitCode } from "../process/ExitCode.ts"
import type { FlagGroup, ParsedFlags } from "./flags.ts"

/** An example in the help: a command line and its purpose. */
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
  /** Paragraphs of the help, filled to the width of the page. Lines that begin with a space stay as they are. */
  readonly details: ReadonlyArray<string>
  readonly flags: ReadonlyArray<FlagGroup>
  /** The number of arguments that are not flags. Default 0. */
  readonly words?: number
  readonly examples: ReadonlyArray<Example>
  /** Runs to the end. Throws a `Failure` if it fails. `commands`: all of the program, the default one first. */
  readonly run: (given: ParsedFlags, commands: ReadonlyArray<Command>) => Promise<ExitCode>
}
