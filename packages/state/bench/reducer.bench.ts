/**
 * The reducer against a plain mutable nested Map that only stores, fed the same decoded line updates; and the memory it
 * keeps per line. Run: `pnpm bench reducer`. Prints ratios, medians of several rounds taken in turn.
 */
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { make, thaw } from "@boltodds/state"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"

const args = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const rounds = Number(args.get("rounds") ?? 7)
const updates = Number(args.get("updates") ?? 200_000)

const books = [
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
const linesPerGame = 40

/** A small generator: the same numbers every time. */
const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

const outcomeKey = (index: number): string => `Home Team ${index / 2} Spread`
const outcome = (index: number, odds: number): unknown => ({
  odds: odds > 0 ? `+${odds}` : `${odds}`,
  link: `https://sportsbook.example.com/event/home-at-away/32225523?outcomes=0HC79742904N150_${index}`,
  outcome_name: "Alternate Spread",
  outcome_line: index % 2 === 0 ? index / 2 : String(index / 2),
  outcome_over_under: null,
  outcome_target: index % 2 === 0 ? "Home Team" : "Away Team",
})

const gameName = (game: number): string => `Home Team vs Away Team, 2026-07-16, ${(game + 0x1000000).toString(16)}`
const data = (game: number, outcomes: Record<string, unknown>): unknown => ({
  sport: "MLB",
  sportsbook: books[game % books.length],
  game: gameName(game),
  universal_game_id: "1e1f1b8dc2ec",
  home_team: "Home Team",
  away_team: "Away Team",
  info: { id: "31584696", when: "2026-07-16, 07:10 PM", link: "", game: gameName(game), universal_id: "1e1f1b8dc2ec" },
  outcomes,
})

const snapshotTexts = (games: number): Array<string> => {
  const texts: Array<string> = []
  for (let game = 0; game < games; game++) {
    const outcomes: Record<string, unknown> = {}
    for (let index = 0; index < linesPerGame; index++) outcomes[outcomeKey(index)] = outcome(index, -110)
    texts.push(JSON.stringify({ timestamp: stamp(game), action: "initial_state", data: data(game, outcomes) }))
  }
  return texts
}

const stamp = (index: number): string => new Date(1_784_000_000_000 + index).toISOString().replace("Z", "000+00:00")

const updateTexts = (games: number, count: number): Array<string> => {
  const next = random(7)
  return Array.from({ length: count }, (_, index) => {
    const game = Math.floor(next() * games)
    const line = Math.floor(next() * linesPerGame)
    const outcomes = {
      [outcomeKey(line)]: outcome(
        line,
        next() < 0.5 ? -101 - Math.floor(next() * 200) : 101 + Math.floor(next() * 200),
      ),
    }
    return JSON.stringify({ timestamp: stamp(games + index), action: "line_update", data: data(game, outcomes) })
  })
}

/** Frames with their items already decoded: both sides start from parsed messages. */
const decoded = (texts: ReadonlyArray<string>, at: number): Array<FeedEvent> =>
  texts.map((text, index) => {
    const frame = makeFrame("main", 1, at + (index >> 5), text)
    void frame.items
    return frame
  })

interface Stored {
  readonly odds: unknown
  readonly line: unknown
  readonly name: unknown
  readonly side: unknown
  readonly target: unknown
  readonly link: unknown
}

const plainMap = () => {
  const byBook = new Map<string, Map<string, Map<string, Stored>>>()
  return (events: ReadonlyArray<FeedEvent>): void => {
    for (const event of events) {
      if (event._tag !== "Frame") continue
      for (const item of event.items) {
        if (item._tag !== "Message" || !("data" in item.message)) continue
        const { sportsbook, game, outcomes } = item.message.data as unknown as {
          sportsbook: string
          game: string
          outcomes: Record<string, Record<string, unknown>>
        }
        let games = byBook.get(sportsbook)
        if (games === undefined) byBook.set(sportsbook, games = new Map())
        let lines = games.get(game)
        if (lines === undefined) games.set(game, lines = new Map())
        for (const key in outcomes) {
          const sent = outcomes[key]!
          lines.set(key, {
            odds: sent["odds"],
            line: sent["outcome_line"],
            name: sent["outcome_name"],
            side: sent["outcome_over_under"],
            target: sent["outcome_target"],
            link: sent["link"],
          })
        }
      }
    }
  }
}

const median = (values: ReadonlyArray<number>): number => [...values].sort((a, b) => a - b)[values.length >> 1]!

const elapsed = (work: () => unknown): bigint => {
  const from = process.hrtime.bigint()
  work()
  return process.hrtime.bigint() - from
}

const connected: ReadonlyArray<FeedEvent> = [
  { _tag: "Connected", session: "main", epoch: 1, at: 1_784_000_000_000, plan: "Pro" },
  { _tag: "Subscribed", session: "main", epoch: 1, at: 1_784_000_000_000, filters: {} },
]

// Memory, while the heap is still empty: decode and apply a snapshot without keeping the frames, then see what stays.
if (globalThis.gc !== undefined) {
  const games = 5_000
  const heap = (): number => {
    globalThis.gc!()
    globalThis.gc!()
    return process.memoryUsage().heapUsed
  }
  const draft = thaw(make({ run: "bench" }))
  draft.apply(connected)
  const texts = snapshotTexts(games)
  const before = heap()
  for (const text of texts) draft.apply([makeFrame("main", 1, 1_784_000_000_000, text)])
  const bytes = (heap() - before) / (games * linesPerGame)
  console.log(
    `  memory ${Math.round(bytes)} bytes per line kept (${(games * linesPerGame).toLocaleString("en")} lines)`,
  )
  void draft.seal()
} else console.log("  memory: run with --expose-gc")

console.log(
  `reducer: ${
    updates.toLocaleString("en")
  } line updates in turns of 32, ${linesPerGame} lines a game, median of ${rounds}`,
)
const medians: Array<number> = []
for (const games of [10, 1_000, 10_000]) {
  const ratios: Array<number> = []
  const own: Array<number> = []
  const theirs: Array<number> = []
  const texts = updateTexts(games, updates)
  const begin = snapshotTexts(games)
  for (let round = 0; round < rounds; round++) {
    const map = plainMap()
    const draft = thaw(make({ run: "bench" }))
    draft.apply(connected)
    for (const text of begin) {
      const turn = decoded([text], 1_784_000_000_000)
      map(turn)
      draft.apply(turn)
    }
    // Each turn is decoded aside, then given to both, first to one and then to the other.
    let mapTime = 0n
    let ownTime = 0n
    for (let from = 0; from < texts.length; from += 32) {
      const turn = decoded(texts.slice(from, from + 32), 1_784_000_100_000 + from)
      if ((from & 32) === 0) {
        mapTime += elapsed(() => map(turn))
        ownTime += elapsed(() => draft.apply(turn))
      } else {
        ownTime += elapsed(() => draft.apply(turn))
        mapTime += elapsed(() => map(turn))
      }
    }
    own.push(updates / (Number(ownTime) / 1e9))
    theirs.push(updates / (Number(mapTime) / 1e9))
    ratios.push(own.at(-1)! / theirs.at(-1)!)
  }
  medians.push(median(own))
  console.log(
    `  ${String(games).padStart(6)} games  reducer/map ${median(ratios).toFixed(2)}  (reducer ${
      Math.round(median(own) / 1000)
    } k/s, map ${Math.round(median(theirs) / 1000)} k/s)`,
  )
}
console.log(`  flat: slowest size / fastest size ${(Math.min(...medians) / Math.max(...medians)).toFixed(2)}`)

// A recorded day, where a file of `{"t","frame"}` lines is given: `trace=PATH`.
const trace = args.get("trace")
if (trace !== undefined) {
  const bytes = readFileSync(trace)
  const texts = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString().trim().split("\n")
    .map((line) => JSON.stringify((JSON.parse(line) as { frame: unknown }).frame))
  let outcomes = 0
  const ratios: Array<number> = []
  const own: Array<number> = []
  for (let round = 0; round < rounds * 3; round++) {
    const map = plainMap()
    const draft = thaw(make({ run: "bench" }))
    draft.apply(connected)
    let mapTime = 0n
    let ownTime = 0n
    outcomes = 0
    for (let pass = 0; pass < 4; pass++) {
      for (let from = 0; from < texts.length; from += 8) {
        const turn = decoded(texts.slice(from, from + 8), 1_784_000_100_000 + from)
        for (const event of turn) {
          if (event._tag !== "Frame") continue
          for (const item of event.items) {
            if (item._tag === "Message" && "data" in item.message) {
              outcomes += Object.keys((item.message.data as { outcomes?: object }).outcomes ?? {}).length
            }
          }
        }
        const first = (from & 8) === 0
        if (first) mapTime += elapsed(() => map(turn))
        ownTime += elapsed(() => draft.apply(turn))
        if (!first) mapTime += elapsed(() => map(turn))
      }
    }
    // The first rounds warm up.
    if (round < rounds) continue
    ratios.push(Number(mapTime) / Number(ownTime))
    own.push(outcomes / (Number(ownTime) / 1e9))
  }
  console.log(
    `  recorded day  reducer/map ${median(ratios).toFixed(2)}  (reducer ${
      Math.round(median(own) / 1000)
    } k outcomes/s, ${outcomes.toLocaleString("en")} outcomes)`,
  )
}
