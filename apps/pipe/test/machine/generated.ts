/** Recordings from a seed, full of what a machine could read in its own way: times, numbers, names, broken texts. */
import { encodeEvent, encodeRecordingHeader, type FeedEvent, makeFrame } from "@boltodds/protocol"

/** A generator of numbers in [0, 1): mulberry32. */
const generator = (seed: number): () => number => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const zones = ["", "Z", "+00:00", "+0000", "+00", "-05:00", " UTC", "+05:30"]
const starts = [
  "2026-11-29, 07:00 PM",
  "2026-03-08, 02:30 AM",
  "2026-11-01, 01:30 AM",
  "2026-11-29T19:00:00",
  "2026-11-29 19:00",
  "2026-11-29T19:00:00Z",
  "2026-07-16, 07:00 PM EDT",
  "11/29/2026, 07:00 PM",
  "TBD",
  1796083200,
]
const lines = ["1.5", "-3,5", "2.5/3", "8½", "8½x", "1,000", "PK", "١٫٥", null, 2.75]
const names = ["İstanbul", "istanbul", "Ångström", "ångström", "Zürich", "zurich", "Ñu", "Draw", "TIE"]
const broken = [
  '{"action":"line_update","data":{"sportsbook":"b1","game":"g1","out',
  '[{"action":"line_update","data":{"sportsbook":"b2"}},',
  "{'action': None}",
  '{"action":"line_update","data":{"sport":"X","sportsbook":"b1","game":"g1","outcomes":{"o1":{"odds":NaN}}}}',
  '{"action":"initial_state","data":{"sport":"X","sportsbook":"b1","game":"g\\ud83d","outcomes":{"o\\ude00":{}}}}',
]

/** The lines of one recording: a connection or two, snapshots, updates, removals, and some that cannot be read. */
export const generatedRecording = (seed: number): ReadonlyArray<string> => {
  const random = generator(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <A>(from: ReadonlyArray<A>): A => from[below(from.length)]!
  // Beside a change of the clocks now and then: one hour of local time is missing, or comes twice.
  let at = pick([Date.UTC(2026, 6, 16), Date.UTC(2026, 2, 8, 6, 50), Date.UTC(2026, 10, 1, 5, 50)])
  let epoch = 0
  const events: Array<FeedEvent> = []
  const timestamp = (): unknown => {
    const sent = at - below(3_000)
    if (random() < 0.1) return pick([sent, sent / 1000, String(sent)])
    const text = new Date(sent).toISOString().slice(0, -1)
    return (random() < 0.5 ? text : text.replace("T", " ")) + pick(zones)
  }
  const outcome = () => ({
    odds: pick(["-110", "+105", "EVEN", "1.91", "", null, "－１２０"]),
    link: "",
    outcome_name: pick(["Spread", "Total", "Moneyline"]),
    outcome_line: pick(lines),
    outcome_over_under: pick(["O", "Under", "Ov", "Yes", null]),
    outcome_target: pick([...names, null]),
  })
  const message = () => ({
    timestamp: timestamp(),
    action: pick(["initial_state", "line_update", "line_update", "line_update", "game_update", "game_removed"]),
    data: {
      sport: pick(["X", "Y"]),
      sportsbook: pick(["b1", "b2", "B1", "ä"]),
      game: pick(["g1", "g2", "G1"]),
      home_team: pick(names),
      away_team: pick(names),
      info: { id: below(3), when: pick(starts) },
      outcomes: Object.fromEntries(Array.from({ length: 1 + below(3) }, () => [`o${below(5)}`, outcome()])),
    },
  })
  const connect = (): void => {
    epoch++
    events.push({ _tag: "Connected", session: "main", epoch, at, plan: "Pro" })
    events.push({ _tag: "Subscribed", session: "main", epoch, at, filters: {} })
  }
  connect()
  for (let step = 0; step < 30; step++) {
    at += below(2_000)
    const roll = random()
    if (roll < 0.05) {
      events.push({ _tag: "Disconnected", session: "main", epoch, at, reason: { kind: "closed", code: 1006 } })
      at += 3_000
      connect()
    } else if (roll < 0.15) events.push(makeFrame("main", epoch, at, pick(broken)))
    else {
      const messages = Array.from({ length: 1 + below(4) }, message)
      events.push(makeFrame("main", epoch, at, JSON.stringify(messages)))
    }
  }
  at += 15_000
  events.push({ _tag: "Tick", session: "main", epoch, at, wall: at })
  return [encodeRecordingHeader("01J00000000000000000000000"), ...events.map(encodeEvent)]
}
