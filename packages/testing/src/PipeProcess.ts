/** The command as a process of its own, the way a shell runs it. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown, type RolldownOptions } from "rolldown"
import config from "../../../apps/pipe/rolldown.config.ts"
import { buildOnce } from "./buildOnce.ts"
import { type Ended, TestProcess } from "./TestProcess.ts"

export type { Ended } from "./TestProcess.ts"

/** Builds the command as it is published, from the source as it stands, into a folder of its own with nothing beside it. */
const build = async (folder: string): Promise<void> => {
  const app = fileURLToPath(new URL("../../../apps/pipe", import.meta.url))
  const options = config as RolldownOptions & { readonly output: object }
  const bundle = await rolldown({ ...options, cwd: app, plugins: options.plugins })
  await bundle.write({ ...options.output, dir: join(folder, "dist") })
  await bundle.close()
}

/** The bundled command. */
export const bundled: string = join(await buildOnce("boltodds-pipe", build), "dist", "boltodds-pipe.js")

/** The command, as words of a command line. */
export const command: ReadonlyArray<string> = [process.execPath, bundled]

/** For what commands share on a machine: a folder each, or commands of one test would wait for those of another. */
const stateHomes = mkdtempSync(join(tmpdir(), "boltodds-test-"))
let commands = 0

/** The environment of a test's command: nothing of the tester's feed. */
export const cleanEnv = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "",
  TMPDIR: tmpdir(),
  NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? "",
  XDG_STATE_HOME: join(stateHomes, String(commands++)),
  XDG_CACHE_HOME: join(stateHomes, `cache-${commands}`),
  NO_COLOR: "1",
  // Of their own files; what is refused without it has tests of its own.
  BOLTODDS_ALLOW: "plugins",
  ...more,
})

/** The keys that a command was given, however that was; too short ones may be words. */
const secretsIn = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  const after = (flag: string): ReadonlyArray<string> =>
    args.flatMap((arg, index) =>
      arg === flag ? [args[index + 1] ?? ""] : arg.startsWith(`${flag}=`) ? [arg.slice(flag.length + 1)] : []
    )
  const files = after("--key-file").flatMap((path) => existsSync(path) ? [readFileSync(path, "utf8").trim()] : [])
  return [env["BOLTODDS_API_KEY"] ?? "", ...after("--key"), ...files].filter((key) => key.length >= 8)
}

/** A running command. */
export class PipeProcess extends TestProcess {
  constructor(
    args: ReadonlyArray<string>,
    { env = {}, words = command, read = true }: {
      readonly env?: Readonly<Record<string, string>>
      /** The words before the arguments. */
      readonly words?: ReadonlyArray<string>
      /** Whether stdout is read. Otherwise it stays in the pipe until that is full. */
      readonly read?: boolean
    } = {},
  ) {
    super([...words, ...args], { env: cleanEnv(env), read, secrets: secretsIn(args, env) })
  }
}

/** Runs the command to its end. */
export const runPipe = (
  args: ReadonlyArray<string>,
  options?: ConstructorParameters<typeof PipeProcess>[1],
): Promise<Ended> => new PipeProcess(args, options).ended

/** The lines of an output, parsed. Throws where one is no JSON. */
export const recordsOf = (stdout: string): ReadonlyArray<Record<string, unknown>> =>
  stdout.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line))

/** Runs a line in a shell, with `pipe` standing for the command, and returns the exit code of the line's first part. */
export const runShell = (line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const quoted = command.map((word) => `'${word}'`).join(" ")
  const script = `pipe() { ${quoted} "$@"; }; ${line}; exit "\${PIPESTATUS[0]}"`
  return runPipe([], { words: ["bash", "-c", script], env })
}
