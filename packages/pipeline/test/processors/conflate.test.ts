import { chain, conflate, where } from "@boltodds/pipeline"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import { control, game, line, said, through } from "./envelopes.ts"

const conflation = (overtake = false) => conflate({ every: Duration.millis(100), overtake })
const a = (odds: number | null, previous_odds: number | null, at: number, change = "line_moved") =>
  line({ outcome: "A", change: change as "line_moved", odds, previous_odds }, at)
const b = (odds: number | null, previous_odds: number | null, at: number, change = "line_moved") =>
  line({ outcome: "B", change: change as "line_moved", odds, previous_odds }, at)

describe("conflate", () => {
  it("passes on the newest of each line once the interval that the first began is over", () => {
    const steps = [a(101, 100, 0), b(201, 200, 10), a(102, 101, 20), a(103, 102, 99)]
    expect(through(conflation(), steps, 99)).toEqual([])
    const out = through(conflation(), steps, 100)
    expect(said(out)).toEqual(["2 line_moved 200 -> 201", "4 line_moved 100 -> 103"])
    expect(out[1]).toMatchObject({ merged: 3, last: true })
    expect(out[0]).not.toHaveProperty("merged")
    expect(out[0]).not.toHaveProperty("last")
  })

  it("begins the next interval with what comes then", () => {
    const steps = [a(101, 100, 0), a(102, 101, 150), a(103, 102, 240)]
    expect(said(through(conflation(), steps, 249))).toEqual(["1 line_moved 100 -> 101"])
    expect(said(through(conflation(), steps, 250))).toEqual(["1 line_moved 100 -> 101", "3 line_moved 101 -> 103"])
  })

  it.each(["line_suspended", "line_closed"])("passes on %s at once, with what was held before it", (change) => {
    const out = through(conflation(), [a(101, 100, 0), b(201, 200, 1), a(null, 101, 2, change), b(202, 201, 3)], 4)
    expect(said(out)).toEqual(["2 line_moved 200 -> 201", `3 ${change} 100 -> null`])
  })

  it("lets it go ahead alone where that is asked for; a line's own order stays", () => {
    const steps = [a(101, 100, 0), b(201, 200, 1), a(null, 101, 2, "line_suspended"), a(102, null, 3, "line_resumed")]
    expect(said(through(conflation(true), steps, 50))).toEqual(["3 line_suspended 100 -> null"])
    expect(said(through(conflation(true), steps, 100))).toEqual([
      "3 line_suspended 100 -> null",
      "2 line_moved 200 -> 201",
      "4 line_resumed null -> 102",
    ])
  })

  it("passes on at once that a price is unverified", () => {
    const doubt = line({ outcome: "A", change: "line_amended", odds: 101, previous_odds: 101, unverified: true }, 1)
    expect(said(through(conflation(), [a(101, 100, 0), doubt], 2))).toEqual(["2 line_moved 100 -> 101?"])
  })

  it("sends nothing about a line or a game that was opened and closed meanwhile, and waits for nothing then", () => {
    const opened = game({ change: "game_opened" }, 0)
    const closed = game({ change: "game_closed" }, 3)
    const lines = [a(100, null, 1, "line_opened"), a(null, 100, 2, "line_closed")]
    const both = chain(conflation(), where(() => true))
    expect(through(both, lines, 1000)).toEqual([])
    expect(both.dueAt()).toBe(undefined)
    expect(through(conflation(), [opened, ...lines, closed], 1000)).toEqual([])
    expect(through(conflation(), [opened, lines[0]!, game({ change: "game_amended" }, 2), closed], 1000)).toEqual([])
    expect(said(through(conflation(), [a(101, 100, 1), closed], 3))).toEqual(["2 game_closed"])
  })

  it("keeps a game's opening before its lines, however it is amended", () => {
    const steps = [
      game({ change: "game_opened", home_team: "X" }, 0),
      a(100, null, 1, "line_opened"),
      game({ change: "game_amended", home_team: "Y" }, 2),
      game({ change: "game_amended", home_team: "Z" }, 3),
    ]
    const out = through(conflation(), steps, 100)
    expect(said(out)).toEqual(["1 game_opened", "2 line_opened null -> 100", "4 game_amended"])
    expect(out[2]).toMatchObject({ home_team: "Z", merged: 2 })
  })

  it.each([false, true])("passes on a snapshot as it comes (overtaking: %s)", (overtake) => {
    const told = [
      game({ change: "game_opened", cause: "snapshot" }),
      line({ change: "line_opened", outcome: "A", odds: 1, previous_odds: null, cause: "snapshot" }),
    ]
    const out = through(conflation(overtake), [a(101, 100, 0), control("stream_started"), ...told, a(102, 1, 1)], 2)
    expect(said(out)).toEqual([
      "1 line_moved 100 -> 101",
      "2 stream_started",
      "3 game_opened",
      "4 line_opened null -> 1",
    ])
  })

  it("gives all it holds before a control", () => {
    const out = through(conflation(), [a(101, 100, 0), control("heartbeat", {}, 5), a(102, 101, 6)], 7)
    expect(said(out)).toEqual(["1 line_moved 100 -> 101", "2 heartbeat"])
  })

  it("refuses an interval of zero", () => {
    expect(() => conflate({ every: Duration.zero })).toThrow(
      "Cannot conflate: every must be more than zero: current value is 0 ms",
    )
  })
})
