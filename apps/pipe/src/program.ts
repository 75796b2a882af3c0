/** From the command line to an exit code. */
import { nearestNames } from "@boltodds/connection"
import { catalog } from "./commands/catalog.ts"
import { demo } from "./commands/demo.ts"
import { simulate } from "./commands/simulate.ts"
import { stream } from "./commands/stream.ts"
import type { Command } from "./Command.ts"
import { ExitCode, Failure, UsageError } from "./ExitCode.ts"
import { parseFlags } from "./flags.ts"
import { helpOf } from "./help.ts"
import { paintFor, writeOut } from "./Terminal.ts"
import { version } from "./version.ts"

const name = "boltodds-pipe"
const named: ReadonlyArray<Command> = [demo, catalog, simulate]

/** Runs the program; resolves with the exit code when all is done. Never rejects. */
export const program = async (args: ReadonlyArray<string>): Promise<number> => {
  try {
    return await dispatch(args)
  } catch (cause) {
    return report(cause, args)
  }
}

const dispatch = async (args: ReadonlyArray<string>): Promise<number> => {
  const [first] = args
  const command = named.find((command) => command.name === first) ?? stream
  // As git and others have it; the first word is a command here, not a flag's value.
  if (first === "help") {
    return showHelp(
      named.find((command) => command.name === args[1]) ?? stream,
    )
  }
  const rest = command === stream ? args : args.slice(1)
  if (rest.some((arg) => arg === "--help" || arg === "-h")) {
    return showHelp(command)
  }
  if (
    command === stream &&
    rest.some((arg) => arg === "--version" || arg === "-V")
  ) {
    await writeOut(`${version()}\n`)
    return ExitCode.clean
  }
  const given = parseFlags(command.flags, rest, process.env)
  if (given.words.length > (command.words ?? 0)) {
    throw new UsageError(strayWord(command, given.words))
  }
  return await command.run(given)
}

const showHelp = async (command: Command): Promise<ExitCode> => {
  await writeOut(
    helpOf(
      name,
      command,
      command === stream ? named : [],
      paintFor(process.stdout, process.env),
    ),
  )
  return ExitCode.clean
}

const strayWord = (command: Command, words: ReadonlyArray<string>): string => {
  const word = words[command.words ?? 0]!
  if (command === stream) {
    const commands = [...named.map((command) => command.name), "help"]
    if (commands.includes(word)) {
      return `Cannot use ${word} behind flags: write ${name} ${word} first, flags after it`
    }
    const [meant] = nearestNames(word, commands)
    if (meant !== undefined) {
      return `Cannot run ${word}: there is no such command; did you mean ${name} ${meant}?`
    }
  }
  // It may be a key that was typed here: only its beginning is shown.
  const shown = word.length > 6 ? `${word.slice(0, 4)}…` : word
  return `Cannot use the word ${JSON.stringify(shown)}: it is no command, and flags begin with --`
}

const report = (cause: unknown, args: ReadonlyArray<string>): number => {
  const paint = paintFor(process.stderr, process.env)
  const mark = paint.red(`${name}:`)
  if (!(cause instanceof Failure)) {
    const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    process.stderr.write(
      `${mark} This is a bug. Please report it with these lines:\n${text}\n`,
    )
    return ExitCode.bug
  }
  process.stderr.write(`${mark} ${cause.message}\n`)
  if (cause instanceof UsageError) {
    const command = named.find((command) => command.name === args[0])
    process.stderr.write(
      paint.dim(
        `Try: ${[name, command?.name, "--help"].filter(Boolean).join(" ")}`,
      ) + "\n",
    )
  }
  return cause.exitCode
}
