/** What a plain stream prints on a terminal. */
import { gameChange, lineChange } from "@boltodds/testing/changes"
import type { Control } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { changeLine } from "../src/terminal/changeLine.ts"
import { paintFor } from "../src/terminal/Terminal.ts"

const plain = paintFor({}, {})
const painted = paintFor({ isTTY: true }, { TERM: "xterm" })
/** Without the time, which is that of this machine. */
const line = (record: Parameters<typeof changeLine>[0]): string | undefined => changeLine(record, plain)?.slice(9)

const control = (fields: object): Control => ({ ...gameChange(), ...fields }) as unknown as Control

describe("a line for a person", () => {
  it.each([
    [{ odds: 105, previous_odds: -105 }, "▲", "-105 → +105"],
    [{ odds: -120, previous_odds: -110 }, "▼", "-110 → -120"],
    [{ odds: 120, previous_odds: 130 }, "▼", "+130 → +120"],
  ])("marks a move by what the price pays: %j", (odds, mark, text) => {
    expect(line(lineChange(odds))).toContain(`${mark} Springfield Comets -1.5 Spread ${text}`)
  })

  it("says what happened to a line, and why where it was not the feed", () => {
    expect(line(lineChange({ change: "line_suspended", odds: null }))).toMatch(/fanduel {6}· .* suspended {2}MLB/)
    expect(line(lineChange({ change: "line_closed", odds: null, cause: "absent" }))).toMatch(
      /- .* closed .*\(absent\)$/,
    )
    expect(line(gameChange({ change: "game_opened" }))).toContain("game opened")
  })

  it("says that nothing is live, in red, and nothing of a heartbeat", () => {
    const gap = control({ control: "gap_opened", reason: "network", detail: "broken off", games: 12 })
    expect(line(gap)).toBe("GAP: broken off; nothing of 12 games is live")
    expect(changeLine(gap, painted)).toContain("\u001b[31mGAP")
    expect(line(control({ control: "heartbeat" }))).toBe(undefined)
  })

  it("brings no marks of the feed's own", () => {
    const text = line(lineChange({ outcome: "\u001b[2J\u202eevil", game: "\u009bgame\nnext" }))
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
  })
})
