/**
 * The best price of every bet, over all sportsbooks: the index of `@boltodds/signals` in this process. Once the first
 * snapshot has settled, it prints the best moneyline of every game, of the prices that may be acted on right now.
 */
import { connect } from "@boltodds/connection/node"
import { BestPrices } from "@boltodds/signals"
import { make, thaw } from "@boltodds/state"

const sportsbooks = ["draftkings", "fanduel", "betmgm"]
const url = process.env["BOLTODDS_URL"]
const feed = connect({
  filters: { sportsbooks, markets: ["Moneyline"] },
  ...url === undefined ? {} : { url },
})

// The teams do not name the event: they meet again tomorrow, and twice today in a doubleheader. A key of a selection does,
// at every sportsbook. Prices that are unverified, suspended, or contradicted by their own sportsbook are left out.
const prices = new BestPrices()
const draft = thaw(make({ run: crypto.randomUUID(), settleMillis: 2000 }))

const printAll = (): void => {
  for (const { home_team, away_team, starts_at, side, odds, sportsbooks, warnings } of prices.standing()) {
    const name = side === "home" ? home_team : side === "away" ? away_team : side
    const shown = odds !== null && odds > 0 ? `+${odds}` : odds
    const careful = warnings.length === 0 ? "" : ` (${warnings.join(", ")})`
    console.log(`${home_team} vs ${away_team}, ${starts_at}: ${name}: ${shown} at ${sportsbooks.join(", ")}${careful}`)
  }
}

const begunAt = performance.now()
for await (const event of feed) {
  let settled = false
  for (const { records } of draft.apply([event])) {
    for (const record of records) {
      prices.take(record)
      settled ||= "control" in record && record.control === "synced"
    }
  }
  // Where no game is offered at the moment, no snapshot comes.
  if (!settled && performance.now() - begunAt < 40_000) continue
  printAll()
  break
}
