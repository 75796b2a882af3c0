/** A process of a test: a command or a receiver, as a shell runs it. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { bundled } from "../apps/pipe/test/PipeProcess.ts"

/** The root of the repository: where a reader of the examples stands. */
export const root: string = fileURLToPath(new URL("..", import.meta.url))

/** A new folder. */
export const newFolder = (): string => mkdtempSync(join(tmpdir(), "boltodds-examples-"))

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A process that is read until it ends. */
export class Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ""
  stderr = ""

  /** `words` are a program of Node and its arguments, from the root; of the environment only these variables are kept. */
  constructor(words: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, ["--conditions=@boltodds/source", ...words], {
      cwd: root,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        XDG_STATE_HOME: newFolder(),
        NO_COLOR: "1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    })
    this.child.stdout!.setEncoding("utf8").on("data", (chunk: string) => this.stdout += chunk)
    this.child.stderr!.setEncoding("utf8").on("data", (chunk: string) => this.stderr += chunk)
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject)
      this.child.on("close", (code) => resolve({ code, stdout: this.stdout, stderr: this.stderr }))
    })
  }

  /** Resolves when this holds; rejects with what it said where the process has ended before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.child.exitCode !== null) throw new Error(`it ended with ${this.child.exitCode}: ${this.stderr}`)
      await sleep(20)
    }
  }

  /** Sends a signal, and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.child.kill(signal)
    return await this.ended
  }
}

/** `boltodds-pipe run examples/pipelines/NAME.yaml …`: the command as it is published, built from source. */
export const runPipeline = (
  name: string,
  env: Readonly<Record<string, string>> = {},
  ...flags: ReadonlyArray<string>
): Running => new Running([bundled, "run", `examples/pipelines/${name}.yaml`, ...flags], env)

/** A command of `boltodds-pipe`, to its end. */
export const pipe = (...words: ReadonlyArray<string>): Promise<Ended> => new Running([bundled, ...words]).ended
