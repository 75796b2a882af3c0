/**
 * What `encodeRecord` costs beside `JSON.stringify` of the same line changes.
 *
 * `node --conditions=@boltodds/source packages/protocol/bench/encode.bench.ts`
 */
import { encodeRecord, type LineChange } from "../src/index.ts"
import { compare } from "./compare.ts"

const books = ["fanduel", "draftkings", "betmgm", "caesars", "pinnacle", "bet365", "novig", "kalshi", "espnbet"]

/** The state keeps a line's text once, so changes of one line share their strings: so do these. */
const line = (index: number) => ({
  outcome: `Springfield Comets ${index / 2 - 10}.5 Spread`,
  market: "Spread",
  target: "Springfield Comets",
  target_kind: "home" as const,
  side: null,
  line: index / 2 - 10.5,
  line_derived: false,
  link: `https://sportsbook.example/event/home-%40-away/34397588?outcomes=0OU85504590O950_${index}`,
})

const game = (index: number) => ({
  sport: "MLB",
  sportsbook: books[index % books.length]!,
  game: `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${index.toString(16).padStart(12, "0")}`,
  universal_game_id: index.toString(16).padStart(12, "0"),
  book_game_id: `${31584696 + index}`,
  home_team: "Springfield Comets",
  away_team: "Shelbyville Hounds",
  starts_at: "2026-07-16T23:10:00.000Z",
})

/** `perMessage` changes of one game after another, as the messages of a feed bring them. */
const changes = (count: number, games: number, lines: number, perMessage: number): ReadonlyArray<LineChange> => {
  const allGames = Array.from({ length: games }, (_, index) => game(index))
  const allLines = allGames.map((_, of) => Array.from({ length: lines }, (_, index) => line(of * lines + index)))
  return Array.from({ length: count }, (_, seq): LineChange => {
    const message = Math.floor(seq / perMessage)
    const of = (message * 7919) % games
    const { link, ...facts } = allLines[of]![(seq * 31) % lines]!
    return {
      change: "line_moved",
      run: "01K0A2B3C4D5E6F7G8H9JKMNPQ",
      seq: seq + 1,
      part: 0,
      session: "main",
      epoch: 1,
      at: new Date(1784181277438 + Math.floor(message / 5)).toISOString(),
      sent_at: `2026-07-16T04:54:${(10 + (message % 50)).toString()}.${(100000 + message).toString()}+00:00`,
      frame: Math.floor(message / 5),
      cause: "feed",
      ...allGames[of]!,
      ...facts,
      odds: -110 - (seq % 50),
      link,
      previous_odds: -110,
      previous_line: facts.line,
    }
  })
}

for (
  const [name, list] of [
    ["15 games, 1 change a message", changes(20_000, 15, 60, 1)],
    ["135 games, 3 changes a message", changes(20_000, 135, 60, 3)],
    ["135 games, 60 changes a message", changes(20_000, 135, 60, 60)],
    ["2,000 games of 100 lines, 1 change a message", changes(100_000, 2000, 100, 1)],
  ] as const
) {
  compare(name, "JSON.stringify", list, JSON.stringify, "encodeRecord", encodeRecord)
  const batches = Array.from({ length: list.length / 50 }, (_, index) => list.slice(index * 50, index * 50 + 50))
  const bytes = (encode: (record: LineChange) => string) => (batch: ReadonlyArray<LineChange>) => {
    let text = ""
    for (const record of batch) text += encode(record) + "\n"
    return Buffer.from(text)
  }
  compare(`${name}, 50 to bytes`, "JSON.stringify", batches, bytes(JSON.stringify), "encodeRecord", bytes(encodeRecord))
}
