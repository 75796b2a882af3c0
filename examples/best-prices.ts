/**
 * The book in this process: once the first snapshot has settled, the best moneyline of every game over all sportsbooks,
 * of those that may be acted on right now.
 */
import { connect } from "@boltodds/connection/node"
import { gamesOf, isActionable, make, type State, thaw } from "@boltodds/state"

const sportsbooks = ["draftkings", "fanduel", "betmgm"]
const url = process.env["BOLTODDS_URL"]
const feed = connect({
  filters: { sportsbooks, markets: ["Moneyline"] },
  ...url === undefined ? {} : { url },
})

/** American odds as what a stake of 1 pays in all. */
const decimal = (odds: number): number => odds > 0 ? 1 + odds / 100 : 1 + 100 / -odds

interface Best {
  readonly label: string
  readonly sportsbook: string
  readonly odds: number
}

const printBest = (state: State, now: number): void => {
  const best = new Map<string, Best>()
  for (const sportsbook of sportsbooks) {
    for (const game of gamesOf(state, sportsbook)) {
      for (const line of game.lines.values()) {
        // A line that is unverified, suspended or of a silent sportsbook is not a price.
        if (line.odds === null || line.market !== "Moneyline") continue
        if (!isActionable(state, { sportsbook, game: game.game, outcome: line.outcome }, now)) continue
        // The teams do not name the event: they meet again tomorrow, and twice today in a doubleheader. The outcome key
        // does not name the side: it is one sportsbook's own label. Between sportsbooks the target is what compares.
        const event = game.universal_game_id ?? game.game
        const key = JSON.stringify([game.sport, event, line.target])
        const known = best.get(key)
        if (known !== undefined && decimal(line.odds) <= decimal(known.odds)) continue
        const label = `${game.home_team} vs ${game.away_team}, ${game.starts_at}: ${line.target}`
        best.set(key, { label, sportsbook, odds: line.odds })
      }
    }
  }
  for (const { label, sportsbook, odds } of best.values()) {
    console.log(`${label}: ${odds > 0 ? "+" : ""}${odds} at ${sportsbook}`)
  }
}

// One draft, worked on in place; `seal` gives a state to ask at any time.
const draft = thaw(make({ run: crypto.randomUUID(), settleMillis: 2000 }))
for await (const event of feed) {
  const settled = draft.apply([event]).some(({ records }) =>
    records.some((record) => "control" in record && record.control === "synced")
  )
  if (!settled) continue
  printBest(draft.seal(), event.at)
  break
}
