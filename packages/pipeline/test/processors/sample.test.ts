import { chain, sample, where } from "@boltodds/pipeline"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import { control, game, line, said, through } from "./envelopes.ts"

const opened = line({ change: "line_opened", odds: 100, previous_odds: null })
const move = (odds: number, at = 0) => line({ odds, previous_odds: odds - 1 }, at)
const verified = control("game_verified", {
  sportsbook: "fanduel",
  game: "Springfield Comets vs Shelbyville Hounds, 2026-07-16, 1e1f1b8dc2ec",
})

describe("sample", () => {
  it("passes one price in so many of each line, unverified, with the price that was sent before", () => {
    const out = through(sample({ every: 3 }), [opened, move(101), move(102), move(103), move(104)])
    expect(said(out)).toEqual(["1 line_opened null -> 100?", "4 line_moved 100 -> 103?"])
    expect(out[1]).toMatchObject({ merged: 3 })
  })

  it("counts each line by itself", () => {
    const other = line({ outcome: "other", odds: 7 })
    const out = through(sample({ every: 2 }), [opened, other, move(101), move(102), other, other])
    expect(out.map((it) => it["seq"])).toEqual([1, 2, 4, 6])
  })

  it("or the first after so much time", () => {
    const interval = Duration.millis(100)
    const out = through(sample({ interval }), [opened, move(101, 99), move(102, 100), move(103, 199), move(104, 201)])
    expect(said(out)).toEqual([
      "1 line_opened null -> 100?",
      "3 line_moved 100 -> 102?",
      "5 line_moved 102 -> 104?",
    ])
  })

  it("passes every suspension unchanged, what ends it, and every closing", () => {
    const out = through(sample({ every: 100 }), [
      opened,
      move(101),
      line({ change: "line_suspended", odds: null, previous_odds: 101 }),
      line({ change: "line_resumed", odds: 102, previous_odds: null }),
      move(103),
      line({ change: "line_closed", odds: null, previous_odds: 103 }),
      opened,
      game({ change: "game_closed" }),
      opened,
    ])
    expect(said(out)).toEqual([
      "1 line_opened null -> 100?",
      "3 line_suspended 100 -> null",
      "4 line_resumed null -> 102?",
      "6 line_closed 102 -> null",
      "7 line_opened null -> 100?",
      "8 game_closed",
      "9 line_opened null -> 100?",
    ])
  })

  it("passes what its reader would believe before a game is verified, and then that it is over", () => {
    const out = through(sample({ every: 100 }), [opened, move(101), move(102), verified, move(103), move(104)])
    expect(said(out)).toEqual([
      "1 line_opened null -> 100?",
      "3 line_moved 100 -> 102?",
      "4 game_verified",
      "5 line_moved 102 -> 103?",
    ])
  })

  it("passes every record of a suspended line, since its reader takes it as it is", () => {
    const amended = line({ change: "line_amended", odds: null, previous_odds: null, line: -2.5 })
    const suspended = line({ change: "line_suspended", odds: null, previous_odds: 100 })
    const out = through(sample({ every: 100 }), [opened, suspended, amended, amended])
    expect(out.map((it) => [it["seq"], it["unverified"]])).toEqual([[1, true], [2, undefined], [3, undefined], [
      4,
      undefined,
    ]])
  })

  it("receives controls after another processor, and before one", () => {
    const steps = [opened, move(101), move(102), verified, move(103), move(104)]
    const alone = said(through(sample({ every: 100 }), steps))
    expect(said(through(chain(where(() => true), sample({ every: 100 })), steps))).toEqual(alone)
    expect(said(through(chain(sample({ every: 100 }), where(() => true)), steps))).toEqual(alone)
  })

  it("refuses what is no number of records, and no time", () => {
    expect(() => sample({ every: 0 })).toThrow("every must be a whole number from 1: current value is 0")
    expect(() => sample({ every: 1.5 })).toThrow("current value is 1.5")
    expect(() => sample({ interval: Duration.zero })).toThrow("interval must be more than zero")
  })
})
