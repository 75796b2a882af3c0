/** The book of blind windows: when, and for how long, what was known was not to be believed. */
import type { Change } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"

/** A time in which a session, or one sportsbook of it, was not known to be live. */
export interface BlindWindow {
  readonly session: string
  /** Null: all of the session. */
  readonly sportsbook: string | null
  /**
   * `gap`: the connection was lost · `stale`: nothing came, or we did not read · `clock_jumped`: the machine slept or its
   * clock was set, and no new connection has followed yet · `quarantined`: something could not be read, and nothing
   * names the games that it was about.
   */
  readonly kind: "gap" | "stale" | "clock_jumped" | "quarantined"
  /** As the first control said it: `closed`, `network`, `slow_reader`, `silent`, `book_silent`, … */
  readonly reason: string
  /** When the control came; ISO 8601, UTC. */
  readonly opened_at: string
  /** Null while it lasts. */
  readonly closed_at: string | null
  /**
   * Null while it lasts. A gap ends with the last progress of the snapshot, so this is less than the time until
   * `closed_at`, which waits for the snapshot to settle.
   */
  readonly duration_ms: number | null
  /** Connections that were lost in it. */
  readonly losses: number
  /** Sportsbooks, games and lines that were unverified when the first of them was lost; 0 where that is not reported. */
  readonly at_stake: { readonly sportsbooks: ReadonlyArray<string>; readonly games: number; readonly lines: number }
  /** What came of a gap; null while it lasts, and for a window that is not a gap. */
  readonly outcome: {
    readonly games: number
    readonly changed: number
    readonly absent: number
    readonly unverified: number
    readonly sportsbooks_missing: ReadonlyArray<string>
  } | null
  /** Whether it is over and nothing stayed unverified. */
  readonly complete: boolean
}

type Open = { -readonly [K in keyof BlindWindow]: BlindWindow[K] }

const nothing = { sportsbooks: [], games: 0, lines: 0 }

/**
 * Notes the controls of a stream, one run or several, and keeps the blind windows.
 *
 * Works on the records of a live run and on those read back from a file alike. Other records are passed over. Games
 * unverified one by one (`quarantined` with a game) are no windows: they are counted.
 *
 * @example
 * ```ts
 * import { GapLedger, type Control } from "@boltodds/protocol"
 *
 * const stamp = { run: "01", session: "feed", epoch: 1, sent_at: null, frame: null }
 * const records: ReadonlyArray<Control> = [
 *   { control: "stale", ...stamp, seq: 1, at: "2026-07-16T04:00:00.000Z", reason: "silent", sportsbook: null, age_ms: 25_000 },
 *   { control: "fresh", ...stamp, seq: 2, at: "2026-07-16T04:00:07.500Z", sportsbook: null },
 * ]
 * const ledger = new GapLedger()
 * for (const record of records) ledger.note(record)
 * for (const { kind, reason, opened_at, duration_ms } of ledger.windows) console.log(kind, reason, opened_at, duration_ms)
 * ```
 */
export class GapLedger {
  /** Windows there were, those that are no longer kept included. */
  count = 0
  /** Games that were unverified one by one. */
  unverifiedGames = 0
  readonly #most: number
  readonly #windows: Array<Open> = []
  /** By session and sportsbook; few at a time. */
  readonly #open = new Map<string, Open>()
  /** By session: how long it was blind as a whole, and since when it is. */
  readonly #blind = new Map<string, { millis: number; since: number | undefined }>()

  /** @param most How many windows are kept: the newest. Default 1,000. */
  constructor(most: number = 1000) {
    this.#most = most
  }

  /** The windows in the order they opened; of very many the newest. */
  get windows(): ReadonlyArray<BlindWindow> {
    return this.#windows.map((window) => ({ ...window }))
  }

  /** The newest windows, this many at most, in the order they opened. */
  newest(count: number): ReadonlyArray<BlindWindow> {
    return this.#windows.slice(-count).map((window) => ({ ...window }))
  }

  /**
   * How long nothing of a session was known to be live, up to this time, in milliseconds: the windows that are about all of
   * it, of which those that overlap count once.
   */
  blindMillis(session: string, now: number): number {
    const blind = this.#blind.get(session)
    if (blind === undefined) return 0
    return blind.millis + (blind.since === undefined ? 0 : Math.max(0, now - blind.since))
  }

  /** Notes a record. */
  note(record: Change | Control): void {
    if (!isControl(record)) return
    this.#take(record)
    if (!unaffected.has(record.control)) this.#watch(record)
  }

  /** Whether the sessions are blind now. */
  #watch({ control, session, at }: Control): void {
    if (control === "stream_started" || control === "stream_resumed" || control === "stream_stopped") {
      for (const blind of this.#blind.values()) end(blind, at)
      return
    }
    const isBlind = this.#open.has(unverifiedIn(session, null)) || this.#open.has(staleIn(session, null))
    const known = this.#blind.get(session)
    if (!isBlind) {
      if (known !== undefined) end(known, at)
    } else if (known === undefined) this.#blind.set(session, { millis: 0, since: Date.parse(at) })
    else known.since ??= Date.parse(at)
  }

  #take(record: Control): void {
    const { at } = record
    switch (record.control) {
      case "stream_started":
      case "stream_resumed":
      case "stream_stopped":
        // No record of a run comes after this one: what is open stays so.
        this.#open.clear()
        return
      case "gap_opened": {
        const { reason, sportsbooks, games, lines } = record
        const known = this.#open.get(unverifiedIn(record.session, null))
        if (known?.kind === "gap") {
          known.losses++
          return
        }
        // The gap covers more: narrower windows end in it. A jump of the clock goes on as the gap that it causes.
        for (const window of this.#openOf(record.session)) {
          if (window.kind !== "clock_jumped") this.#close(window, at)
        }
        const window = known?.kind === "clock_jumped" ? known : this.#begin(record, "gap", reason, null)
        window.kind = "gap"
        window.losses = 1
        window.at_stake = { sportsbooks, games, lines }
        return
      }
      case "gap_closed": {
        const { games, changed, absent, unverified, sportsbooks_missing, complete, duration_ms } = record
        const window = this.#open.get(unverifiedIn(record.session, null))
        if (window?.kind !== "gap") return
        window.outcome = { games, changed, absent, unverified, sportsbooks_missing }
        window.complete = complete
        this.#close(window, at, Number.isFinite(duration_ms) ? duration_ms : undefined)
        return
      }
      case "synced":
        for (const window of this.#openOf(record.session)) {
          if (window.kind !== "quarantined") continue
          window.complete = true
          this.#close(window, at)
        }
        return
      case "clock_jumped":
        if (!this.#open.has(unverifiedIn(record.session, null))) {
          this.#begin(record, "clock_jumped", "clock_jumped", null)
        }
        return
      case "stale":
        if (!this.#open.has(staleIn(record.session, record.sportsbook))) {
          this.#begin(record, "stale", record.reason, record.sportsbook)
        }
        return
      case "fresh": {
        const window = this.#open.get(staleIn(record.session, record.sportsbook))
        if (window === undefined) return
        window.complete = true
        this.#close(window, at)
        return
      }
      case "quarantined":
        if (record.touches === "game") this.unverifiedGames++
        else if (record.touches === "sportsbook" || record.touches === "session") {
          const sportsbook = record.touches === "session" ? null : record.sportsbook
          if (!this.#open.has(unverifiedIn(record.session, sportsbook))) {
            this.#begin(record, "quarantined", record.reason, sportsbook)
          }
        }
        return
    }
  }

  #begin(control: Control, kind: BlindWindow["kind"], reason: string, sportsbook: string | null): Open {
    const { session, at } = control
    const window: Open = {
      session,
      sportsbook,
      kind,
      reason,
      opened_at: at,
      closed_at: null,
      duration_ms: null,
      losses: 0,
      at_stake: nothing,
      outcome: null,
      complete: false,
    }
    this.count++
    this.#windows.push(window)
    if (this.#windows.length > this.#most) this.#forget(this.#windows.shift()!)
    this.#open.set(placeOf(window), window)
    return window
  }

  /** Unreadable messages may name any number of sportsbooks: what is not kept is not waited for. */
  #forget(window: Open): void {
    const place = placeOf(window)
    if (window.kind === "quarantined" && this.#open.get(place) === window) this.#open.delete(place)
  }

  #openOf(session: string): ReadonlyArray<Open> {
    return [...this.#open.values()].filter((window) => window.session === session)
  }

  #close(window: Open, at: string, durationMillis = Date.parse(at) - Date.parse(window.opened_at)): void {
    window.closed_at = at
    window.duration_ms = durationMillis
    this.#open.delete(placeOf(window))
  }
}

/** Controls that open and close nothing, the frequent ones. */
const unaffected: ReadonlySet<Control["control"]> = new Set(["heartbeat", "game_verified", "feed_notice", "no_data"])

const end = (blind: { millis: number; since: number | undefined }, at: string): void => {
  if (blind.since !== undefined) blind.millis += Math.max(0, Date.parse(at) - blind.since)
  blind.since = undefined
}

/** A place has one unverified window open at a time, and one stale one. They are apart: `fresh` verifies nothing. */
const unverifiedIn = (session: string, sportsbook: string | null): string =>
  `unverified\u0000${session}\u0000${sportsbook ?? ""}`
const staleIn = (session: string, sportsbook: string | null): string => `stale\u0000${session}\u0000${sportsbook ?? ""}`
const placeOf = ({ kind, session, sportsbook }: BlindWindow): string =>
  kind === "stale" ? staleIn(session, sportsbook) : unverifiedIn(session, sportsbook)
