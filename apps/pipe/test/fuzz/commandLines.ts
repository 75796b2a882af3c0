/** Command lines: through the parser of flags, and what makes a document of them. Nothing is run. */
import * as fc from "fast-check"
import type { Command } from "../../src/commandLine/Command.ts"
import { catalogCommand } from "../../src/commands/catalog/command.ts"
import { checkCommand } from "../../src/commands/check/command.ts"
import { demoCommand } from "../../src/commands/demo/command.ts"
import { doctorCommand } from "../../src/commands/doctor/command.ts"
import { exportCommand } from "../../src/commands/export/command.ts"
import { importCommand } from "../../src/commands/import/command.ts"
import { latencyCommand } from "../../src/commands/latency/command.ts"
import { outboxCommand } from "../../src/commands/outbox/command.ts"
import { runCommand } from "../../src/commands/run/command.ts"
import { schemaCommand } from "../../src/commands/schema/command.ts"
import { scrubCommand } from "../../src/commands/scrub/command.ts"
import { simulateCommand } from "../../src/commands/simulate/command.ts"
import { streamCommand } from "../../src/commands/stream/command.ts"
import { testCommand } from "../../src/commands/test/command.ts"
import { mcpCommand } from "../../src/commands/mcp/command.ts"
import { verifyCommand } from "../../src/commands/verify/command.ts"
import { Failure, UsageError } from "../../src/process/ExitCode.ts"
import { type ParsedFlags, parseFlags } from "../../src/commandLine/flags.ts"
import { allowedBy } from "../../src/commandLine/allowed.ts"
import { documentOf } from "../../src/commandLine/flagDocument.ts"
import { limitOptionsOf } from "../../src/commandLine/limitFlag.ts"
import { filtersOf, logOf } from "../../src/commandLine/settings.ts"
import type { Target } from "./fuzz.ts"
import { mutatedBytes, mutations } from "./mutations.ts"

const commands: ReadonlyArray<Command> = [
  [streamCommand, demoCommand, runCommand, checkCommand, testCommand, catalogCommand, latencyCommand],
  [
    verifyCommand,
    mcpCommand,
    doctorCommand,
    outboxCommand,
    exportCommand,
    importCommand,
    schemaCommand,
    scrubCommand,
    simulateCommand,
  ],
].flat()

interface CommandLine {
  readonly command: Command
  readonly words: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const values = [
  [
    "1",
    "0",
    "-1",
    "1.5",
    "1e3",
    "999999999999999999999",
    "NaN",
    "5s",
    "1h30m",
    "0s",
    "1m-5s",
    "5 s",
    "10MiB",
    "max",
  ],
  ["games=5", "bytes=1.5MiB", "bytes=9e9TiB", "characters=", "=5", "__proto__=1", "sessions=0"],
  ["NBA", "draftkings", "changes", "raw", "file:x", "file:", "webhook:@u", "webhook:ftp://x", "stdout:", "stdout"],
  [
    "",
    " ",
    "-",
    "--",
    "---",
    "=",
    "--=",
    "-x",
    "-hV",
    "odds > 1",
    "\u0000",
    "\u001b[2J",
    "\u202e",
    "é",
    "__proto__",
  ],
  ["toString", "constructor", "$HOME", "${X}", "ws://", "http://[::1", "ws://u:p@x:99999/\u0000", "x".repeat(5_000)],
].flat()

/** A word, whole or mutated. */
const word = (flags: ReadonlyArray<string>): fc.Arbitrary<string> => {
  const plain = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...flags) },
    { weight: 4, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...flags), fc.constantFrom(...values)).map((pair) => pair.join("=")),
    },
  )
  const mutated = fc.tuple(plain, mutations).map(([text, how]) =>
    Buffer.from(mutatedBytes({ text }, how)).toString("utf8").slice(0, 20_000)
  )
  return fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: mutated })
}

const commandLine = fc.constantFrom(...commands).chain((command): fc.Arbitrary<CommandLine> => {
  const table = command.flags.flatMap(({ flags }) => flags)
  const flags = table.flatMap(({ name, short }) => short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`])
  /** A flag with a value that it takes, so that some command lines are good as far as they go. */
  const fitting = fc.constantFrom(...table).chain(({ name, value, choices }): fc.Arbitrary<ReadonlyArray<string>> =>
    value === undefined
      ? fc.constant([`--${name}`])
      : fc.constantFrom(...(choices ?? values)).map((chosen) => [`--${name}`, chosen])
  )
  const variables = table.flatMap(({ env }) => env === undefined ? [] : [env])
  return fc.record({
    command: fc.constant(command),
    words: fc.array(fc.oneof({ weight: 3, arbitrary: fitting }, word(flags).map((one) => [one])), { maxLength: 7 })
      .map((parts) => parts.flat()),
    env: variables.length === 0
      ? fc.constant({})
      : fc.dictionary(fc.constantFrom(...variables, "BOLTODDS_ALLOW"), fc.constantFrom(...values), { maxKeys: 2 }),
  })
})

const read = async ({ command, words, env }: CommandLine): Promise<void> => {
  try {
    const given = parseFlags(command.flags, words, env)
    look(command, given)
    allowedBy(given, env)
    filtersOf(given)
    limitOptionsOf(given)
    logOf(given)
    if (command === streamCommand) JSON.stringify(await documentOf(given, { feed: {} }, env))
  } catch (cause) {
    // A file that a word names may not be there.
    if (!(cause instanceof Failure)) throw cause
    if (!/^(Cannot|Unknown) /.test(cause.message)) throw new Error("does not say what failed", { cause })
  }
}

/** Each value, as every command may ask for it. */
const look = ({ flags }: Command, given: ParsedFlags): void => {
  const asUsage = (ask: () => unknown): void => {
    try {
      ask()
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause
    }
  }
  for (const { name } of flags.flatMap((group) => group.flags)) {
    if (given.isSet(name) && given.texts(name).length === 0) throw new Error(`--${name} is set and has no value`)
    asUsage(() => given.number(name, { least: 1 }))
    asUsage(() => given.decimal(name, { most: 100 }))
    asUsage(() => given.millis(name))
  }
}

/** Words of each command's table, and others. */
export const commandLines: Target<CommandLine> = {
  name: "commandLines",
  inputs: commandLine,
  read,
  show: ({ command, words, env }) => JSON.stringify({ command: command.name, words, env }),
  inputsPerSeed: 1_000,
  regressions: {},
}
