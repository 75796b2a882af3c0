/**
 * Random lives of a feed, from a seed: a server's book that changes, messages that tell of it, connections that come
 * and go. What the client may believe live at each moment is known, so that it can be held against what it believes.
 */
import type { FeedEvent, Filters } from "@boltodds/protocol"
import { clear, message, outcome, Script } from "./events.ts"

/** A generator of numbers in [0, 1): mulberry32. */
export const generator = (seed: number): () => number => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** The server's truth: by sportsbook and game, by outcome key, the odds (null: suspended). */
export type Truth = Map<string, Map<string, number | null>>

export interface Moment {
  /** How many events had been given to the client. */
  readonly events: number
  /** What the server's book was when the last of them was sent. */
  readonly truth: ReadonlyMap<string, ReadonlyMap<string, number | null>>
  readonly connected: boolean
}

export interface Scenario {
  readonly seed: number
  readonly filters: Filters
  readonly events: ReadonlyArray<FeedEvent>
  readonly moments: ReadonlyArray<Moment>
  /** Whether the last thing that happened was a whole snapshot, settled, with the connection up. */
  readonly settled: boolean
}

const books = ["draftkings", "fanduel", "betmgm"]
const games = ["A vs B, 2026-07-16, 01", "A vs B, 2026-07-16, 02", "C vs D, 2026-07-16, 01"]
const sports: Record<string, string> = { [games[0]!]: "MLB", [games[1]!]: "MLB", [games[2]!]: "NBA" }
const outcomes = ["Home Moneyline", "Away Moneyline", "Over 8.5", "Under 8.5", "Home -1.5 Spread"]

const key = (sportsbook: string, game: string): string => `${sportsbook}|${game}`

/** Writes a life of about `steps` things that happen. */
export const scenario = (seed: number, steps = 60): Scenario => {
  const random = generator(seed)
  const chance = (p: number): boolean => random() < p
  const pick = <A>(from: ReadonlyArray<A>): A => from[Math.floor(random() * from.length)]!
  const price = (): number => (chance(0.5) ? -1 : 1) * (100 + Math.floor(random() * 20))
  const filters: Filters = chance(0.25) ? { sportsbooks: books.slice(0, 2) } : {}
  const seen = (sportsbook: string): boolean =>
    filters.sportsbooks === undefined || filters.sportsbooks.includes(sportsbook)

  const truth: Truth = new Map()
  const script = new Script()
  const moments: Array<Moment> = []
  let connected = false
  let settled = false
  let backlog: Array<unknown> = []

  const wire = (odds: number | null): unknown =>
    outcome(odds === null ? pick([null, ""]) : odds > 0 ? `+${odds}` : chance(0.1) ? odds : String(odds))
  const note = (): void => {
    const copy = new Map([...truth].map(([id, lines]) => [id, new Map(lines)] as const))
    moments.push({ events: script.events.length, truth: copy, connected })
  }
  const flush = (): void => {
    if (backlog.length === 0) return
    if (connected) script.frame(...backlog)
    backlog = []
    note()
  }
  const send = (value: unknown): void => {
    backlog.push(value)
    if (chance(0.6)) flush()
  }
  const full = (action: string, sportsbook: string, game: string): unknown =>
    message(
      action,
      sportsbook,
      game,
      Object.fromEntries([...truth.get(key(sportsbook, game))!].map(([name, odds]) => [name, wire(odds)])),
      { sport: sports[game]! },
    )

  /** Something changes at the server, and a message tells of it where someone listens. */
  const change = (): void => {
    const sportsbook = pick(books)
    const game = pick(games)
    const id = key(sportsbook, game)
    const lines = truth.get(id)
    const what = random()
    if (lines === undefined) {
      truth.set(id, new Map(outcomes.filter(() => chance(0.7)).map((name) => [name, chance(0.2) ? null : price()])))
      send(full(pick(["initial_state", "game_update", "game_added"]), sportsbook, game))
    } else if (what < 0.6) {
      const touched = outcomes.filter(() => chance(0.4))
      for (const name of touched) lines.set(name, chance(0.25) ? null : price())
      const told = Object.fromEntries(touched.map((name) => [name, wire(lines.get(name)!)]))
      send(message("line_update", sportsbook, game, told, { sport: sports[game]! }))
    } else if (what < 0.75) {
      for (const name of outcomes) if (chance(0.3)) lines.delete(name)
      send(full("game_update", sportsbook, game))
    } else if (what < 0.85) {
      truth.delete(id)
      send(message("game_removed", sportsbook, game, {}, { sport: sports[game]! }))
    } else if (what < 0.9) {
      for (const other of games) truth.delete(key(sportsbook, other))
      send(clear(sportsbook))
    } else if (what < 0.95) {
      for (const other of games) if (sports[other] === sports[game]) truth.delete(key(sportsbook, other))
      send(clear(sportsbook, sports[game]!))
    } else {
      // One outcome that cannot be read: what it means at the server is that nobody knows.
      const name = pick(outcomes)
      lines.set(name, null)
      send(
        message("line_update", sportsbook, game, { [name]: outcome(pick(["1.91", "abc", 0, "-99"])) }, {
          sport: sports[game]!,
        }),
      )
    }
  }

  const connect = (): void => {
    connected = true
    script.wait(Math.floor(random() * 5_000)).connect(filters)
    note()
    const snapshot = [...truth.keys()].map((id) => id.split("|") as [string, string]).filter(([book]) => seen(book))
    for (const [sportsbook, game] of snapshot) {
      if (chance(0.1)) change()
      flush()
      if (truth.has(key(sportsbook, game))) {
        script.wait(Math.floor(random() * 100))
        send(full("initial_state", sportsbook, game))
      }
      // A second drop may come before the first snapshot settled.
      if (chance(0.03)) return disconnect()
    }
    flush()
    if (snapshot.length > 0 && chance(0.7)) {
      script.wait(10_500)
      if (chance(0.5)) script.tick()
      settled = true
    }
  }

  const disconnect = (): void => {
    flush()
    script.wait(Math.floor(random() * 2_000)).disconnect()
    connected = false
    settled = false
    note()
  }

  connect()
  for (let step = 0; step < steps; step++) {
    script.wait(Math.floor(random() * 800))
    if (!connected) {
      // What changes while nobody listens is not told.
      const away = Math.floor(random() * 6)
      for (let index = 0; index < away; index++) change()
      backlog = []
      connect()
      continue
    }
    const what = random()
    if (what < 0.82) change()
    else if (what < 0.86) disconnect()
    else if (what < 0.9) {
      flush()
      script.pause().wait(Math.floor(random() * 9_000)).resume()
      if (chance(0.5)) change()
      flush()
      script.heard()
    } else if (what < 0.93) {
      flush()
      script.wait(25_000).silent().wait(1_000).heard()
    } else if (what < 0.95) {
      flush()
      script.raw(pick(["", "ping", "not json", "[1,2", '\uFEFF{"action":"ping"}', '{"action":"new_thing","x":1}']))
    } else if (what < 0.97) {
      flush()
      const sportsbook = pick(books)
      // Cut off in the middle: what it said of its game is not known, and nothing tells that it ever will be.
      const text = JSON.stringify(message("line_update", sportsbook, pick(games), { [outcomes[0]!]: outcome("-150") }))
      script.raw(text.slice(0, text.length - 20))
    } else script.tick()
  }
  flush()
  script.tick()
  note()
  return { seed, filters, events: script.events, moments, settled: settled && connected }
}
