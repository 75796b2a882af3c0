import { isLineChange } from "@boltodds/protocol"
import { where } from "@boltodds/pipeline"
import { describe, expect, it } from "vitest"
import { control, game, line, said, through } from "./envelopes.ts"

const isLong = () => where((change) => isLineChange(change) && change.odds !== null && change.odds >= 200)

describe("where", () => {
  it("passes a line on while it satisfies the predicate, and takes it back once when it no longer does", () => {
    const out = through(isLong(), [
      line({ change: "line_opened", odds: 190, previous_odds: null }),
      line({ odds: 210, previous_odds: 190 }),
      line({ odds: 220, previous_odds: 210 }),
      line({ odds: 180, previous_odds: 220, market: "Moved", late: true }),
      line({ odds: 170, previous_odds: 180 }),
      line({ odds: 205, previous_odds: 170 }),
    ])
    expect(said(out)).toEqual([
      "2 line_moved 190 -> 210",
      "3 line_moved 210 -> 220",
      "4 line_closed 220 -> null",
      "6 line_moved 170 -> 205",
    ])
    expect(out[2]).toMatchObject({ cause: "filters", market: "Moved", late: true, last: true })
    expect(out[0]).toMatchObject({ cause: "feed" })
  })

  it("passes on the closing of what it sent unchanged, and of nothing else", () => {
    const closing = line({ change: "line_closed", odds: null, previous_odds: 210, cause: "book_clear" })
    expect(through(isLong(), [line({ odds: 190 }), closing])).toEqual([])
    const out = through(isLong(), [line({ odds: 210 }), closing, closing])
    expect(said(out)).toEqual(["1 line_moved -115 -> 210", "2 line_closed 210 -> null"])
    expect(out[1]).toMatchObject({ cause: "book_clear" })
  })

  it("passes records of the games that its reader knows from their lines, and of no others", () => {
    const all = [
      game({ change: "game_opened" }),
      line({ change: "line_opened", odds: 210, previous_odds: null }),
      game({ change: "game_amended" }),
      game({ change: "game_closed" }),
      line({ change: "line_opened", odds: 150, previous_odds: null }),
      game({ change: "game_closed" }),
    ]
    expect(said(through(isLong(), all))).toEqual([
      "2 line_opened null -> 210",
      "3 game_amended",
      "4 game_closed",
    ])
    expect(through(isLong(), all.filter((_, index) => index !== 1))).toEqual([])
  })

  it("still passes records of the game after its last line has been closed", () => {
    const out = through(isLong(), [line({ odds: 210 }), line({ odds: 100 }), game({ change: "game_closed" })])
    expect(said(out).map((it) => it.split(" ")[1])).toEqual(["line_moved", "line_closed", "game_closed"])
  })

  it("has no lines of a game that begins anew", () => {
    const out = through(isLong(), [
      line({ odds: 210 }),
      game({ change: "game_opened", reset: true }),
      line({ odds: 100 }),
    ])
    expect(said(out).map((it) => it.split(" ")[1])).toEqual(["line_moved", "game_opened"])
  })

  it("begins anew where its reader does", () => {
    const out = through(isLong(), [line({ odds: 210 }), control("stream_started"), line({ odds: 100 })])
    expect(said(out)).toEqual(["1 line_moved -115 -> 210", "2 stream_started"])
  })
})
