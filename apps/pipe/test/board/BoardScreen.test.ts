/** The board without a terminal: what is drawn, and when. */
import { lineChange } from "@boltodds/testing/changes"
import { describe, expect, it } from "vitest"
import { BoardScreen } from "../../src/board/BoardScreen.ts"
import { whyNoBoard } from "../../src/board/fitsBoard.ts"
import { paletteOf } from "../../src/board/Palette.ts"
import type { Canvas } from "../../src/board/screen/Canvas.ts"
import { beganAt, SeededRun } from "./seededRun.ts"

/** A board whose pictures are kept. */
const board = (columns = 100, rows = 30) => {
  const shown: Array<string> = []
  const room = { is: true }
  const size = { columns, rows }
  const clock = { now: beganAt }
  const made = new BoardScreen({
    pictures: {
      get columns() {
        return size.columns
      },
      get rows() {
        return size.rows
      },
      get hasRoom() {
        return room.is
      },
      show: (canvas) => void shown.push(textOf(canvas)),
      redraw: () => {},
      suspend: () => {},
    },
    now: () => clock.now,
    zone: "UTC",
    isMonochrome: false,
    onQuit: () => {},
  })
  return { board: made, shown, room, size, clock }
}

const textOf = (canvas: Canvas): string =>
  Array.from({ length: canvas.rows }, (_, y) => canvas.row(y).trimEnd()).join("\n")

const price = (odds: number, previous: number | null, more: object = {}) =>
  lineChange({
    change: previous === null ? "line_opened" : "line_moved",
    outcome: "Springfield Comets Moneyline",
    market: "Moneyline",
    line: null,
    previous_line: null,
    odds,
    previous_odds: previous,
    ...more,
  })

describe("a board", () => {
  it("draws nothing of a group before its last record is there", () => {
    const { board: made } = board()
    made.take("changes", [price(150, null, { last: true })])
    made.take("changes", [price(-300, 150)])
    expect(textOf(made.picture())).toContain("+150")
    made.take("changes", [price(-400, -300, { last: true })])
    expect(textOf(made.picture())).toContain("-400")
    expect(textOf(made.picture())).not.toContain("-300")
  })

  it("leaves frames out while there is no room, and draws the newest once there is", () => {
    const { board: made, shown, room } = board()
    room.is = false
    for (const odds of [110, 120, 130]) {
      made.take("changes", [price(odds, odds === 110 ? null : odds - 10, { last: true })])
    }
    made.draw()
    expect(shown).toEqual([])
    room.is = true
    made.drawIfChanged()
    expect(shown.map((text) => /\+1\d0/.exec(text)?.[0])).toEqual(["+130"])
  })

  it("that is frozen says so, and nothing of it looks live", () => {
    const { board: made, clock } = board()
    const run = new SeededRun(made)
    run.connect()
    run.settle()
    run.live(5)
    clock.now = run.now
    const before = textOf(made.picture()).split("\n").slice(2, 20)
    made.press(" ")
    made.picture()
    run.live(20)
    clock.now = run.now
    const frozen = made.picture()
    expect(frozen.row(1)).toContain("FROZEN 17:58:08  what is below is not live")
    expect(textOf(frozen).split("\n").slice(2, 20)).toEqual(before)
    const { unsure } = paletteOf("default")
    expect(new Set(frozen.styles.slice(2 * 100, 20 * 100))).toEqual(new Set([unsure]))
    made.press(" ")
    expect(textOf(made.picture()).split("\n").slice(2, 20)).not.toEqual(before)
  })

  it("shows names of the feed as text, whatever is in them", () => {
    const { board: made } = board()
    const home = "\u001b[2J\u202eEvil\u0007 Team"
    made.take("changes", [price(150, null, { home_team: home, target: home, sport: "\u009b31mMLB", last: true })])
    const text = textOf(made.picture())
    expect(text).toContain("[2JEvil Team")
    // oxlint-disable-next-line no-control-regex
    expect(text.replaceAll("\n", "")).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
  })

  it("keeps the last 20 lines of the log, without their marks in the pane", () => {
    const { board: made } = board()
    for (let line = 0; line < 30; line++) made.log(`\u001b[2m12:00:00\u001b[22m line ${line}\n`)
    expect([made.notes.printed.length, made.notes.printed[0]]).toEqual([20, "\u001b[2m12:00:00\u001b[22m line 10"])
    expect(made.notes.lines.at(-1)!.text).toBe("line 29")
    expect(textOf(made.picture())).toContain("17:58:00 line 29")
  })

  it("shows a log that goes to a file too by its messages, and does not print that again", () => {
    const { board: made } = board()
    made.log('{"time":"2026-07-16T17:58:00Z","level":"warn","message":"no connection\\u001b[2J"}\n', true)
    expect(made.notes.printed).toEqual([])
    expect(made.notes.lines).toMatchObject([{ isAlarm: true }])
    expect(textOf(made.picture())).toMatch(/17:58:00 no connection/)
  })

  it("says why there is nothing yet", () => {
    const { board: made, clock } = board()
    expect(made.picture().row(1)).toMatch(/Waiting for the first records of the feed\./)
    const session = { session: "feed", state: "connecting", why: "no name server", epoch: 0, dials_left: null }
    const next_dial_at = new Date(clock.now + 5000).toISOString()
    made.takeStatus([{ status: "source", sessions: [{ ...session, next_dial_at }] }])
    expect(made.picture().row(1)).toMatch(/feed: connecting \u00b7 next try in 5s \u00b7 no name server/)
  })

  it("has all of its help at every size, page by page", () => {
    const { board: made } = board(60, 12)
    made.take("changes", [price(150, null, { last: true })])
    const seen: Array<string> = []
    made.press("?")
    for (let page = 0; page < 5 && made.ui.help !== undefined; page++) {
      seen.push(textOf(made.picture()))
      made.press("?")
    }
    expect(seen.length).toBeGreaterThan(1)
    expect(seen.join("\n")).toMatch(/live: quoted now[\s\S]*colors[\s\S]*q   quit/)
    expect(made.ui.help).toBe(undefined)
  })

  it("at any size puts every text inside its rows", () => {
    const { board: made, size, clock } = board()
    const run = new SeededRun(made)
    run.connect()
    clock.now = run.now
    for (let columns = 1; columns <= 210; columns += 11) {
      for (const rows of [1, 5, 12, 13, 16, 29, 30, 41]) {
        Object.assign(size, { columns, rows })
        for (const key of ["1", "2", "3", "4", "5", "6", "?", "1", "b", "escape", "enter", "escape", " ", " "]) {
          made.press(key)
          const canvas = made.picture()
          expect([canvas.texts.length, canvas.styles.length]).toEqual([columns * rows, columns * rows])
        }
      }
    }
  })
})

describe("a place without a board", () => {
  const facts = {
    stdin: { isTTY: true },
    stdout: { isTTY: true, columns: 80, rows: 24 },
    env: { TERM: "xterm" },
  }
  it.each([
    [{}, undefined],
    [{ stdout: { isTTY: false, columns: 80, rows: 24 } }, "standard output is no terminal"],
    [{ stdin: {} }, "standard input is no terminal"],
    [{ env: { TERM: "dumb" } }, "TERM says"],
    [{ env: {} }, "TERM says"],
    [{ stdout: { isTTY: true, columns: 59, rows: 24 } }, "the terminal has 59 columns and 24 lines"],
    [{ stdout: { isTTY: true, columns: 60, rows: 11 } }, "the terminal has 60 columns and 11 lines"],
    [{ stdout: { isTTY: true, columns: 60, rows: 12 } }, undefined],
  ])("%#: says why", (other, why) => {
    const found = whyNoBoard({ ...facts, ...other })
    if (why === undefined) expect(found).toBe(undefined)
    else expect(found).toContain(why)
  })
})
