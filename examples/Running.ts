/** Processes of the examples, run as a reader of them would run them. */
import { bundled } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { type Ended, TestProcess, waitLimit } from "@boltodds/testing/TestProcess"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

/** The root of the repository: the folder in which a reader runs the examples. */
export const root: string = fileURLToPath(new URL("..", import.meta.url))

/** Runs a program of Node with its arguments from the root; of the environment only these variables are kept. */
export class Running extends TestProcess {
  constructor(words: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) {
    super([process.execPath, "--conditions=@boltodds/source", ...words], {
      cwd: root,
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: process.env["HOME"] ?? "",
        XDG_STATE_HOME: temporaryFolder(),
        NO_COLOR: "1",
        ...env,
      },
    })
  }

  /** Resolves when the condition holds, of files and other processes too; else rejects as a `TestProcess` does. */
  override async until(condition: (output: Running) => boolean): Promise<void> {
    const end = performance.now() + waitLimit()
    while (!condition(this)) {
      if (performance.now() > end) throw this.notYet(condition)
      if (this.child.exitCode !== null) throw new Error(`it ended with ${this.child.exitCode}: ${this.stderr}`)
      await sleep(20)
    }
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
