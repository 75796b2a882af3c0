import type { Change, Control } from "@boltodds/protocol"
import { BestPrices } from "@boltodds/signals"
import { describe, expect, it } from "vitest"
import { Pasts } from "../src/internal/Pasts.ts"
import { moneyline, Records } from "./records.ts"

// In this sport a moneyline is of two ways unless a draw is seen.
const sport = { sport: "NHL" }
const draw = { outcome: "Draw Moneyline", target: "Draw" }

/** A game in which a draw was seen, which is closed since. */
const afterDraw = () => {
  const records = new Records()
  const prices = new BestPrices()
  const take = (...all: ReadonlyArray<Change | Control>): ReadonlyArray<string> => {
    for (const record of all) prices.take(record)
    return prices.standing().map(({ key }) => key)
  }
  const home = (more: object = {}): Change =>
    records.line("line_opened", "draftkings", { ...moneyline("home"), ...sport, ...more })
  const game = (change: string, more: object = {}): Change => records.game(change, "draftkings", { ...sport, ...more })
  const ofTwo = take(records.control("stream_started"), game("game_opened"), home())
  const ofThree = take(
    records.line("line_opened", "draftkings", { ...draw, ...sport }),
    records.line("line_closed", "draftkings", { ...draw, ...sport }),
  )
  expect([...ofTwo, ...ofThree].map((key) => key.split("|")[2])).toEqual(["moneyline", "moneyline_3way"])
  return { records, take, home, game, ofTwo, ofThree }
}

describe("a draw that was seen stays known, so that a price of three ways is not one of two,", () => {
  it("when its game is sent anew", () => {
    const { take, home, game, ofThree } = afterDraw()
    expect(take(game("game_opened"), home())).toEqual(ofThree)
  })

  it("when its game is closed and opened again", () => {
    const { take, home, game, ofThree } = afterDraw()
    expect(take(game("game_closed"), game("game_opened"), home())).toEqual(ofThree)
  })

  it("when the run sends all it has again after a loss", () => {
    const { records, take, home, game, ofThree } = afterDraw()
    const again = [records.control("dropped"), records.control("stream_started", { part: 1 }), game("game_opened")]
    expect(take(...again, home())).toEqual(ofThree)
  })

  it("when the game goes on under another name", () => {
    const { take, home, game, ofThree } = afterDraw()
    const other = { game: "Utah Jazz at Chicago Bulls, 2026-01-16, 1e1f1b8dc2ec" }
    expect(take(game("game_opened", other), home(other), game("game_closed"))).toEqual(ofThree)
  })

  it("when the game is of another event from now on", () => {
    const { take, game, home, ofThree } = afterDraw()
    const other = { universal_game_id: "2b" }
    const keys = ofThree.map((key) => key.replace("1e1f1b8dc2ec", "2b"))
    expect(take(game("game_amended", other))).toEqual(keys)
    expect(take(game("game_closed", other), game("game_opened", other), home(other))).toEqual(keys)
  })

  it("until another run begins", () => {
    const { records, take, home, game, ofTwo } = afterDraw()
    records.run = "01J00000000000000000000001"
    expect(take(records.control("stream_started"), game("game_opened"), home())).toEqual(ofTwo)
  })
})

it("forgets what has no game, the oldest first, beyond a number", () => {
  const pasts = new Pasts(2)
  const all = ["a", "b", "c"].map((event) => pasts.use("draftkings", event))
  for (const past of all) {
    past.startsAt = 1
    pasts.leave(past)
  }
  expect(["c", "b", "a"].map((event) => pasts.use("draftkings", event).startsAt)).toEqual([1, 1, null])
})
