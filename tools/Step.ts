/** One step of the check: a rule of ours, or a tool run as a process. */
import { spawn } from "node:child_process"
import { availableParallelism } from "node:os"
import { delimiter, join } from "node:path"
import { root } from "./workspace.ts"

/** What a step found. Static steps count as one; steps that run tests count these. */
export interface StepResult {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Shown when the step failed. */
  readonly output: string
}

/** A step, by the name that `--only` takes. */
export interface Step {
  readonly name: string
  /** What it checks, in a few words. */
  readonly about: string
  readonly run: () => Promise<StepResult>
}

/** How a process ended, and all it printed. */
export interface ProcessResult {
  readonly code: number
  readonly output: string
}

const binFolder = join(root, "node_modules", ".bin")

/** Runs a program of the workspace's `node_modules/.bin`, or one on PATH; never rejects. */
export const runProcess = (
  command: string,
  args: ReadonlyArray<string>,
  { folder = ".", live = false, env = {}, timeoutMillis = 30 * 60_000 }: {
    readonly folder?: string
    readonly live?: boolean
    readonly timeoutMillis?: number
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<ProcessResult> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: join(root, folder),
      env: {
        ...process.env,
        PATH: binFolder + delimiter + (process.env["PATH"] ?? ""),
        NO_COLOR: "1",
        TURBO_TELEMETRY_DISABLED: "1",
        DO_NOT_TRACK: "1",
        // Handed down by npm, these would silence the tools' own complaints or confuse pnpm.
        npm_config_loglevel: "notice",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // Far beyond what any step takes: a step that hangs must not take the whole check with it.
      timeout: timeoutMillis,
      killSignal: "SIGKILL",
    })
    let output = ""
    const take = (chunk: string) => {
      output += chunk
      if (live) process.stdout.write(chunk)
    }
    child.stdout.setEncoding("utf8").on("data", take)
    child.stderr.setEncoding("utf8").on("data", take)
    child.on("error", (cause) => resolve({ code: 127, output: `Cannot run ${command}: ${cause.message}` }))
    child.on("close", (code, signal) => resolve({ code: code ?? 1, output: signal ? `${output}\n${signal}` : output }))
  })

const one = (passed: boolean, output: string): StepResult => ({
  passed: passed ? 1 : 0,
  failed: passed ? 0 : 1,
  skipped: 0,
  output,
})

/** A step that passes when all of the processes end with 0. As many run at a time as there are processors. */
export const processStep = (
  name: string,
  about: string,
  processes: ReadonlyArray<{ readonly args: readonly [string, ...Array<string>]; readonly folder?: string }>,
): Step => ({
  name,
  about,
  run: async () => {
    const failures: Array<string> = []
    const left = processes.entries()
    const runLeft = async (): Promise<void> => {
      for (const [index, { args: [command, ...args], folder = "." }] of left) {
        const { code, output } = await runProcess(command, args, { folder })
        const place = folder === "." ? "" : ` (in ${folder})`
        if (code !== 0) failures[index] = `$ ${[command, ...args].join(" ")}${place}\n${output}\n`
      }
    }
    await Promise.all(Array.from({ length: availableParallelism() }, runLeft))
    return one(failures.length === 0, failures.join(""))
  },
})

/** A step that passes when the rule finds nothing. */
export const ruleStep = (name: string, about: string, rule: () => ReadonlyArray<string>): Step => ({
  name,
  about,
  run: async () => {
    const found = rule()
    return one(found.length === 0, found.join("\n"))
  },
})
