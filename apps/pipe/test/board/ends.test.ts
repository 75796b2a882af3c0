/** The terminal after every kind of end, with the real command. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { startSimulator } from "@boltodds/simulator"
import { cleanEnv, command } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { hasTmux, Tmux } from "@boltodds/testing/Tmux"
import { afterEach, describe, expect, it, onTestFinished } from "vitest"

let tmux: Tmux | undefined
afterEach(() => tmux?.close())

const { NO_COLOR: _, ...clean } = cleanEnv()
const env = { ...clean, XDG_CONFIG_HOME: temporaryFolder() }
const words = command.join(" ")

/** A shell in which the state of the terminal before the board is known. */
const shell = async (columns = 80, rows = 24, more: Readonly<Record<string, string>> = {}): Promise<Tmux> => {
  const opened = new Tmux({ columns, rows, env: { ...env, ...more } })
  tmux = opened
  await opened.until("$")
  opened.line("before=$(stty -a | grep -v columns); echo ready")
  await opened.until((screen) => /^(?:\$ )?ready/m.test(screen))
  return opened
}

const hasPrices = (screen: string): boolean => screen.includes("q quit") && /[1-9]\d*\/\d+ live/.test(screen)

/** The command is there, with prices. */
const withBoard = async (args = "demo --no-cut", more: Readonly<Record<string, string>> = {}): Promise<Tmux> => {
  const terminal = await shell(80, 24, more)
  terminal.line(`sh -c 'echo $$ > pid; exec ${words} ${args}'; echo "ended with $?"`)
  await terminal.until(hasPrices)
  expect(terminal.isAlternate).toBe(true)
  return terminal
}

const signal = ({ folder }: Tmux, name: NodeJS.Signals): void => {
  const file = join(folder, "pid")
  expect(existsSync(file)).toBe(true)
  process.kill(Number(readFileSync(file, "utf8")), name)
}

/** The shell is there as it was. */
const expectSane = async (terminal: Tmux): Promise<void> => {
  terminal.line('test "$before" = "$(stty -a | grep -v columns)" && echo "as before"; echo "that is all"')
  expect(await terminal.until((screen) => /^(?:\$ )?that is all/m.test(screen))).toMatch(/^(?:\$ )?as before/m)
  expect([terminal.hasCursor, terminal.isAlternate]).toEqual([true, false])
}

describe.runIf(hasTmux())("the terminal is as it was", () => {
  it("after q, with one line that says what was", async () => {
    const terminal = await withBoard()
    terminal.keys("q")
    const screen = await terminal.until((screen) => /ended with \d/.test(screen))
    expect(screen).toMatch(/boltodds-pipe: \d+ s, no gap, [\d,]+ changes?\nended with 0/)
    await expectSane(terminal)
  })

  it("after Ctrl-C", async () => {
    const terminal = await withBoard()
    terminal.keys("C-c")
    await terminal.until("ended with 0")
    await expectSane(terminal)
  })

  it.each([["SIGTERM", 0], ["SIGHUP", 129], ["SIGINT", 0]] as const)("after %s", async (name, code) => {
    const terminal = await withBoard()
    signal(terminal, name)
    await terminal.until(`ended with ${code}`)
    await expectSane(terminal)
  })

  it.each(["a key", "a signal"])("while it is stopped by %s, and the board comes back with fg", async (by) => {
    const terminal = await withBoard()
    if (by === "a key") terminal.keys("C-z")
    else signal(terminal, "SIGTSTP")
    await terminal.until((screen) => /stopped|suspended/i.test(screen) && screen.endsWith("$"))
    await expectSane(terminal)
    terminal.line("clear; fg")
    await terminal.until(hasPrices)
    terminal.keys("q")
    await terminal.until("changes")
    await expectSane(terminal)
  })

  it("after a crash, with what it was", async () => {
    const file = fileURLToPath(new URL("../fixtures/crashOnSignal.ts", import.meta.url))
    const terminal = await withBoard("demo --no-cut", { NODE_OPTIONS: `--import=${file}` })
    signal(terminal, "SIGUSR2")
    const screen = await terminal.until("ended with 1")
    expect(screen).toMatch(/This is a bug/)
    expect(screen).toMatch(/a crash of the test/)
    await expectSane(terminal)
  })

  it("after it ended by itself, with the report", async () => {
    const terminal = await shell()
    terminal.line(`${words} demo --no-cut --for 3s --report; echo "ended with $?"`)
    const screen = await terminal.until("ended with 0")
    expect(screen).toMatch(/time is up after/)
    await expectSane(terminal)
  })
})

describe.runIf(hasTmux())("a terminal on which no board is shown", () => {
  it.each(["TERM=dumb", "CI=true"])("gets records with %s", async (variable) => {
    const terminal = await shell()
    terminal.line(`${variable} ${words} demo --no-cut --for 2s 2> log`)
    await terminal.until('"change":"line_')
    expect(terminal.isAlternate).toBe(false)
  })

  it("gets a sentence from watch that says what is missing", async () => {
    const terminal = await shell(50, 10)
    terminal.line(`${words} watch`)
    await terminal.until((screen) =>
      screen.replaceAll("\n", "").includes("Cannot show a board: the terminal has 50 columns")
    )
  })

  it("gets one line a change of a plain stream, in color", async () => {
    const feed = await startSimulator({ key: "sk-terminal-1234", rate: 100 })
    onTestFinished(() => feed.stop())
    const terminal = await shell(120, 24)
    terminal.line(`BOLTODDS_API_KEY=sk-terminal-1234 ${words} --url ${feed.url} --for 20s`)
    await terminal.until((screen) => /^\d\d:\d\d:\d\d \w+ +[\u25b2\u25bc] .* [+-]\d+ \u2192 [+-]\d+/m.test(screen))
    // oxlint-disable-next-line no-control-regex
    expect(terminal.painted).toMatch(/\x1b\[3[36]m[\u25b2\u25bc]/)
  })
})
