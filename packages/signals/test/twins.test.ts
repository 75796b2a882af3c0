/** Two outcomes of one sportsbook for one bet. */
import { BestPrices } from "@boltodds/signals"
import { expect, it } from "vitest"
import { moneyline, Records } from "./records.ts"

/** A game whose home team has two outcomes, the second of which pays less. */
const twice = () => {
  const records = new Records()
  const prices = new BestPrices()
  const take = (...all: ReadonlyArray<Parameters<BestPrices["take"]>[0]>) => {
    for (const record of all) prices.take(record)
    return prices.standing().map(({ side, odds }) => `${side} ${odds}`)
  }
  const worse = { ...moneyline("home", 120), outcome: "Moneyline home" }
  take(
    records.control("stream_started"),
    records.game("game_opened", "draftkings"),
    records.line("line_opened", "draftkings", moneyline("home", 150)),
  )
  return { records, take, worse }
}

it("count with the worse price", () => {
  const { records, take, worse } = twice()
  expect(take(records.line("line_opened", "draftkings", worse))).toEqual(["home 120"])
})

it("do not count while one is unverified: the better half of a contradiction is no price", () => {
  const { records, take, worse } = twice()
  expect(take(records.line("line_opened", "draftkings", { ...worse, unverified: true }))).toEqual([])
  expect(take(records.line("line_moved", "draftkings", worse))).toEqual(["home 120"])
})

it("do not count while one is in a game of which only updates came", () => {
  const { records, take, worse } = twice()
  const second = { game: "Chicago Bulls vs Utah Jazz, 2026-01-16, B" }
  expect(take(
    records.game("game_opened", "draftkings", { ...second, partial: true }),
    records.line("line_opened", "draftkings", { ...worse, ...second }),
  )).toEqual([])
})

it("are bets on two men of one name, who differ in their teams only, in a market such as the first scorer", () => {
  const { records, take } = twice()
  const scorer = (team: string, odds: number) =>
    records.line("line_opened", "draftkings", {
      outcome: `${team} first`,
      market: "First Touchdown Scorer",
      target: `Josh Allen (${team})`,
      target_kind: "other",
      sport: "NFL",
      odds,
    })
  expect(take(records.game("game_amended", "draftkings", { sport: "NFL" }), scorer("BUF", 900))).toContain(
    "josh allen 900",
  )
  expect(take(scorer("JAX", 800))).toEqual(["home 150"])
})
