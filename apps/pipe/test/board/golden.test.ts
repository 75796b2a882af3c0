/** What is on the screen, at three sizes and in four states: the pictures are files beside this one. */
import { fileURLToPath } from "node:url"
import { hasTmux, Tmux } from "@boltodds/testing/Tmux"
import { afterEach, describe, expect, it } from "vitest"

const stage = fileURLToPath(new URL("stage.ts", import.meta.url))
const sizes = [[80, 24], [200, 60], [60, 12]] as const

let tmux: Tmux | undefined
afterEach(() => tmux?.close())

/** A terminal with the stage on it. */
const onStage = async (columns: number, rows: number, env: Readonly<Record<string, string>> = {}): Promise<Tmux> => {
  const opened = new Tmux({ columns, rows, env })
  tmux = opened
  await opened.until("$")
  opened.line(`${process.execPath} --conditions=@boltodds/source ${stage}`)
  await opened.until("Waiting for the first records")
  return opened
}

/** The act is played, and its picture is whole: the last row has the keys, and the head the time of the act. */
const act = async (terminal: Tmux, key: string, time: string): Promise<string> => {
  terminal.keys(key)
  const isGap = key === "C"
  return await terminal.until((screen) => {
    const [head = ""] = screen.split("\n")
    return head.includes(time) && / 0\/[1-9]\d+ live/.test(head) === isGap && / \d+\/[1-9]\d* live/.test(head) &&
      screen.includes("q quit")
  })
}

describe.runIf(hasTmux())("the screen", () => {
  it.each(sizes)("at %d columns and %d lines is that of the pictures, in every state", async (columns, rows) => {
    const terminal = await onStage(columns, rows)
    const picture = (name: string): string => `pictures/${columns}x${rows}-${name}.txt`
    await expect(await act(terminal, "A", "17:58:00")).toMatchFileSnapshot(picture("start"))
    await expect(await act(terminal, "B", "17:58:23")).toMatchFileSnapshot(picture("live"))
    for (const [key, name, seen] of views) {
      terminal.keys(key)
      await expect(await terminal.until(seen)).toMatchFileSnapshot(picture(name))
    }
    terminal.keys("1")
    await expect(await act(terminal, "C", "17:58:24")).toMatchFileSnapshot(picture("gap"))
    await expect(await act(terminal, "D", "17:58:37")).toMatchFileSnapshot(picture("after"))
  })

  const views = [
    ["2", "moves", "what moved"],
    ["3", "best", "the best price of each side"],
    ["4", "opportunities", "No advice"],
    ["5", "feed", "sessions and gaps"],
    ["6", "pipeline", "delivered"],
    ["?", "help", "live: quoted now"],
  ] as const

  it("obeys its keys", async () => {
    const terminal = await onStage(80, 24)
    await act(terminal, "A", "17:58:00")
    await act(terminal, "B", "17:58:23")
    terminal.keys("f")
    await terminal.until((screen) => screen.includes("Decimal") && / 1\.\d\d /.test(screen))
    terminal.keys("f")
    await terminal.until((screen) => screen.includes("Probability") && / \d\d\.\d%/.test(screen))
    terminal.keys("f", "m")
    await terminal.until((screen) => /^Spread +American/m.test(screen) && /[+-]\d+\.?5? +[+-]\d{3}/.test(screen))
    terminal.keys("M", "/")
    await terminal.until("Enter takes the filter")
    terminal.keys("m", "l", "b", "Enter")
    const filtered = await terminal.until("filter: mlb")
    expect(filtered.split("\n").slice(4).join("\n")).not.toMatch(/N\.E\. Patriots|Lakers/)
    terminal.keys("Escape")
    await terminal.until((screen) => !screen.includes("filter: mlb"))
    const before = (await terminal.until("q quit")).split("\n")[2]!
    terminal.keys("Right")
    await terminal.until((screen) => screen.split("\n")[2] !== before)
    terminal.keys("Left", "Space")
    await terminal.until("FROZEN")
    terminal.keys("Space")
    await terminal.until((screen) => !screen.includes("FROZEN"))
    terminal.keys("Down", "Enter")
    await terminal.until("Esc back")
    terminal.keys("Escape", "b")
    await terminal.until("Sportsbooks of the board")
    terminal.keys("Space", "Enter")
    await terminal.until("of 14 sportsbooks")
    terminal.keys("q")
    await terminal.until("the stage is empty")
  })

  it("is drawn once more at another size, and says in one sentence that it is too small", async () => {
    const terminal = await onStage(80, 24)
    await act(terminal, "A", "17:58:00")
    await act(terminal, "B", "17:58:23")
    const usual = terminal.screen
    terminal.resize(40, 10)
    const small = await terminal.until("The board needs 60 columns")
    expect(small.split("\n").join(" ")).toBe("The board needs 60 columns and 12 lines; here are 40 and 10. q quits.")
    terminal.resize(80, 24)
    expect(await terminal.until("q quit  1-6")).toBe(usual)
  })

  it("has no colors with NO_COLOR, and only those of the terminal's sixteen without", async () => {
    const plain = await onStage(80, 24, { NO_COLOR: "1" })
    await act(plain, "A", "17:58:00")
    await act(plain, "B", "17:58:23")
    const codesOf = (painted: string): ReadonlySet<string> =>
      // oxlint-disable-next-line no-control-regex
      new Set([...painted.matchAll(/\x1b\[([\d;]*)m/g)].flatMap(([, codes]) => codes!.split(";")))
    expect([...codesOf(plain.painted)].filter((code) => Number(code) >= 30 && !["39", "49"].includes(code))).toEqual([])
    plain.close()
    const colored = await onStage(80, 24)
    await act(colored, "A", "17:58:00")
    await act(colored, "B", "17:58:23")
    const colors = [...codesOf(colored.painted)].map(Number).filter((code) => code >= 30)
    expect(colors.length).toBeGreaterThan(2)
    expect(colors.filter((code) => !(code <= 37 || code === 39 || code === 49 || (code >= 90 && code <= 97)))).toEqual(
      [],
    )
  })
})
