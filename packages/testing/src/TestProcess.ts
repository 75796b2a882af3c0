/** A process that a test starts, and reads until it ends. */
import { type ChildProcess, spawn } from "node:child_process"
import { patience } from "./patience.ts"

/** How long a test waits for one thing of a process, in milliseconds: half of its own time. */
export const waitLimit = (): number => 120_000 * patience()

/** How a process ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A running process. */
export class TestProcess {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  stdout = ""
  stderr = ""
  readonly #watchers = new Set<() => void>()
  readonly #needles = new Set<(chunk: string) => void>()

  /** `words`: the program and its arguments. */
  constructor(
    words: ReadonlyArray<string>,
    { env, cwd, read = true, secrets = [] }: {
      /** All of its environment. */
      readonly env: Readonly<Record<string, string>>
      readonly cwd?: string
      /** Whether stdout is read. Otherwise it stays in the pipe until that is full. */
      readonly read?: boolean
      /** Texts that must not be in its output: `ended` rejects if one is. */
      readonly secrets?: ReadonlyArray<string>
    },
  ) {
    const [program, ...args] = words
    this.child = spawn(program!, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] })
    if (read) this.read()
    this.child.stderr!.setEncoding("utf8").on("data", (chunk: string) => {
      this.stderr += chunk
      this.#look()
    })
    this.ended = new Promise((resolve, reject) => {
      this.child.on("error", reject)
      // Not "close": a stdout that is not read would never close.
      this.child.on(read ? "close" : "exit", (code, signal) => {
        const { stdout, stderr } = this
        const leaked = secrets.some((secret) => stdout.includes(secret) || stderr.includes(secret))
        if (leaked) reject(new Error("the key is in the output"))
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

  /**
   * Resolves when this text is written to stdout from here on; rejects with stderr if the process ends first. Searches
   * each piece of the output once.
   */
  async next(text: string): Promise<void> {
    let end = ""
    let isFound = false
    const needle = (chunk: string): void => {
      const piece = end + chunk
      end = piece.slice(-text.length)
      isFound ||= piece.includes(text)
    }
    this.#needles.add(needle)
    try {
      await this.until(() => isFound)
    } finally {
      this.#needles.delete(needle)
    }
  }

  /** Resolves when the condition holds; rejects with stderr if the process ends first, or the time for a wait is over. */
  async until(condition: (output: { readonly stdout: string; readonly stderr: string }) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#watchers.delete(look)
        reject(this.notYet(condition))
      }, waitLimit())
      const look = (): void => {
        const hasEnded = this.child.exitCode !== null || this.child.signalCode !== null
        if (condition(this)) resolve()
        else if (!hasEnded) return
        else reject(new Error(`it ended with ${this.child.exitCode ?? this.child.signalCode}; ${this.stderr}`))
        clearTimeout(limit)
        this.#watchers.delete(look)
      }
      this.#watchers.add(look)
      look()
    })
  }

  /** What to throw when something does not happen in the time for it: the condition, and what the process wrote. */
  protected notYet(condition: { toString(): string }): Error {
    return new Error(
      `this did not happen in ${waitLimit() / 1000} s: ${condition}\nstderr:\n${this.stderr.slice(-4000)}`,
    )
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    this.kill(signal)
    return await this.ended
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
