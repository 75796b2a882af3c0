/** The command as a process of its own, the way a shell runs it. */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { rolldown, type RolldownOptions } from "rolldown"
import { buildOnce } from "../../../tools/testing/buildOnce.ts"
import config from "../rolldown.config.ts"

/** Builds the command as it is published, from the source as it stands, into a folder of its own with nothing beside it. */
const build = async (folder: string): Promise<void> => {
  const app = fileURLToPath(new URL("..", import.meta.url))
  const options = config as RolldownOptions & { readonly output: object }
  const bundle = await rolldown({ ...options, cwd: app, plugins: options.plugins })
  await bundle.write({ ...options.output, file: join(folder, "dist", "boltodds-pipe.js") })
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

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command. */
export class PipeProcess {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ""
  stderr = ""
  #watchers: Array<() => void> = []
  readonly #needles = new Set<(chunk: string) => void>()

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
    const [program, ...first] = words
    this.child = spawn(program!, [...first, ...args], { env: cleanEnv(env), stdio: ["ignore", "pipe", "pipe"] })
    if (read) this.read()
    this.child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
      this.stderr += chunk
      this.#look()
    })
    const secrets = secretsIn(args, env)
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject)
      // Not "close": a stdout that nobody reads would never close.
      this.child.on(read ? "close" : "exit", (code, signal) => {
        const { stdout, stderr } = this
        // Whatever a test is about: the key is never told.
        const told = secrets.some((secret) => stdout.includes(secret) || stderr.includes(secret))
        if (told) reject(new Error("the key is in the output"))
        else resolve({ code, signal, stdout, stderr })
        this.#look()
      })
    })
  }

  /** Reads stdout from here on. */
  read(): void {
    this.child.stdout!.setEncoding("utf8").on("data", (chunk: string) => {
      this.stdout += chunk
      for (const needle of this.#needles) needle(chunk)
      this.#look()
    })
  }

  /** Resolves when this text comes out from here on. Looks at each piece of the output once, however much there is. */
  async next(text: string): Promise<void> {
    await new Promise<void>((resolve) => {
      let end = ""
      const needle = (chunk: string): void => {
        const piece = end + chunk
        end = piece.slice(-text.length)
        if (!piece.includes(text)) return
        this.#needles.delete(needle)
        resolve()
      }
      this.#needles.add(needle)
    })
  }

  /** Resolves once the text holds; rejects with all output when the process ends before. */
  async until(condition: (output: { readonly stdout: string; readonly stderr: string }) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (condition(this)) resolve()
        else if (this.child.exitCode !== null || this.child.signalCode !== null) {
          reject(new Error(`it ended with ${this.child.exitCode ?? this.child.signalCode}; ${this.stderr}`))
        }
      }
      this.#watchers.push(look)
      look()
    })
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher()
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

/** Runs a line in a shell, with `pipe` standing for the command, and tells the exit code of the line's first part. */
export const runShell = (line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const quoted = command.map((word) => `'${word}'`).join(" ")
  const script = `pipe() { ${quoted} "$@"; }; ${line}; exit "\${PIPESTATUS[0]}"`
  return runPipe([], { words: ["bash", "-c", script], env })
}
