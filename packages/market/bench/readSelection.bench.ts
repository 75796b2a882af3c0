/**
 * What reading a line costs: names that are known, names with a team in them, and new names.
 *
 * `node --conditions=@boltodds/source packages/market/bench/readSelection.bench.ts`
 */
import { eventKey, type LineFields, makeSelectionReader, selectionKey } from "../src/index.ts"

const game = {
  sport: "NFL",
  sportsbook: "draftkings",
  game: "Chicago Bears vs Minnesota Vikings, 2025-09-08, 08",
  universal_game_id: "80cfa8281e36",
  home_team: "Chicago Bears",
  away_team: "Minnesota Vikings",
}
const line = (market: string, fields: Partial<LineFields>): LineFields => ({
  outcome: "a label",
  market,
  target: null,
  target_kind: null,
  side: null,
  line: null,
  ...fields,
})
const team = { target: "Chicago Bears", target_kind: "home" } as const
const player = (index: number) => ({ target: `Player Number ${index % 300}`, target_kind: "other" } as const)

const sets: Readonly<Record<string, (index: number) => LineFields>> = {
  "moneyline": () => line("Moneyline", team),
  "spread": (index) => line("1st Half Spread", { ...team, line: index % 20 - 9.5 }),
  "total": (index) => line("Total Points", { side: index % 2 === 0 ? "over" : "under", line: 30.5 + index % 30 }),
  "player": (index) => line("Rushing Attempts", { ...player(index), side: "over", line: 5.5 }),
  "team in the name": (index) => line("Minnesota Vikings First Touchdown Scorer", player(index)),
  "not understood": () => line("Alien Abduction", team),
  "new names": (index) => line(`Market ${index}`, team),
}

/** Before anything is measured, everything has run. */
const warm = makeSelectionReader()
for (let index = 0; index < 20_000; index++) for (const make of Object.values(sets)) warm.read(make(index), game)

const count = 20_000
for (const [name, make] of Object.entries(sets)) {
  const lines = Array.from({ length: count }, (_, index) => make(index))
  let best = Infinity
  let bestKey = Infinity
  let length = 0
  for (let round = 0; round < 15; round++) {
    const reader = makeSelectionReader()
    const start = performance.now()
    const readings = lines.map((each) => reader.read(each, game))
    const middle = performance.now()
    for (const reading of readings) {
      length += reading._tag === "Selection" ? selectionKey(eventKey(game), reading.selection).length : 1
    }
    best = Math.min(best, middle - start)
    bestKey = Math.min(bestKey, performance.now() - middle)
  }
  if (length === 0) throw new Error("Nothing was measured")
  console.log(
    `${name}: ${(best * 1e6 / count).toFixed(0)} ns to read, ${(bestKey * 1e6 / count).toFixed(0)} ns for the key`,
  )
}
