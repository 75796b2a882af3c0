/** What is known of sessions and sportsbooks beside the book: when they last said something, and how late. */
import {
  type Book,
  type Control,
  gameId,
  GapLedger,
  isControl,
  parseTimestamp,
  type StreamRecord,
} from "@boltodds/protocol"
import type { Banner, FeedRow, FeedRows, GapRow, Head, SessionRow, SportsbookState } from "../Feed.ts"
import type { ShownBooks, ShownSource } from "../Status.ts"
import { Rates } from "./Rates.ts"

/** A sportsbook that says nothing for so long is quiet. */
const quietMillis = 10_000

const keptLags = 60
const mostGaps = 10

interface Sportsbook {
  readonly session: string
  readonly sportsbook: string
  readonly rates: Rates
  lastAt: number | undefined
  readonly lags: Array<number>
  lagAt: number
}

interface Session {
  epoch: number
  state: "connecting" | "syncing" | "live"
  reason: string | null
  since: number | null
}

/** Collects it from records; answers with the book beside it. */
export class FeedFacts {
  readonly #sportsbooks = new Map<string, Sportsbook>()
  readonly #sessions = new Map<string, Session>()
  readonly #rates = new Rates()
  #ledger = new GapLedger()
  #lastAt: number | undefined
  #lagMs: number | null = null
  #stopped: { readonly reason: string; readonly since: number } | undefined
  #lost: { readonly reason: string; readonly since: number } | undefined
  #books: ShownBooks | undefined
  #source: ShownSource | undefined
  /** Counted at most once for each group of records. */
  #counts: Counts | undefined

  status(record: ShownBooks | ShownSource): void {
    if (record.status === "books") this.#books = record
    else this.#source = record
  }

  /** The names of all sportsbooks that had games in this run, in order. */
  get names(): ReadonlyArray<string> {
    return [...new Set([...this.#sportsbooks.values()].map(({ sportsbook }) => sportsbook))].toSorted()
  }

  take(record: StreamRecord, now: number): void {
    this.#lastAt = now
    this.#counts = undefined
    this.#ledger.note(record)
    if (isControl(record)) return this.#control(record, now)
    const sportsbook = this.#sportsbook(record.session, record.sportsbook)
    // What is sent again, or is found missing, is nothing that the sportsbook said now.
    if (record.cause !== "feed") return
    this.#rates.add(now)
    sportsbook.rates.add(now)
    sportsbook.lastAt = now
    if (record.sent_at === null || record.delayed === true || now - sportsbook.lagAt < 250) return
    const [sent, came] = [parseTimestamp(record.sent_at), parseTimestamp(record.at)]
    if (sent === null || came === null) return
    sportsbook.lagAt = now
    sportsbook.lags.push(came - sent)
    if (sportsbook.lags.length > keptLags) sportsbook.lags.shift()
  }

  head(book: Book, now: number): Head {
    const { games, gamesLive } = this.#countsOf(book)
    const lags = [...this.#sportsbooks.values()].flatMap(({ lags }) => lags.slice(-5))
    return {
      games,
      gamesLive,
      perSecond: this.#rates.perSecond(now),
      lagMs: quantile(lags, 0.5) ?? this.#lagMs,
      ageMs: this.#lastAt === undefined ? null : Math.max(0, now - this.#lastAt),
    }
  }

  banner(book: Book): Banner | null {
    const { games, gamesLive, sportsbooks } = this.#countsOf(book)
    const bad = [...sportsbooks.values()].filter(isUnverified)
    const isStale = bad.length > 0 && bad.every(({ stale }) => stale)
    if (!book.lossy && bad.length === 0) return null
    const sessions = new Set(bad.map(({ session }) => session))
    const first = [...sessions].flatMap((name) => this.#sessions.get(name) ?? []).find(({ since }) => since !== null)
    const known = book.lossy ? this.#lost : this.#stopped ?? (isStale ? this.#stale(bad) : undefined)
    const dial = this.#source?.sessions.find(({ session, next_dial_at }) =>
      sessions.has(session) && next_dial_at !== null
    )
    return {
      kind: book.lossy ? "lossy" : this.#stopped !== undefined ? "stopped" : isStale ? "stale" : "gap",
      isAll: gamesLive === 0,
      sportsbooks: [...new Set(bad.map(({ sportsbook }) => sportsbook))].toSorted(),
      games,
      gamesLive,
      reason: known?.reason ?? first?.reason ?? null,
      since: known?.since ?? first?.since ?? null,
      nextDialAt: dial === undefined ? null : parseTimestamp(dial.next_dial_at),
    }
  }

  #countsOf(book: Book): Counts {
    return this.#counts ??= countsOf(book)
  }

  /** Since when, and why, these are stale, as far as the ledger says. */
  #stale(
    bad: ReadonlyArray<{ readonly session: string }>,
  ): { readonly reason: string; readonly since: number | null } | undefined {
    const window = this.#ledger.windows.findLast(({ kind, closed_at, session }) =>
      kind === "stale" && closed_at === null && bad.some((each) => each.session === session)
    )
    return window === undefined ? undefined : { reason: window.reason, since: parseTimestamp(window.opened_at) }
  }

  /** How a sportsbook is doing, over all sessions, for the head of its column. */
  column(
    book: Book,
    sportsbook: string,
    now: number,
  ): { readonly ageMs: number | null; readonly state: SportsbookState } {
    const mine = [...this.#sportsbooks.values()].filter((each) => each.sportsbook === sportsbook)
    const { sportsbooks } = this.#countsOf(book)
    const last = Math.max(...mine.map(({ lastAt }) => lastAt ?? -Infinity))
    const ageMs = last === -Infinity ? null : Math.max(0, now - last)
    const states = new Set(mine.map(({ session }) => stateOf(sportsbooks.get(gameId(session, sportsbook)), ageMs)))
    const order: ReadonlyArray<SportsbookState> = ["stale", "unverified", "live", "quiet", "missing"]
    return { ageMs, state: order.find((state) => states.has(state)) ?? "missing" }
  }

  rows(book: Book, now: number): FeedRows {
    const counts = this.#countsOf(book)
    const figures = new Map(
      this.#books?.books.map((each) => [gameId(each.session, each.sportsbook), each] as const) ?? [],
    )
    const sportsbooks = [...this.#sportsbooks.values()].map((known): FeedRow => {
      const id = gameId(known.session, known.sportsbook)
      const count = counts.sportsbooks.get(id)
      const figure = figures.get(id)
      const ageMs = known.lastAt === undefined ? null : Math.max(0, now - known.lastAt)
      return {
        session: known.session,
        sportsbook: known.sportsbook,
        games: count?.games ?? 0,
        gamesVerified: count?.verified ?? 0,
        lines: count?.lines ?? 0,
        suspended: count === undefined ? 0 : suspendedOf(book, known.session, known.sportsbook),
        perSecond: known.rates.perSecond(now),
        ageMs,
        lagP50: figure?.lag_p50 ?? quantile(known.lags, 0.5),
        lagP95: figure?.lag_p95 ?? quantile(known.lags, 0.95),
        state: stateOf(count, ageMs),
        rates: known.rates.last(now),
      }
    })
    return {
      sportsbooks: sportsbooks.toSorted((a, b) => compare(a.sportsbook, b.sportsbook) || compare(a.session, b.session)),
      sessions: this.#sessionRows(counts),
      gaps: this.#ledger.windows.slice(-mostGaps).toReversed().map((window): GapRow => ({
        session: window.session,
        sportsbook: window.sportsbook,
        kind: window.kind,
        reason: window.reason,
        from: parseTimestamp(window.opened_at) ?? 0,
        ms: window.duration_ms,
        games: window.at_stake.games,
      })),
    }
  }

  #sessionRows({ sessions }: Counts): ReadonlyArray<SessionRow> {
    // Before the first record a process knows what its sessions do.
    const stated = this.#source?.sessions.map(({ session }) => session) ?? []
    const names = [...new Set([...this.#sessions.keys(), ...sessions.keys(), ...stated])].toSorted()
    return names.map((name) => {
      const known = this.#sessions.get(name)
      const figure = this.#source?.sessions.find(({ session }) => session === name)
      const count = sessions.get(name)
      const state = count?.stale === true ? "stale" : known?.state ?? "live"
      return {
        session: name,
        state: this.#stopped !== undefined ? "stopped" : figure?.state ?? state,
        why: figure?.why ?? known?.reason ?? null,
        epoch: figure?.epoch ?? known?.epoch ?? 0,
        games: count?.games ?? 0,
        gamesVerified: count?.verified ?? 0,
        nextDialAt: figure === undefined || figure.next_dial_at === null ? null : parseTimestamp(figure.next_dial_at),
        dialsLeft: figure?.dials_left ?? null,
      }
    })
  }

  #control(control: Control, now: number): void {
    switch (control.control) {
      case "stream_started":
      case "stream_resumed":
        this.#sportsbooks.clear()
        this.#sessions.clear()
        this.#stopped = undefined
        this.#lost = undefined
        this.#lagMs = null
        return
      case "stream_stopped":
        this.#stopped = { reason: control.reason, since: now }
        return
      case "dropped":
        this.#lost ??= { reason: control.reason, since: now }
        return
      case "gap_opened": {
        const session = this.#session(control)
        session.state = "connecting"
        session.reason = control.detail ?? control.reason
        session.since ??= now
        return
      }
      case "clock_jumped": {
        const session = this.#session(control)
        session.reason = "the clock jumped"
        session.since ??= now
        return
      }
      case "game_verified":
        this.#session(control).state = "syncing"
        return
      case "gap_closed":
      case "synced": {
        const session = this.#session(control)
        session.state = "live"
        session.reason = null
        session.since = null
        return
      }
      case "heartbeat":
        this.#session(control)
        this.#lagMs = control.lag_ms
        return
    }
  }

  #session({ session, epoch }: Control): Session {
    const known = this.#sessions.get(session) ?? { epoch, state: "live", reason: null, since: null }
    known.epoch = epoch
    this.#sessions.set(session, known)
    return known
  }

  #sportsbook(session: string, sportsbook: string): Sportsbook {
    const id = gameId(session, sportsbook)
    const known = this.#sportsbooks.get(id)
    if (known !== undefined) return known
    const made = { session, sportsbook, rates: new Rates(), lastAt: undefined, lags: [], lagAt: -Infinity }
    this.#sportsbooks.set(id, made)
    return made
  }
}

interface SportsbookCounts {
  readonly session: string
  readonly sportsbook: string
  games: number
  verified: number
  lines: number
  /** It, or its session, is stale. */
  readonly stale: boolean
}

interface Counts {
  readonly games: number
  readonly gamesLive: number
  /** By session and sportsbook. */
  readonly sportsbooks: ReadonlyMap<string, SportsbookCounts>
  readonly sessions: ReadonlyMap<string, { games: number; verified: number; readonly stale: boolean }>
}

/** Counted anew: a game is a step, a line is not. */
const countsOf = (book: Book): Counts => {
  const sportsbooks = new Map<string, SportsbookCounts>()
  const sessions = new Map<string, { games: number; verified: number; readonly stale: boolean }>()
  let gamesLive = 0
  for (const { session, sportsbook, verified, lines } of book.games.values()) {
    const id = gameId(session, sportsbook)
    let count = sportsbooks.get(id)
    if (count === undefined) {
      const stale = book.staleSessions.has(session) || book.staleBooks.has(id)
      sportsbooks.set(id, count = { session, sportsbook, games: 0, verified: 0, lines: 0, stale })
    }
    let whole = sessions.get(session)
    if (whole === undefined) {
      sessions.set(session, whole = { games: 0, verified: 0, stale: book.staleSessions.has(session) })
    }
    count.games++
    whole.games++
    count.lines += lines.size
    if (!verified) continue
    count.verified++
    whole.verified++
    if (!count.stale && !book.lossy) gamesLive++
  }
  return { games: book.games.size, gamesLive, sportsbooks, sessions }
}

const isUnverified = ({ games, verified, stale }: SportsbookCounts): boolean => stale || games - verified > verified

const stateOf = (count: SportsbookCounts | undefined, ageMs: number | null): SportsbookState => {
  if (count === undefined) return "missing"
  if (count.stale) return "stale"
  if (isUnverified(count)) return "unverified"
  return ageMs !== null && ageMs >= quietMillis ? "quiet" : "live"
}

const suspendedOf = (book: Book, session: string, sportsbook: string): number => {
  let suspended = 0
  for (const game of book.games.values()) {
    if (game.session !== session || game.sportsbook !== sportsbook) continue
    for (const { odds } of game.lines.values()) if (odds === null) suspended++
  }
  return suspended
}

const quantile = (values: ReadonlyArray<number>, share: number): number | null => {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0
