import { BestPrices } from "@boltodds/signals"
import { expect, it } from "vitest"

it("knows a draw that was seen before its game was sent anew: a price of three ways is not one of two", () => {
  const at = "2026-01-16T18:00:00.000Z"
  const stamp = { run: "01M8MB8VED4C6JV9TJ0KRBSY68", session: "main", epoch: 1, sent_at: null, frame: 1, at }
  const game = {
    cause: "feed",
    sportsbook: "draftkings",
    sport: "NHL",
    game: "Arsenal vs Chelsea, 2026-01-16, 1e1f1b8dc2ec",
    universal_game_id: "1e1f1b8dc2ec",
    book_game_id: null,
    home_team: "Arsenal",
    away_team: "Chelsea",
    starts_at: "2026-01-16T23:10:00.000Z",
  }
  const line = (name: string) => ({
    outcome: `${name} Moneyline`,
    market: "Moneyline",
    target: name,
    target_kind: name === "Draw" ? null : "home",
    side: null,
    line: null,
    line_derived: false,
    link: null,
    odds: 150,
    previous_odds: null,
    previous_line: null,
  })
  const prices = new BestPrices()
  let seq = 0
  const take = (change: string, more: object) => {
    prices.take({ ...stamp, ...game, seq: ++seq, change, ...more } as never)
    return prices.standing().map((best) => JSON.stringify({ ...best, seq: 0 }))
  }
  take("game_opened", { partial: false })
  take("line_opened", { ...line("Arsenal"), last: true })
  const ofTwo = take("line_closed", { ...line("Chelsea"), last: true })
  take("line_opened", { ...line("Draw"), last: true })
  const ofThree = take("line_closed", { ...line("Draw"), last: true })
  expect(ofThree).not.toEqual(ofTwo)
  take("game_opened", { partial: false })
  expect(take("line_opened", { ...line("Arsenal"), last: true })).toEqual(ofThree)
})
