/** A generated feed for benches: a snapshot, then line updates, in frames of one message or an array. */

import type { FeedMessage } from "./load.ts"

/** A small generator: the same numbers every time. */
const random = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const sportsbooks = [
  "draftkings",
  "fanduel",
  "betmgm",
  "caesars",
  "kalshi",
  "bovada",
  "bet365",
  "espnbet",
  "pinnacle",
  "novig",
]
const games = 200
const lines = 30
const messagesPerPass = 10_000
/** Messages in a frame, on average. */
const meanFrame = 8

const game = (index: number): string =>
  `Home Team ${index % 30} vs Away Team ${index % 29}, 2026-07-16, ${(0x100000000000 + index).toString(16)}`

const outcome = (index: number, line: number, price: number): readonly [string, unknown] => {
  const team = line % 2 === 0 ? `Home Team ${index % 30}` : `Away Team ${index % 29}`
  return [`${team} ${line / 2} Spread`, {
    odds: price > 0 ? `+${price}` : String(price),
    link: `https://sportsbook.example.com/event/${index}?outcomes=0HC79742904N150_${line}`,
    outcome_name: "Alternate Spread",
    outcome_line: line % 3 === 0 ? line / 2 : String(line / 2),
    outcome_over_under: null,
    outcome_target: team,
  }]
}

const message = (
  action: string,
  index: number,
  at: number,
  outcomes: ReadonlyArray<readonly [string, unknown]>,
): FeedMessage => ({
  timestamp: new Date(1_784_000_000_000 + at).toISOString().replace("Z", "472+00:00"),
  action,
  data: {
    sport: "MLB",
    sportsbook: sportsbooks[index % sportsbooks.length],
    game: game(index),
    universal_game_id: (0x100000000000 + index).toString(16),
    home_team: `Home Team ${index % 30}`,
    away_team: `Away Team ${index % 29}`,
    info: { id: String(31_584_696 + index), when: "2026-07-16, 07:10 PM", link: "", game: game(index) },
    outcomes: Object.fromEntries(outcomes),
  },
})

/** Frames as a feed sends them: single messages, and arrays of a few to two dozen. The same on every call. */
export const generatedFeed = (): ReadonlyArray<FeedMessage | ReadonlyArray<FeedMessage>> => {
  const next = random(11)
  const price = (): number => (next() < 0.5 ? -1 : 1) * (100 + Math.floor(next() * 250))
  const messages: Array<FeedMessage> = []
  for (let index = 0; index < games; index++) {
    const all = Array.from({ length: lines }, (_, line) => outcome(index, line, price()))
    messages.push(message("initial_state", index, index, all))
  }
  for (let at = games; messages.length < messagesPerPass; at++) {
    const index = Math.floor(next() * games)
    const touched = 1 + Math.floor(next() * 3)
    const first = Math.floor(next() * lines)
    const changes = Array.from({ length: touched }, (_, step) => outcome(index, (first + step) % lines, price()))
    messages.push(message("line_update", index, at, changes))
  }
  const frames: Array<FeedMessage | ReadonlyArray<FeedMessage>> = []
  for (let from = 0; from < messages.length;) {
    const size = 1 + Math.floor(next() * (2 * meanFrame - 1))
    const part = messages.slice(from, from + size)
    frames.push(part.length === 1 && next() < 0.5 ? part[0]! : part)
    from += size
  }
  return frames
}
