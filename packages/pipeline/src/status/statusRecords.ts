/** Status records, from what a run knows of itself. Pure: the one source of all that is shown of a process. */
import {
  type BlindWindow,
  type BooksStatus,
  type DialState,
  type GapFigures,
  type LaneFigures,
  type LanesStatus,
  type LatencyHistogram,
  type Millis,
  parseTimestamp,
  type ProcessFigures,
  type ProcessStatus,
  type SessionFigures,
  silentMillis,
  type SourceCounts,
  type SourceStatus,
  type SportsbookFigures,
  type StatusRecord,
} from "@boltodds/protocol"
import type { LaneCounts, LaneDelivery, LaneStatus } from "@boltodds/lane"
import type { Report } from "../report/Report.ts"
import type { SportsbookRate } from "./SportsbookRates.ts"
import type { Standing, Totals } from "./Standing.ts"

/** One lane, as the run knows it. */
export interface LaneView {
  readonly name: string
  readonly type: string
  readonly emit: string
  readonly required: boolean
  readonly state: LaneFigures["state"]
  readonly counts: LaneCounts
  readonly status: LaneStatus
  readonly delivery: LaneDelivery
}

/** What a run knows of itself at one time. */
export interface StatusFacts {
  readonly run: string
  readonly phase: ProcessStatus["phase"]
  readonly why: string | null
  /** By the session clock. */
  readonly at: Millis
  /** Since the source gave something last, in milliseconds, while it should give a tick each second; else 0. */
  readonly unreadMillis: Millis
  readonly standings: ReadonlyArray<Standing>
  readonly dials: ReadonlyArray<DialState>
  readonly totals: ReadonlyArray<Totals>
  readonly rates: ReadonlyArray<SportsbookRate>
  /** The newest windows, the oldest first. */
  readonly windows: ReadonlyArray<BlindWindow>
  readonly blindMillis: (session: string) => Millis
  readonly counts: SourceCounts
  readonly latency: LatencyHistogram
  readonly book: Report["book"] | undefined
  readonly lanes: ReadonlyArray<LaneView>
  readonly process: ProcessFigures | null
}

/** The records of one time, as one group. */
export const statusRecords = (facts: StatusFacts): ReadonlyArray<StatusRecord> => {
  const stamp = { run: facts.run, at: isoOf(facts.at) }
  const books: BooksStatus = { status: "books", ...stamp, books: sportsbooksOf(facts) }
  const source: SourceStatus = {
    status: "source",
    ...stamp,
    sessions: sessionsOf(facts),
    gaps: facts.windows.map((window) => gapOf(window, facts.at)),
    counts: facts.counts,
    latency: facts.latency,
    book: facts.book ?? null,
  }
  const lanes: LanesStatus = { status: "lanes", ...stamp, lanes: facts.lanes.map(laneOf) }
  const { phase, why, process } = facts
  return [books, source, lanes, { status: "process", ...stamp, phase, why, process, last: true }]
}

const isoOf = (at: Millis): string => new Date(at).toISOString()

const placeOf = (session: string, sportsbook: string): string => `${session}\u0000${sportsbook}`

const sportsbooksOf = ({ at, totals, rates }: StatusFacts): ReadonlyArray<SportsbookFigures> => {
  const byPlace = new Map(rates.map((rate) => [placeOf(rate.session, rate.sportsbook), rate]))
  const known = totals.map((each) => {
    const rate = byPlace.get(placeOf(each.session, each.sportsbook))
    const lastAt = Math.max(each.receivedAt, rate?.lastAt ?? 0)
    return {
      session: each.session,
      sportsbook: each.sportsbook,
      games: each.games,
      games_verified: each.gamesVerified,
      lines: each.lines,
      suspended: each.suspended,
      changes: rate?.changes ?? 0,
      per_s: Math.round((rate?.perSecond ?? 0) * 10) / 10,
      last_at: lastAt === 0 ? null : isoOf(lastAt),
      age_ms: lastAt === 0 ? null : Math.max(0, Math.round(at - lastAt)),
      lag_p50: rate?.lagP50 ?? null,
      lag_p95: rate?.lagP95 ?? null,
      stale: each.stale,
    } satisfies SportsbookFigures
  })
  return known.sort((one, other) => compare(one.session, other.session) || compare(one.sportsbook, other.sportsbook))
}

const compare = (one: string, other: string): number => one < other ? -1 : one > other ? 1 : 0

const sessionsOf = (facts: StatusFacts): ReadonlyArray<SessionFigures> => {
  const dials = new Map(facts.dials.map((dial) => [dial.session, dial]))
  const standings = new Map(facts.standings.map((standing) => [standing.session, standing]))
  const names = [...new Set([...standings.keys(), ...dials.keys()])].sort(compare)
  return names.map((name) => sessionOf(name, standings.get(name), dials.get(name), facts))
}

const sessionOf = (
  session: string,
  standing: Standing | undefined,
  dial: DialState | undefined,
  { at, unreadMillis, totals, blindMillis }: StatusFacts,
): SessionFigures => {
  let games = 0
  let verified = 0
  for (const each of totals) {
    if (each.session !== session) continue
    games += each.games
    verified += each.gamesVerified
  }
  const { frameAt, pausedSince } = standing ?? {}
  const pausedMillis = Math.round(Math.max(pausedSince === undefined ? 0 : at - pausedSince, unreadMillis))
  const age = frameAt === undefined ? null : Math.max(0, Math.round(at - frameAt))
  return {
    session,
    ...stateOf(standing, dial, { age, pausedMillis, games, verified }),
    epoch: standing?.epoch ?? 0,
    frame_age_ms: age,
    paused_ms: pausedMillis,
    lag_ms: standing?.lagMillis ?? null,
    games,
    games_verified: verified,
    blind_ms: Math.round(blindMillis(session)),
    next_dial_at: dial?.nextAt === undefined || dial.nextAt === null ? null : isoOf(dial.nextAt),
    dials_left: dial?.dialsLeft ?? null,
  }
}

interface SessionAges {
  readonly age: Millis | null
  readonly pausedMillis: Millis
  readonly games: number
  readonly verified: number
}

/** A pause of this length makes all stale: what is read after it has waited. */
const longPauseMillis = 5_000

const stateOf = (
  standing: Standing | undefined,
  dial: DialState | undefined,
  { age, pausedMillis, games, verified }: SessionAges,
): Pick<SessionFigures, "state" | "why"> => {
  if (standing?.isStopped === true) return { state: "stopped", why: "the stream has ended" }
  if (standing?.isLossy === true) return { state: "lossy", why: "records were lost on the way here" }
  if (standing === undefined || !standing.isConnected) {
    return { state: "connecting", why: dial?.why ?? "there is no connection" }
  }
  if (pausedMillis >= longPauseMillis) {
    return { state: "stale", why: `nothing is read for ${seconds(pausedMillis)}: a full lane makes the source wait` }
  }
  // By the clock too: where the source does not report it, or its report waits.
  if (standing.stale === "silent" || (age ?? 0) >= silentMillis) {
    return { state: "stale", why: `nothing came for ${seconds(age ?? silentMillis)}` }
  }
  if (standing.stale === "paused") return { state: "stale", why: "what is read has waited" }
  if (standing.isSettled) return { state: "live", why: null }
  const why = games === 0 ? "no snapshot yet" : `${verified} of ${games} games confirmed`
  return { state: "syncing", why }
}

const seconds = (millis: Millis): string => `${Math.floor(millis / 1000)} s`

const gapOf = (window: BlindWindow, at: Millis): GapFigures => {
  const { session, sportsbook, kind, reason, opened_at, closed_at, duration_ms, at_stake } = window
  const open = closed_at === null
  return {
    session,
    sportsbook,
    kind,
    reason,
    from: opened_at,
    ms: Math.max(0, Math.round(open ? at - (parseTimestamp(opened_at) ?? at) : duration_ms ?? 0)),
    open,
    games: at_stake.games,
  }
}

const laneOf = ({ name, type, emit, required, state, counts, status, delivery }: LaneView): LaneFigures => ({
  name,
  type,
  emit,
  required,
  state,
  lossy: status.isLossy,
  counts: {
    in: counts.in,
    restored: counts.restored,
    delivered: counts.delivered,
    coalesced: counts.coalesced,
    replaced: counts.replaced,
    dropped: counts.dropped,
    expired: counts.expired,
    dead_lettered: counts.deadLettered,
    pending: counts.pending,
    pending_bytes: counts.pendingBytes,
    delivered_bytes: counts.deliveredBytes,
    batches: counts.batches,
    retries: counts.retries,
    resnapshots: counts.resnapshots,
    game_resnapshots: counts.gameResnapshots,
  },
  oldest_pending_ms: counts.pending === 0 || delivery.oldestMillis === undefined
    ? null
    : Math.round(delivery.oldestMillis),
  breaker: delivery.failures === 0 ? null : { failures: delivery.failures, open_ms: Math.ceil(delivery.openMillis) },
  last_error: delivery.lastError?.slice(0, longestError) ?? null,
  last_error_at: delivery.lastErrorAt === undefined ? null : isoOf(delivery.lastErrorAt),
})

const longestError = 300
