/** From the command line to an exit code. */
import { nearestNames, visibleLines } from "@boltodds/text"
import type { Command } from "./commandLine/Command.ts"
import { alertCommand } from "./commands/alert/command.ts"
import { catalogCommand } from "./commands/catalog/command.ts"
import { checkCommand } from "./commands/check/command.ts"
import { completionsCommand } from "./commands/completions/command.ts"
import { clvCommand } from "./commands/clv/command.ts"
import { demoCommand } from "./commands/demo/command.ts"
import { devigCommand } from "./commands/devig/command.ts"
import { doctorCommand } from "./commands/doctor/command.ts"
import { exportCommand } from "./commands/export/command.ts"
import { importCommand } from "./commands/import/command.ts"
import { latencyCommand } from "./commands/latency/command.ts"
import { mcpCommand } from "./commands/mcp/command.ts"
import { outboxCommand } from "./commands/outbox/command.ts"
import { runCommand } from "./commands/run/command.ts"
import { serveCommand } from "./commands/serve/command.ts"
import { schemaCommand } from "./commands/schema/command.ts"
import { scrubCommand } from "./commands/scrub/command.ts"
import { simulateCommand } from "./commands/simulate/command.ts"
import { statusCommand } from "./commands/status/command.ts"
import { streamCommand } from "./commands/stream/command.ts"
import { tapCommand } from "./commands/tap/command.ts"
import { testCommand } from "./commands/test/command.ts"
import { verifyCommand } from "./commands/verify/command.ts"
import { watchCommand } from "./commands/watch/command.ts"
import { ExitCode, Failure, UsageError } from "./process/ExitCode.ts"
import { parseFlags, showWord } from "./commandLine/flags.ts"
import { helpOf, version } from "./commandLine/help.ts"
import { permissionAdvice, permissionHint } from "./process/permission.ts"
import { ignoreOutputErrors, paintFor, writeError, writeOut, writePainted } from "./terminal/Terminal.ts"

const programName = "boltodds-pipe"
const named: ReadonlyArray<Command> = [
  demoCommand,
  watchCommand,
  runCommand,
  serveCommand,
  statusCommand,
  tapCommand,
  mcpCommand,
  alertCommand,
  checkCommand,
  testCommand,
  catalogCommand,
  latencyCommand,
  verifyCommand,
  doctorCommand,
  outboxCommand,
  clvCommand,
  devigCommand,
  exportCommand,
  importCommand,
  schemaCommand,
  scrubCommand,
  simulateCommand,
  completionsCommand,
]

/** Every command of the program, the default one first. */
export const commands: ReadonlyArray<Command> = [streamCommand, ...named]
const byName = (name: string | undefined) => named.find((command) => command.name === name)

/** Runs the program; resolves with the exit code when all is done. Never rejects. */
export const program = async (args: ReadonlyArray<string>): Promise<number> => {
  // A closed stderr must not end the data.
  ignoreOutputErrors()
  // Errors that no code can catch, such as in a callback of the runtime.
  process.on("uncaughtException", (cause) => process.exit(report(cause, args)))
  try {
    return await dispatch(args)
  } catch (cause) {
    return report(cause, args)
  }
}

const dispatch = async (args: ReadonlyArray<string>): Promise<number> => {
  const [first, second] = args
  if (first === "help") return await dispatch(second === undefined ? ["--help"] : [nameOfHelp(second), "--help"])
  if (first === "version") return await dispatch(["--version"])
  const command = byName(first) ?? streamCommand
  const rest = command === streamCommand ? args : args.slice(1)
  const asked = (...names: ReadonlyArray<string>) => rest.some((arg) => names.includes(arg))
  if (asked("--help", "-h")) {
    const paint = paintFor(process.stdout, process.env)
    await writePainted(helpOf(programName, command, command === streamCommand ? named : [], paint))
    return ExitCode.clean
  }
  if (asked("--version", "-V")) {
    await writeOut(`${version()}\n`)
    return ExitCode.clean
  }
  const given = parseFlags(command.flags, rest, process.env)
  const stray = given.words[command.words ?? 0]
  if (stray !== undefined) throw new UsageError(strayWord(command, stray))
  return await command.run(given, commands)
}

/** What `help` is asked about: a command, by its name. */
const nameOfHelp = (word: string): string => {
  if (byName(word) !== undefined) return word
  if (word.startsWith("-") || word === "help" || word === "version") return "--help"
  const [meant] = nearestNames(word, named.map(({ name }) => name))
  throw new UsageError(
    `Unknown command ${showWord(word)}.` + (meant === undefined ? "" : ` Did you mean ${programName} help ${meant}?`),
  )
}

const strayWord = (command: Command, word: string): string => {
  if (command === streamCommand) {
    const names = [...named.map(({ name }) => name), "help", "version"]
    if (names.includes(word)) {
      return `Cannot use ${word} after flags: write ${programName} ${word} first`
    }
    const [meant] = nearestNames(word, names)
    if (meant !== undefined) {
      return `Unknown command ${word}. Did you mean ${programName} ${meant}?`
    }
  }
  return `Cannot use the word ${showWord(word)}: it is not a command, and flags begin with --`
}

const report = (cause: unknown, args: ReadonlyArray<string>): number => {
  const paint = paintFor(process.stderr, process.env)
  const say = (text: string): void => writeError(`${paint.red(`${programName}:`)} ${visibleLines(text)}\n`, true)
  const advice = permissionAdvice(cause)
  if (advice !== undefined) {
    say(advice)
    return ExitCode.badConfiguration
  }
  if (!(cause instanceof Failure)) {
    say(`This is a bug. Please report it with these lines:\n${cause instanceof Error ? cause.stack : String(cause)}`)
    return ExitCode.bug
  }
  say(cause.message)
  const hint = permissionHint(cause.message)
  if (hint !== undefined) say(hint)
  if (cause instanceof UsageError) {
    const help = [programName, byName(args[0])?.name, "--help"].filter((word) => word !== undefined)
    writeError(`${paint.dim(`Try: ${help.join(" ")}`)}\n`, true)
  }
  return cause.exitCode
}
