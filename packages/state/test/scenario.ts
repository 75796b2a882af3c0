/**
 * Random lives of a feed, from a seed: a server's book that changes, sessions that ask for parts of it, come and go,
 * pause, fall silent and receive garbage. What may be believed live at each moment is known, so that it can be held
 * against what is believed.
 */
import { type FeedEvent, type Filters, makeFrame } from "@boltodds/protocol"
import { clear, message, outcome, Script } from "./events.ts"
import { garble, generator } from "./random.ts"

/** The server's truth: by sportsbook and game, by outcome key, the odds (null: suspended). */
export type Truth = Map<string, Map<string, number | null>>
type ReadonlyTruth = ReadonlyMap<string, ReadonlyMap<string, number | null>>

/** What one session may know at a moment. */
export interface View {
  readonly connected: boolean
  /** The server's book when it sent the last frame that was read. */
  readonly truth: ReadonlyTruth
}

export interface Moment {
  /** How many events had been given to the reducer. */
  readonly events: number
  readonly at: number
  /** By session. */
  readonly views: ReadonlyMap<string, View>
}

export interface Scenario {
  readonly seed: number
  readonly events: ReadonlyArray<FeedEvent>
  readonly moments: ReadonlyArray<Moment>
  /**
   * What the book must be at the end, where that is certain: every session is up, its snapshot was whole and has
   * settled, and each game belongs to one session.
   */
  readonly settled: ReadonlyTruth | undefined
}

const books = ["draftkings", "fanduel", "betmgm"]
const games = ["A vs B, 2026-07-16, 01", "A vs B, 2026-07-16, 02", "C vs D, 2026-07-16, 01"]
const sports: Record<string, string> = { [games[0]!]: "MLB", [games[1]!]: "MLB", [games[2]!]: "NBA" }
const markets: Record<string, string> = {
  "Home Moneyline": "Moneyline",
  "Away Moneyline": "Moneyline",
  "Over 8.5": "Total Points",
  "Under 8.5": "Total Points",
  "Home -1.5 Spread": "Spread",
}
const outcomes = Object.keys(markets)

const key = (sportsbook: string, game: string): string => `${sportsbook}|${game}`
const parts = (id: string): [string, string] => id.split("|") as [string, string]
const has = (names: ReadonlyArray<string> | undefined, name: string): boolean =>
  names === undefined || names.includes(name)
const sees = (filters: Filters, sportsbook: string, game: string): boolean =>
  has(filters.sportsbooks, sportsbook) && has(filters.sports, sports[game]!) && has(filters.games, game)

/** One session and the server's side of it. */
interface Peer {
  readonly script: Script
  filters: Filters
  connected: boolean
  /** What the server has sent and nobody has read. */
  backlog: Array<unknown>
  view: View
  /** Its snapshot was whole and has settled, and nothing since has invalidated any of it. */
  settled: boolean
}

/** Writes a life of about `steps` things that happen. */
export const scenario = (seed: number, steps = 60): Scenario => {
  const random = generator(seed)
  const chance = (p: number): boolean => random() < p
  const below = (n: number): number => Math.floor(random() * n)
  const pick = <A>(from: ReadonlyArray<A>): A => from[below(from.length)]!
  const price = (): number => (chance(0.5) ? -1 : 1) * (100 + below(20))

  const truth: Truth = new Map()
  const events: Array<FeedEvent> = []
  const moments: Array<Moment> = []

  const startFilters = (): Filters =>
    pick<Filters>([
      {},
      {},
      { sportsbooks: books.slice(0, 2) },
      { sports: ["MLB"] },
      { markets: ["Moneyline", "Spread"] },
      { games: games.slice(1) },
    ])
  const peer = (session: string, filters: Filters): Peer => ({
    script: new Script(session, Date.UTC(2026, 6, 16), events),
    filters,
    connected: false,
    backlog: [],
    view: { connected: false, truth: new Map() },
    settled: false,
  })
  const shared = chance(0.3)
  const overlapping = shared && chance(0.5)
  const peers = shared
    ? [
      peer("main", { sportsbooks: books.slice(0, 2) }),
      peer("other", { sportsbooks: overlapping ? books.slice(1) : books.slice(2) }),
    ]
    : [peer("main", startFilters())]

  const wait = (millis: number): void => {
    for (const { script } of peers) script.wait(millis)
  }
  const note = (): void => {
    const views = new Map(peers.map(({ script, view }) => [script.session, view]))
    moments.push({ events: events.length, at: peers[0]!.script.at, views })
  }
  /** From here on this peer has read all that the server says now. */
  const look = (of: Peer): void => {
    of.view = { connected: of.connected, truth: new Map([...truth].map(([id, lines]) => [id, new Map(lines)])) }
    note()
  }
  const flush = (of: Peer): void => {
    if (of.backlog.length === 0) return
    if (of.connected) of.script.frame(...of.backlog)
    of.backlog = []
    look(of)
  }
  const flushAll = (): void => peers.forEach(flush)
  /** The server sends to all who listen. They apply the filters: it may still be sending by older ones. */
  const send = (value: unknown): void => {
    const behind = after.splice(0)
    for (const to of peers) {
      if (to.connected) to.backlog.push(value)
      if (behind.length > 0 && to.connected) {
        if (chance(0.5)) flush(to)
        to.backlog.push(...behind)
      }
      if (chance(0.6)) flush(to)
    }
  }

  const wire = (name: string, odds: number | null): unknown =>
    outcome(odds === null ? pick([null, ""]) : odds > 0 ? `+${odds}` : chance(0.1) ? odds : String(odds), {
      outcome_name: markets[name]!,
    })
  const brief = (lines: Iterable<readonly [string, number | null]>): Record<string, unknown> =>
    Object.fromEntries([...lines].map(([name, odds]) => [name, wire(name, odds)]))
  /** How long the updates of a sportsbook take to come, beyond the usual. */
  const delays = new Map<string, number>()
  const delayed = (sportsbook: string, at: number): number => at - (delays.get(sportsbook) ?? 0)
  /** When a game was last removed, by the server's time: what names it anew was sent after that. */
  const gone = new Map<string, number>()
  const timestamp = (at: number): string => new Date(at).toISOString().replace("Z", "000+00:00")
  /** The servers' clocks are theirs: some messages are sent late, some say nothing. */
  const rest = (sportsbook: string, game: string): { sport: string; timestamp?: string } => {
    const { at } = peers[0]!.script
    const sent = Math.max(
      gone.get(key(sportsbook, game)) ?? 0,
      delayed(sportsbook, at) - (chance(0.2) ? below(5_000) : 0),
    )
    return { sport: sports[game]!, ...(chance(0.2) ? {} : { timestamp: timestamp(sent) }) }
  }
  const full = (action: string, sportsbook: string, game: string): unknown =>
    message(action, sportsbook, game, brief(truth.get(key(sportsbook, game))!), rest(sportsbook, game))
  /** Takes games back; what was sent of them before may yet arrive. */
  const takeBack = (sportsbook: string, some: ReadonlyArray<string>, tell: (sent?: string) => unknown): unknown => {
    const at = delayed(sportsbook, peers[0]!.script.at)
    const lateArrivals = chance(0.4)
      ? some.flatMap((game) => {
        const lines = truth.get(key(sportsbook, game))
        if (lines === undefined) return []
        const action = pick(["line_update", "game_update", "initial_state"])
        const sent = timestamp(at - 1 - below(3_000))
        return [message(action, sportsbook, game, brief(lines), { sport: sports[game]!, timestamp: sent })]
      })
      : []
    for (const game of some) {
      truth.delete(key(sportsbook, game))
      // Known or not: a clear is about all of them.
      gone.set(key(sportsbook, game), Math.max(gone.get(key(sportsbook, game)) ?? 0, at))
    }
    // Without the time of a removal it is not known what came before it.
    const sent = lateArrivals.length > 0 || chance(0.8) ? timestamp(at) : undefined
    if (lateArrivals.length > 0) after.push(...lateArrivals)
    return tell(sent)
  }
  /** What follows the next message. */
  const after: Array<unknown> = []

  /** Something changes at the server; the message that says so. */
  const change = (): unknown => {
    const sportsbook = pick(books)
    const game = pick(games)
    const id = key(sportsbook, game)
    const lines = truth.get(id)
    const what = random()
    if (lines === undefined) {
      truth.set(id, new Map(outcomes.filter(() => chance(0.7)).map((name) => [name, chance(0.2) ? null : price()])))
      return full(pick(["initial_state", "game_update", "game_added"]), sportsbook, game)
    }
    if (what < 0.6) {
      const touched = outcomes.filter(() => chance(0.4))
      for (const name of touched) lines.set(name, chance(0.25) ? null : price())
      return message(
        "line_update",
        sportsbook,
        game,
        brief(touched.map((name) => [name, lines.get(name)!])),
        rest(sportsbook, game),
      )
    }
    if (what < 0.75) {
      for (const name of outcomes) if (chance(0.3)) lines.delete(name)
      for (const name of outcomes) if (chance(0.3)) lines.set(name, price())
      return full("game_update", sportsbook, game)
    }
    if (what < 0.85) {
      return takeBack(sportsbook, [game], (sent) =>
        message("game_removed", sportsbook, game, {}, {
          sport: sports[game]!,
          ...(sent === undefined ? {} : { timestamp: sent }),
        }))
    }
    if (what < 0.9) return takeBack(sportsbook, games, (sent) => clear(sportsbook, undefined, sent))
    if (what < 0.95) {
      const ofSport = games.filter((other) => sports[other] === sports[game])
      return takeBack(sportsbook, ofSport, (sent) => clear(sportsbook, sports[game]!, sent))
    }
    // One outcome that cannot be read: what it means at the server is that nobody knows.
    const name = pick(outcomes)
    lines.set(name, null)
    const market = { outcome_name: markets[name]! }
    const prices = ["1.91", "abc", 0, "-99"].map((odds) => outcome(odds, market))
    // What does not even name a market passes every filter: only where there is none is it known what comes of it.
    const shapeless = peers.some((each) => each.filters.markets !== undefined) ? [] : [7, { link: 5 }]
    const unreadable = pick<unknown>([...prices, ...shapeless])
    return message("line_update", sportsbook, game, { [name]: unreadable }, rest(sportsbook, game))
  }

  /** All that these filters let through, game by game. Whether it came whole. */
  const tellAll = (to: Peer): boolean => {
    for (const [sportsbook, game] of [...truth.keys()].map(parts)) {
      if (chance(0.1)) send(change())
      flush(to)
      if (sees(to.filters, sportsbook, game) && truth.has(key(sportsbook, game))) {
        wait(below(100))
        to.backlog.push(full("initial_state", sportsbook, game))
        if (chance(0.5)) flush(to)
      }
      // A second drop may come before the first snapshot settled.
      if (chance(0.03)) return false
    }
    flush(to)
    return true
  }

  /** What an ended connection still had to say: prices that no book quotes. */
  const lateArrival = (of: Peer, epoch: number): void => {
    if (epoch === 0 || chance(0.7)) return
    const lines = outcomes.map((name) => [name, 5_000] as const)
    const value = message(pick(["line_update", "game_update"]), pick(books), pick(games), brief(lines))
    events.push(makeFrame(of.script.session, epoch, of.script.at, JSON.stringify(value)))
    note()
  }

  const connect = (to: Peer): void => {
    flushAll()
    wait(below(5_000))
    to.connected = true
    to.script.connect(to.filters)
    look(to)
    lateArrival(to, to.script.epoch - 1)
    if (!tellAll(to)) return disconnect(to)
    const some = [...truth.keys()].map(parts).some(([sportsbook, game]) => sees(to.filters, sportsbook, game))
    if (some && chance(0.7)) {
      flushAll()
      wait(10_500)
      if (chance(0.5)) to.script.tick()
      to.settled = true
    }
  }

  const disconnect = (from: Peer): void => {
    flush(from)
    wait(below(2_000))
    from.script.disconnect()
    from.connected = false
    from.settled = false
    look(from)
    lateArrival(from, from.script.epoch)
  }

  const resubscribe = (of: Peer): void => {
    flush(of)
    // Two sessions stay apart, or the same games would be sent twice.
    of.filters = shared
      ? { ...of.filters, ...pick<Filters>([{}, { sports: ["MLB"] }, { markets: ["Spread"] }]) }
      : startFilters()
    of.script.subscribe(of.filters)
    of.settled = false
    look(of)
    if (chance(0.3)) send(change())
    if (chance(0.8) && !tellAll(of)) disconnect(of)
  }

  /** A message with a change arrives broken, among others or alone. */
  const breakOne = (of: Peer): void => {
    flushAll()
    of.settled = false
    const good = [...Array(below(3))].map(() => change())
    const bad = change()
    const more = [...Array(below(3))].map(() => change())
    after.length = 0
    for (const to of peers) {
      if (!to.connected) continue
      if (to === of) to.script.raw(garble(good, bad, more, random))
      else to.script.frame(...good, bad, ...more)
      look(to)
    }
  }

  for (const each of peers) connect(each)
  for (let step = 0; step < steps; step++) {
    wait(below(800))
    const one = pick(peers)
    if (!one.connected) {
      // What changes while nobody listens is not sent.
      const away = below(6)
      for (let index = 0; index < away; index++) send(change())
      connect(one)
      continue
    }
    const what = random()
    if (what < 0.78) send(change())
    else if (what < 0.82) disconnect(one)
    else if (what < 0.86) {
      flushAll()
      one.script.pause()
      wait(below(9_000))
      // What comes before or after we read again may be old; the server's book of its moment is what counts.
      if (chance(0.2)) send(change())
      one.script.resume()
      if (chance(0.5)) send(change())
      flush(one)
      one.script.heard()
      note()
    } else if (what < 0.88) {
      flushAll()
      wait(25_000)
      one.script.silent()
      note()
      wait(1_000)
      one.script.heard()
      note()
    } else if (what < 0.9) {
      flush(one)
      one.script.raw(pick(["", "ping", "not json", "[1,2", '\uFEFF{"action":"ping"}', '{"action":"new_thing","x":1}']))
      note()
    } else if (what < 0.93) breakOne(one)
    else if (what < 0.95) resubscribe(one)
    else if (what < 0.96) {
      // The feed falls behind with one sportsbook, or catches up.
      const sportsbook = pick(books)
      delays.set(sportsbook, delays.has(sportsbook) && chance(0.5) ? 0 : 15_000 + below(60_000))
      for (let index = 0; index < 40; index++) {
        wait(below(1_000))
        send(change())
      }
    } else if (what < 0.97) {
      flush(one)
      one.script.tick(one.script.at + pick([-1, 1]) * (5_001 + below(9_000_000)))
      note()
      if (chance(0.5)) disconnect(one)
    } else if (what < 0.98) {
      // Long enough for sportsbooks to fall silent, with keep-alives.
      flushAll()
      for (let index = 0; index < 16; index++) {
        wait(20_000)
        for (const each of peers) if (each.connected) each.script.frame({ action: "ping" })
      }
      note()
    } else one.script.tick()
  }
  flushAll()
  for (const each of peers) each.script.tick()
  note()

  const certain = !overlapping && peers.every((each) => each.connected && each.settled)
  return { seed, events, moments, settled: certain ? expected(truth, peers.map((each) => each.filters)) : undefined }
}

/** The part of the truth that some of these filters let through. */
const expected = (truth: Truth, filters: ReadonlyArray<Filters>): ReadonlyTruth => {
  const seen: Truth = new Map()
  for (const [id, lines] of truth) {
    for (const filter of filters) {
      if (!sees(filter, ...parts(id))) continue
      seen.set(id, new Map([...lines].filter(([name]) => has(filter.markets, markets[name]!))))
    }
  }
  return seen
}
