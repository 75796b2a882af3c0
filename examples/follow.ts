/** The smallest book: each price that may be acted on. One install, `npm install boltodds`, and no Effect. */
import { follow } from "boltodds"

const feed = follow({ filters: { sports: ["MLB"], markets: ["Moneyline"] } })
for await (const record of feed) {
  if (!feed.isActionable(record)) continue
  const { sportsbook, game, outcome, previous_odds, odds } = record
  console.log(`${sportsbook}: ${game}: ${outcome} ${previous_odds ?? "new"} -> ${odds}`)
}
