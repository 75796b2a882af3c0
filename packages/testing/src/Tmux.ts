/** A terminal that a test looks at: a session of a tmux server of its own. */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { temporaryFolder } from "./temporaryFolder.ts"
import { waitLimit } from "./TestProcess.ts"

/**
 * Whether tmux is installed: without it, tests that need it skip themselves, and say so. With `BOLTODDS_TMUX=required` its
 * absence is an error.
 */
export const hasTmux = (): boolean => {
  const isThere = spawnSync("tmux", ["-V"]).status === 0
  if (!isThere && process.env["BOLTODDS_TMUX"] === "required") {
    throw new Error("There is no tmux, and BOLTODDS_TMUX says that there must be: apt-get install tmux")
  }
  if (!isThere) process.stderr.write("SKIPPED: these tests need tmux: apt-get install tmux\n")
  return isThere
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** A shell in a terminal of a size. */
export class Tmux {
  /** The folder of the shell: empty, and of this terminal alone. */
  readonly folder: string
  readonly #socket: string

  /** `env`: variables of the shell, on top of PATH and HOME. */
  constructor({ columns, rows, env = {} }: {
    readonly columns: number
    readonly rows: number
    readonly env?: Readonly<Record<string, string>>
  }) {
    this.folder = temporaryFolder()
    this.#socket = join(temporaryFolder(), "tmux")
    const words = Object.entries({ PS1: "$ ", LANG: "C.UTF-8", TERM: "tmux-256color", ...env })
      .map(([name, value]) => `${name}=${quoted(value)}`).join(" ")
    const shell = `exec env -i PATH=${quoted(process.env["PATH"] ?? "")} HOME=${
      quoted(process.env["HOME"] ?? "")
    } ${words} sh -i`
    this.#run(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-c",
      this.folder,
      "-x",
      String(columns),
      "-y",
      String(rows),
      shell,
    )
    this.#run("set-option", "-g", "escape-time", "0")
  }

  /** Types a line and Enter. */
  line(text: string): void {
    this.#run("send-keys", "-l", text)
    this.keys("Enter")
  }

  /** Presses keys, by tmux's names for them. */
  keys(...keys: ReadonlyArray<string>): void {
    this.#run("send-keys", ...keys)
  }

  resize(columns: number, rows: number): void {
    this.#run("resize-window", "-x", String(columns), "-y", String(rows))
  }

  /** The rows of the screen, without blanks at their ends. */
  get screen(): string {
    return this.#run("capture-pane", "-p").replace(/\n+$/, "")
  }

  /** The same with colors and attributes. */
  get painted(): string {
    return this.#run("capture-pane", "-p", "-e")
  }

  /** Whether the cursor is shown. */
  get hasCursor(): boolean {
    return this.#run("display-message", "-p", "#{cursor_flag}").trim() === "1"
  }

  /** Whether the other screen is shown. */
  get isAlternate(): boolean {
    return this.#run("display-message", "-p", "#{alternate_on}").trim() === "1"
  }

  /** Waits until the screen is as wanted, and gives it. Rejects with the screen when the time for a wait is over. */
  async until(condition: ((screen: string) => boolean) | string): Promise<string> {
    const isMet = typeof condition === "string" ? (screen: string) => screen.includes(condition) : condition
    const end = performance.now() + waitLimit()
    for (;;) {
      const { screen } = this
      if (isMet(screen)) return screen
      if (performance.now() > end) throw new Error(`this was not seen: ${condition}\n${screen}`)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  /** Ends the server, and with it what runs in it. */
  close(): void {
    spawnSync("tmux", ["-S", this.#socket, "kill-server"])
  }

  #run(...args: ReadonlyArray<string>): string {
    const { status, stdout, stderr } = spawnSync("tmux", ["-S", this.#socket, ...args], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8", TERM: "xterm-256color" },
    })
    if (status !== 0) throw new Error(`tmux ${args.join(" ")}: ${stderr}`)
    return stdout
  }
}
