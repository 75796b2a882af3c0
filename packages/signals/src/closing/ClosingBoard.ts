/** The closing prices: what stands when an event begins. */
import type { ChangeCause } from "@boltodds/protocol"
import {
  candidateOf,
  decimalOf,
  type EventCell,
  type GameCell,
  type Leg,
  legAt,
  type Pair,
  pricedAt,
  type Side,
} from "../internal/cells.ts"
import { Deadlines } from "../internal/Deadlines.ts"
import type { OddsIndex } from "../internal/OddsIndex.ts"
import type { Board } from "../internal/SignalStream.ts"
import { fairOf, type FairPrice, type FairSettings } from "../fair/fairOf.ts"
import { type MainLines, mainLinesOf } from "../fair/mainLines.ts"
import { isConflict } from "../opportunities/findings.ts"
import { isoOf, millisOf, type SignalStamp, subjectOf } from "../SignalRecord.ts"
import type { Closing, ClosingReason, ClosingWarning } from "./Closing.ts"

/** A start that moves by less is the same start: sportsbooks differ by a minute or two. */
const sameStartMillis = 5 * 60_000

/** How long before the start a line that is gone still had a price: sportsbooks take their lines away at the start. */
const removedMillis = 30 * 60_000

/** How long after the start of an event a later start withdraws its closings. */
export const keptMillis = 6 * 3_600_000

/** A line that went shortly before the start. */
interface Removed {
  readonly side: Side
  readonly game: GameCell
  readonly outcome: string
  readonly odds: number | null
  readonly reason: ClosingReason
  readonly at: number
}

/** What was sent of a selection at a sportsbook. */
interface Sent {
  readonly side: Side
  readonly game: GameCell
  readonly outcome: string
}

/** One event, from its first line to some hours after its start. */
interface Watched {
  readonly key: string
  /** Undefined while no sportsbook has it. */
  event: EventCell | undefined
  /** The start that counts, in milliseconds since the epoch; null while it is not known. */
  start: number | null
  /** The first start that was known. */
  first: number | null
  /** The sportsbooks whose start it is. */
  near: Set<string>
  /** `late`: it was first seen after its start. */
  state: "before" | "closed" | "late"
  /** Lines that are gone, by selection and sportsbook. */
  readonly removed: Map<string, Removed>
  sent: ReadonlyArray<Sent>
}

/** Sends the closing prices of each event at its start, and withdraws them if it begins later. */
export class ClosingBoard implements Board<Closing> {
  /** Events that were first seen after their start: they have no closing prices. */
  late = 0
  readonly #index: OddsIndex
  readonly #settings: FairSettings
  readonly #events = new Map<string, Watched>()
  readonly #due = new Deadlines<Watched>()
  /** Events whose closings were sent, and until when they may be withdrawn. The first are the oldest. */
  readonly #kept: Array<{ readonly watched: Watched; readonly until: number }> = []

  constructor(index: OddsIndex, settings: FairSettings) {
    this.#index = index
    this.#settings = settings
    index.onRemoved((leg, cause, at) => this.#remove(leg, cause, millisOf(at)))
  }

  /** What was sent is history: a reader keeps it. */
  forget(): void {}

  standing(): ReadonlyArray<Closing> {
    return []
  }

  dueAt(): number | undefined {
    return this.#due.next()
  }

  records(stamp: SignalStamp, at: number): Array<Closing> {
    const { events } = this.#index.settle(at)
    const records: Array<Closing> = []
    for (const event of events) this.#see(event, stamp, at, records)
    this.#index.sweep()
    this.#forgetOld(at)
    return records.sort(byPlace)
  }

  advance(stamp: SignalStamp, at: number): Array<Closing> {
    const records: Array<Closing> = []
    for (const watched of this.#due.take(at)) this.#capture(watched, stamp, at, records)
    return records.sort(byPlace)
  }

  /** The games, starts or teams of an event have changed. */
  #see(event: EventCell, stamp: SignalStamp, at: number, records: Array<Closing>): void {
    const known = this.#events.get(event.key)
    if (event.games.size === 0) {
      if (known?.event !== event) return
      known.event = undefined
      if (known.state === "late" || (known.state === "before" && known.removed.size === 0)) this.#drop(known)
      return
    }
    const { anchor } = event
    const watched = known ?? this.#watch(event.key)
    watched.event = event
    if (anchor === null) return
    const before = watched.start
    // Where the sportsbooks are gone whose start it is, those that are left mean another game.
    if (before !== null && !hasAny(event, watched.near)) return
    if (watched.state === "closed" && !isMoved(event, watched)) return
    watched.near = new Set()
    for (const { sportsbook, startsAt } of event.games) {
      if (startsAt === null || Math.abs(startsAt - anchor) <= this.#index.maxSkewMillis) {
        watched.near.add(sportsbook.name)
      }
    }
    if (anchor === before) return
    watched.first ??= anchor
    if (watched.state === "before" && before !== null) this.#due.delete(before, watched)
    watched.start = anchor
    if (watched.state === "closed") this.#withdraw(watched, stamp, at, records)
    if (at < anchor) {
      watched.state = "before"
      this.#due.add(anchor, watched)
    } else if (before === null) {
      watched.state = "late"
      this.late++
    } else if (watched.state !== "late") {
      // What the prices were at a start that was not known as one.
      watched.state = "closed"
      this.#missAll(watched, stamp, at, records)
    }
  }

  #watch(key: string): Watched {
    const watched: Watched = {
      key,
      event: undefined,
      start: null,
      first: null,
      near: new Set(),
      state: "before",
      removed: new Map(),
      sent: none,
    }
    this.#events.set(key, watched)
    return watched
  }

  #drop(watched: Watched): void {
    if (watched.state === "before" && watched.start !== null) this.#due.delete(watched.start, watched)
    this.#events.delete(watched.key)
  }

  /** A line is about to go. */
  #remove(leg: Leg, cause: ChangeCause | "unverified", at: number): void {
    const { side, game, outcome, odds, before } = leg
    if (side === undefined) return
    const watched = this.#events.get(game.event.key)
    if (watched?.state !== "before" || watched.start === null) return
    if (at >= watched.start || watched.start - at > removedMillis) return
    watched.removed.set(idOf(side, game.sportsbook.name), {
      side,
      game,
      outcome,
      odds: odds ?? before,
      reason: reasons[cause],
      at,
    })
  }

  #capture(watched: Watched, stamp: SignalStamp, at: number, records: Array<Closing>): void {
    const { event, removed } = watched
    const sent: Array<Sent> = []
    const seen = new Set<string>()
    for (const market of event?.markets.values() ?? none) {
      let mains: MainLines | undefined
      for (const rung of market.rungs.values()) {
        if (rung.pairs.length === 0) continue
        const fair = fairOf(rung, this.#settings)
        if (rung.line !== null) mains ??= mainLinesOf(market)
        for (const pair of rung.pairs) {
          const isMain = rung.line === null || mains?.of.get(pair.sportsbook) === rung.line
          for (const side of rung.sides) {
            const first = legAt(pair, side.at)
            if (first === undefined) continue
            const leg = candidateOf(pair, side.at)
            const reason = this.#whyMissing(leg, first, pair, at)
            const shown = leg ?? first
            const since = pricedAt(shown)
            seen.add(idOf(side, pair.sportsbook.name))
            sent.push({ side, game: shown.game, outcome: shown.outcome })
            records.push({
              ...this.#base(watched, side, shown.game, stamp, at),
              closing: reason === undefined ? "captured" : "missing",
              outcome: shown.outcome,
              ...reason === undefined
                ? { odds: oddsOf(shown.odds), decimal: decimalOf(shown), net: shown.net }
                : { ...withoutPrice, odds_before: oddsOf(shown.odds ?? shown.before) },
              ...fairIn(fair, side),
              main: isMain,
              price_age_ms: reason === undefined && since !== null ? at - since : null,
              warnings: warningsOf(pair, side, shown, reason === undefined && isConflict(shown.game.event, at)),
              ...reason === undefined ? {} : { reason },
            })
          }
        }
      }
    }
    for (const [id, { side, game, outcome, odds, reason, at: goneAt }] of removed) {
      if (seen.has(id) || at - goneAt > removedMillis) continue
      sent.push({ side, game, outcome })
      records.push(this.#missing(watched, { side, game, outcome }, reason, stamp, at, odds))
    }
    removed.clear()
    watched.state = "closed"
    this.#keep(watched, sent, at)
  }

  /** Why there is no closing price; undefined if there is. */
  #whyMissing(leg: Leg | undefined, first: Leg, pair: Pair, at: number): ClosingReason | undefined {
    const { game } = leg ?? first
    const { startsAt } = game
    // Of the sportsbooks that are left the start may be another one.
    if (startsAt !== null && Math.abs(startsAt - at) > this.#index.maxSkewMillis) return "off_start"
    if (leg !== undefined) return pair.torn ? "torn" : undefined
    if (first.net === 0) return "suspended"
    const unusable = this.#index.whyUnusable(game)
    if (unusable === "unverified") return this.#index.isStale(game) ? "stale" : unusable
    if (unusable !== undefined) return unusable
    return first.verified ? "duplicate" : "unverified"
  }

  /** The start is another one: what was sent holds no longer. */
  #withdraw(watched: Watched, stamp: SignalStamp, at: number, records: Array<Closing>): void {
    for (const sent of watched.sent) {
      const { closing: _, ...missing } = this.#missing(watched, sent, "start_moved", stamp, at, null)
      records.push({ ...missing, closing: "withdrawn" })
    }
    watched.sent = none
  }

  /** The start was moved to a time that has passed. */
  #missAll(watched: Watched, stamp: SignalStamp, at: number, records: Array<Closing>): void {
    const sent: Array<Sent> = []
    for (const { rungs } of watched.event?.markets.values() ?? none) {
      for (const { pairs, sides } of rungs.values()) {
        for (const pair of pairs) {
          for (const side of sides) {
            const leg = legAt(pair, side.at)
            if (leg === undefined) continue
            sent.push({ side, game: leg.game, outcome: leg.outcome })
            records.push(this.#missing(watched, sent.at(-1)!, "start_moved", stamp, at, null))
          }
        }
      }
    }
    watched.removed.clear()
    this.#keep(watched, sent, at)
  }

  #missing(
    watched: Watched,
    { side, game, outcome }: Sent,
    reason: ClosingReason,
    stamp: SignalStamp,
    at: number,
    before: number | null,
  ): Closing {
    return {
      ...this.#base(watched, side, game, stamp, at),
      ...withoutPrice,
      outcome,
      odds_before: oddsOf(before),
      reason,
    }
  }

  /** A closing without a price. */
  #base({ start, first }: Watched, side: Side, game: GameCell, stamp: SignalStamp, at: number) {
    const { facts } = game.sportsbook
    return {
      closing: "missing" as const,
      ...stamp,
      ...subjectOf(side, game, at),
      starts_at: start === null ? null : isoOf(start),
      phase: start === null ? null : at < start ? "pre" as const : "live" as const,
      sportsbook: game.sportsbook.name,
      game: game.game,
      fees: facts.fees,
      fair: null,
      reference: null,
      families: 0,
      outcomes: side.rung.outcomes,
      winners: side.rung.winners,
      push: side.selection.push,
      main: false,
      price_age_ms: null,
      odds_before: null,
      start_moved: start !== null && first !== null && Math.abs(start - first) > sameStartMillis,
      warnings: none,
    }
  }

  #keep(watched: Watched, sent: ReadonlyArray<Sent>, at: number): void {
    watched.sent = sent
    this.#kept.push({ watched, until: at + keptMillis })
  }

  #forgetOld(at: number): void {
    while (this.#kept.length > 0 && this.#kept[0]!.until < at) {
      const { watched } = this.#kept.shift()!
      // It may have been captured once more since.
      if (watched.state !== "closed" || this.#kept.some((each) => each.watched === watched)) continue
      watched.sent = none
      if (watched.event === undefined) this.#events.delete(watched.key)
    }
  }
}

/** By what was withdrawn first, then by key and sportsbook. */
const byPlace = (a: Closing, b: Closing): number =>
  rankOf(a) - rankOf(b) || compare(a.key, b.key) || compare(a.sportsbook, b.sportsbook)

const rankOf = ({ closing }: Closing): number => closing === "withdrawn" ? 0 : 1

const compare = (a: string, b: string): number => a < b ? -1 : a > b ? 1 : 0

const idOf = ({ key }: Side, sportsbook: string): string => `${key}\u0000${sportsbook}`

/** -100 and +100 are one price. */
const oddsOf = (odds: number | null): number | null => odds === -100 ? 100 : odds

/** What a closing says that has no price. */
export const withoutPrice = { odds: null, decimal: null, net: null } as const

const reasons: Readonly<Record<ChangeCause | "unverified", ClosingReason>> = {
  feed: "removed",
  resync: "absent",
  absent: "absent",
  book_clear: "book_clear",
  sport_clear: "sport_clear",
  filters: "filters",
  unreadable: "removed",
  snapshot: "unverified",
  unverified: "unverified",
}

const hasAny = ({ games }: EventCell, names: ReadonlySet<string>): boolean => {
  for (const { sportsbook } of games) if (names.has(sportsbook.name)) return true
  return false
}

/** Whether a sportsbook whose start it was says another one now, and most do. */
const isMoved = ({ games, anchor }: EventCell, { near, start }: Watched): boolean => {
  if (anchor === null || start === null || Math.abs(anchor - start) <= sameStartMillis) return false
  for (const { sportsbook, startsAt } of games) {
    if (startsAt === null || !near.has(sportsbook.name)) continue
    if (Math.abs(startsAt - start) > sameStartMillis) return true
  }
  return false
}

const fairIn = (fair: FairPrice | undefined, { at }: Side): Pick<Closing, "fair" | "reference" | "families"> =>
  fair === undefined
    ? { fair: null, reference: null, families: 0 }
    : { fair: fair.p[at]!, reference: fair.reference, families: fair.families }

const warningsOf = (pair: Pair, side: Side, leg: Leg, conflict: boolean): ReadonlyArray<ClosingWarning> => {
  const { kind } = pair.sportsbook.facts
  const warnings: Array<ClosingWarning> = []
  if (leg.dominated) warnings.push("dominated")
  if (legAt(pair, side.at)?.twin !== undefined) warnings.push("duplicate")
  if (kind === "exchange" || kind === "predictions") warnings.push("exchange")
  if (conflict) warnings.push("start_conflict")
  return warnings.length === 0 ? none : warnings
}

const none: ReadonlyArray<never> = []
