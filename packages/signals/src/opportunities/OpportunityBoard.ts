/** The life of opportunities: pending until they are confirmed, open, closed with a reason. */
import type { Control } from "@boltodds/protocol"
import { type Forgets, forgetsOf } from "../forgets.ts"
import { legOf } from "../fair/fairOf.ts"
import type { Leg, Rung } from "../internal/cells.ts"
import { Deadlines } from "../internal/Deadlines.ts"
import type { OddsIndex } from "../internal/OddsIndex.ts"
import type { Board } from "../internal/SignalStream.ts"
import type { SignalStamp } from "../SignalRecord.ts"
import { findIn, type FindingSettings, type Found, isConflict } from "./findings.ts"
import type { Opportunity, OpportunityReason } from "./Opportunity.ts"
import { closedRecord, type Life, recordOf } from "./opportunityRecord.ts"

/** When opportunities are sent. */
export interface OpportunityPace {
  /** How long one must have stood, in milliseconds. */
  readonly confirmMillis: number
  /** The least change of a value that is sent. */
  readonly step: number
  /** The least time between two records of one that gets better, in milliseconds. */
  readonly everyMillis: number
  /** How long after a closing one counts as opened again, in milliseconds. */
  readonly rearmMillis: number
}

/** Deadlines are at whole tenths of a second, so that there are few of them. */
const tick = 100

/** Compares what an index knows with what its reader has. */
export class OpportunityBoard implements Board<Opportunity> {
  /** How many were not believed because they pay too much. */
  suspicious = 0
  readonly #index: OddsIndex
  readonly #settings: FindingSettings
  readonly #pace: OpportunityPace
  readonly #lives = new Map<string, Life>()
  readonly #byRung = new Map<Rung, Set<string>>()
  readonly #due = new Deadlines<string>()
  readonly #closed = new Map<string, { readonly at: number; readonly times: number }>()
  /** Rungs that changed before a control of their group: they are looked at again at its end. */
  readonly #later = new Set<Rung>()
  /** Sessions whose snapshot has not settled; `all` until the first of the run has. */
  readonly #unsettled = new Set<string>()
  #settled: Set<string> | "all" = new Set()

  constructor(index: OddsIndex, settings: FindingSettings, pace: OpportunityPace) {
    this.#index = index
    this.#settings = settings
    this.#pace = pace
  }

  /** The reader forgets everything at some controls; the others close what they are about. */
  forget(forgets: Forgets): void {
    if (forgets !== "all") return
    for (const life of this.#lives.values()) this.#remove(life)
  }

  /** What ends with a control, to be sent before it. */
  before(control: Control, stamp: SignalStamp, at: number): Array<Opportunity> {
    this.#note(control)
    // Within a group prices are half of what they will be: only what invalidates some is acted on at once.
    const touches = control.control === "quarantined" && control.touches === "game"
    if (!touches && forgetsOf(control) === undefined) return []
    const records: Array<Opportunity> = []
    const rungs = this.#touched(at)
    const now = this.#find(rungs, at)
    const isEnd = control.control === "stream_stopped"
    for (const id of isEnd ? [...this.#lives.keys()] : this.#idsOf(rungs)) {
      const life = this.#lives.get(id)!
      if (!isEnd && now.has(id)) continue
      this.#end(life, isEnd ? "stopped" : undefined, now, stamp, at, records)
    }
    for (const rung of rungs) this.#later.add(rung)
    return records.sort(byId)
  }

  records(stamp: SignalStamp, at: number): Array<Opportunity> {
    const rungs = this.#touched(at)
    const now = this.#find(rungs, at)
    const closings: Array<Opportunity> = []
    /** What took the place of another that it shares a leg with: it was confirmed with it. */
    const heirs = new Set<string>()
    for (const id of this.#idsOf(rungs)) {
      const life = this.#lives.get(id)!
      if (now.has(id)) continue
      const heir = life.sent === undefined ? undefined : heirOf(life, now)
      if (heir !== undefined) heirs.add(heir)
      this.#end(life, heir === undefined ? undefined : "better", now, stamp, at, closings)
    }
    const others: Array<Opportunity> = []
    for (const found of now.values()) {
      const life = this.#lives.get(found.id)
      if (life === undefined) this.#begin(found, heirs.has(found.id), stamp, at, others)
      else this.#update(life, found, stamp, at, others)
    }
    return [...closings.sort(byId), ...others.sort(byId)]
  }

  standing(stamp: SignalStamp): ReadonlyArray<Opportunity> {
    const records: Array<Opportunity> = []
    for (const { sent } of this.#lives.values()) {
      if (sent === undefined) continue
      const { merged: _, last: _l, ...rest } = sent
      records.push({ ...rest, ...stamp, opportunity: "opened", cause: "snapshot" })
    }
    return records.sort(byId)
  }

  dueAt(): number | undefined {
    return this.#due.next()
  }

  advance(stamp: SignalStamp, at: number): Array<Opportunity> {
    const records: Array<Opportunity> = []
    for (const id of this.#due.take(at)) {
      const life = this.#lives.get(id)
      if (life === undefined || life.due !== at) continue
      life.due = undefined
      // Nothing has changed since it was last looked at, but for the time.
      if (isConflict(life.found.rungs[0]!.market.event, at)) this.#end(life, undefined, none, stamp, at, records)
      else if (life.sent === undefined) this.#open(life, stamp, at, records)
      else this.#change(life, stamp, at, records)
    }
    return records.sort(byId)
  }

  #note(control: Control): void {
    switch (control.control) {
      case "stream_started":
        // A snapshot is of a run whose sessions have settled, or marks what is unverified.
        this.#settled = (control.part ?? 0) > 0 ? "all" : new Set()
        this.#unsettled.clear()
        return
      case "stream_resumed":
        this.#settled = new Set()
        this.#unsettled.clear()
        return
      case "gap_opened":
        this.#unsettled.add(control.session)
        return
      case "synced":
      case "gap_closed":
        // Half a book is not settled: `synced` follows once it is whole.
        if (control.control === "gap_closed" && !control.complete) return
        this.#unsettled.delete(control.session)
        if (this.#settled !== "all") this.#settled.add(control.session)
        // What was found before may be opened now.
        for (const rungs of this.#index.rungsOf(control.session)) this.#later.add(rungs)
        return
    }
  }

  /** Whether the sessions of the legs, and of what their fair probability is made of, have settled. */
  #areSettled({ legs, basis }: Found): boolean {
    if (!legs.every((leg) => this.#isSettled(leg))) return false
    return basis === undefined ||
      basis.every((pair) => pair.rung.sides.every(({ at }) => this.#isSettled(legOf(pair, at))))
  }

  #isSettled({ game: { session } }: Leg): boolean {
    return !this.#unsettled.has(session) && (this.#settled === "all" || this.#settled.has(session))
  }

  #touched(at: number): ReadonlySet<Rung> {
    const { sides, pairs } = this.#index.settle(at)
    const rungs = new Set(this.#later)
    this.#later.clear()
    for (const { rung } of sides) rungs.add(rung)
    for (const { rung } of pairs) rungs.add(rung)
    this.#index.sweep()
    return rungs
  }

  #find(rungs: ReadonlySet<Rung>, at: number): Map<string, Found> {
    const now = new Map<string, Found>()
    for (const rung of rungs) findIn(rung, this.#settings, at, now)
    for (const [id, found] of now) {
      if (!this.#areSettled(found)) now.delete(id)
      else if ((found.miss ?? found.value) > this.#settings.suspicious) {
        this.suspicious++
        now.delete(id)
      }
    }
    return now
  }

  #idsOf(rungs: ReadonlySet<Rung>): ReadonlySet<string> {
    const ids = new Set<string>()
    for (const rung of rungs) for (const id of this.#byRung.get(rung) ?? []) ids.add(id)
    return ids
  }

  #begin(found: Found, isHeir: boolean, stamp: SignalStamp, at: number, records: Array<Opportunity>): void {
    const { confirmMillis, rearmMillis } = this.#pace
    const before = this.#closed.get(found.id)
    const reopened = before !== undefined && at - before.at <= rearmMillis ? before.times : 0
    const life: Life = {
      found,
      since: at,
      peak: found.value,
      reopened,
      sent: undefined,
      openedAt: at,
      sentAt: at,
      due: undefined,
    }
    this.#lives.set(found.id, life)
    for (const rung of found.rungs) {
      const ids = this.#byRung.get(rung)
      if (ids === undefined) this.#byRung.set(rung, new Set([found.id]))
      else ids.add(found.id)
    }
    if (isHeir || confirmMillis === 0) this.#open(life, stamp, at, records)
    else this.#schedule(life, at + confirmMillis)
  }

  #update(life: Life, found: Found, stamp: SignalStamp, at: number, records: Array<Opportunity>): void {
    life.found = found
    if (found.value > life.peak) life.peak = found.value
    if (life.sent !== undefined) this.#change(life, stamp, at, records)
  }

  #open(life: Life, stamp: SignalStamp, at: number, records: Array<Opportunity>): void {
    life.openedAt = at
    this.#send(life, "opened", stamp, at, records)
  }

  /** What gets worse does not wait. */
  #change(life: Life, stamp: SignalStamp, at: number, records: Array<Opportunity>): void {
    const { found, sent } = life
    const { step, everyMillis } = this.#pace
    if (sent === undefined) return
    let isSame = true
    let isWorse = found.value < sent.value
    for (const [index, leg] of found.legs.entries()) {
      const { odds, net, outcome, game, session } = sent.legs[index]!
      const isThere = outcome === leg.outcome && game === leg.game.game && session === leg.game.session
      isSame &&= isThere && odds === leg.odds
      isWorse ||= !isThere || leg.net < net
    }
    if (isSame && Math.abs(found.value - sent.value) < step) return
    if (!isWorse && at < life.sentAt + everyMillis) {
      this.#schedule(life, life.sentAt + everyMillis)
      return
    }
    this.#send(life, "changed", stamp, at, records)
  }

  #send(life: Life, kind: "opened" | "changed", stamp: SignalStamp, at: number, records: Array<Opportunity>): void {
    const record = recordOf(life, kind, stamp, at)
    life.sent = record
    life.sentAt = at
    records.push(record)
  }

  #end(
    life: Life,
    reason: OpportunityReason | undefined,
    now: ReadonlyMap<string, Found>,
    stamp: SignalStamp,
    at: number,
    records: Array<Opportunity>,
  ): void {
    this.#remove(life)
    if (life.sent === undefined) return
    for (const [id, each] of this.#closed) {
      if (at - each.at <= this.#pace.rearmMillis) break
      this.#closed.delete(id)
    }
    this.#closed.delete(life.found.id)
    this.#closed.set(life.found.id, { at, times: life.reopened + 1 })
    records.push(closedRecord(life, life.sent, reason ?? this.#reasonOf(life, now, at), stamp, at))
  }

  #reasonOf(life: Life, now: ReadonlyMap<string, Found>, at: number): OpportunityReason {
    const { found } = life
    const { event } = found.rungs[0]!.market
    for (const [index, leg] of found.legs.entries()) {
      const { pair, game, side } = leg
      // It may be another bet now.
      if (pair === undefined || side !== found.sides[index] || game.legs.get(leg.outcome) !== leg) return "removed"
      if (leg.net === 0) return "suspended"
      const unusable = this.#index.whyUnusable(game)
      if (unusable !== undefined) return unusable
      if (!leg.verified || !this.#isSettled(leg)) return "unverified"
      if (pair.torn) return "torn"
      if (leg.dominated) return "dominated"
    }
    if (isConflict(event, at)) return "start_conflict"
    if (heirOf(life, now) !== undefined) return "better"
    const again = new Map<string, Found>()
    for (const rung of found.rungs) findIn(rung, { ...this.#settings, minEv: -1 }, at, again)
    const still = again.get(found.id)
    if (still === undefined) return found.type === "ev" ? "reference" : "price"
    if (!this.#areSettled(still)) return "reference"
    return (still.miss ?? still.value) > this.#settings.suspicious ? "suspicious" : "price"
  }

  #schedule(life: Life, at: number): void {
    const due = Math.ceil(at / tick) * tick
    if (life.due === due) return
    life.due = due
    this.#due.add(due, life.found.id)
  }

  #remove(life: Life): void {
    const { id, rungs } = life.found
    this.#lives.delete(id)
    if (life.due !== undefined) this.#due.delete(life.due, id)
    for (const rung of rungs) {
      const ids = this.#byRung.get(rung)
      ids?.delete(id)
      if (ids?.size === 0) this.#byRung.delete(rung)
    }
  }
}

const none: ReadonlyMap<string, Found> = new Map()

/** The id of another combination of the same lines that shares a leg with it. */
const heirOf = ({ found }: Life, now: ReadonlyMap<string, Found>): string | undefined => {
  if (found.type === "ev") return undefined
  for (const other of now.values()) {
    if (other.type !== found.type || other.id === found.id) continue
    if (other.rungs.length !== found.rungs.length || other.rungs.some((rung, at) => rung !== found.rungs[at])) continue
    if (other.legs.some((leg) => found.legs.includes(leg))) return other.id
  }
  return undefined
}

const byId = (a: Opportunity, b: Opportunity): number => a.id < b.id ? -1 : a.id > b.id ? 1 : 0
