/** The fair probabilities that a reader has, and the records that keep them right. */
import { type Forgets, isForgotten } from "../forgets.ts"
import { decimalOf, type Rung } from "../internal/cells.ts"
import { Deadlines } from "../internal/Deadlines.ts"
import type { OddsIndex } from "../internal/OddsIndex.ts"
import type { Board } from "../internal/SignalStream.ts"
import { type SignalStamp, subjectOf } from "../SignalRecord.ts"
import type { Fair } from "./Fair.ts"
import { fairOf, type FairPrice, type FairSettings, legOf } from "./fairOf.ts"
import { MainLineTable } from "./mainLines.ts"

/** How often, and how much of a change, is sent. */
export interface FairPace {
  /** The least change of a probability. */
  readonly minStep: number
  /** The least time between two records of a pair, in milliseconds. */
  readonly everyMillis: number
}

interface Sent {
  readonly record: Fair
  readonly p: ReadonlyArray<number>
  readonly at: number
}

/** Deadlines are at whole tenths of a second, so that there are few of them. */
const tick = 100

/** Compares what an index knows with what its reader has. */
export class FairBoard implements Board<Fair> {
  readonly #index: OddsIndex
  readonly #settings: FairSettings
  readonly #pace: FairPace
  readonly #mains = new MainLineTable()
  readonly #sent = new Map<Rung, Sent>()
  readonly #again = new Set<Rung>()
  readonly #due = new Deadlines<Rung>()

  constructor(index: OddsIndex, settings: FairSettings, pace: FairPace) {
    this.#index = index
    this.#settings = settings
    this.#pace = pace
  }

  forget(forgets: Forgets): void {
    for (const [rung, { record: { sportsbooks, sessions } }] of this.#sent) {
      if (!sportsbooks.some((sportsbook, at) => isForgotten(forgets, sessions[at]!, sportsbook))) continue
      this.#sent.delete(rung)
      this.#again.add(rung)
    }
  }

  records(stamp: SignalStamp, at: number): Array<Fair> {
    const { pairs, sides } = this.#index.settle(at)
    const rungs = this.#again.size === 0 ? new Set<Rung>() : new Set(this.#again)
    for (const { rung } of pairs) rungs.add(rung)
    for (const { rung } of sides) rungs.add(rung)
    for (const rung of rungs) rung.market.version++
    this.#again.clear()
    const records: Array<Fair> = []
    for (const rung of rungs) this.#compare(rung, stamp, at, records)
    this.#index.sweep()
    return records.sort(byPlace)
  }

  standing(stamp: SignalStamp): ReadonlyArray<Fair> {
    return [...this.#sent.values()].map(({ record }): Fair => {
      const { merged: _, last: _l, ...rest } = record
      return { ...rest, ...stamp, fair: "opened", cause: "snapshot", previous_p: null }
    }).sort(byPlace)
  }

  dueAt(): number | undefined {
    return this.#due.next()
  }

  advance(stamp: SignalStamp, at: number): Array<Fair> {
    const records: Array<Fair> = []
    for (const rung of this.#due.take(at)) if (this.#sent.has(rung)) this.#compare(rung, stamp, at, records)
    return records.sort(byPlace)
  }

  #compare(rung: Rung, stamp: SignalStamp, at: number, records: Array<Fair>): void {
    const sent = this.#sent.get(rung)
    const fair = fairOf(rung, this.#settings)
    if (fair === undefined) {
      if (sent === undefined) return
      this.#sent.delete(rung)
      records.push({ ...withoutCause(sent.record), ...stamp, ...fairEnding(sent.record), reason: "reference" })
      return
    }
    // A reference, or a sportsbook of it, that has gone is no basis any more: that does not wait.
    if (sent !== undefined && sent.record.reference === fair.reference && hasAll(fair, sent.record)) {
      if (!isStep(sent.p, fair.p, this.#pace.minStep)) return
      if (at < sent.at + this.#pace.everyMillis) return this.#later(rung, sent.at + this.#pace.everyMillis)
    }
    const record = this.#recordOf(rung, fair, sent?.record, stamp, at)
    this.#sent.set(rung, { record, p: fair.p, at })
    records.push(record)
  }

  #later(rung: Rung, at: number): void {
    this.#due.add(Math.ceil(at / tick) * tick, rung)
  }

  #recordOf(rung: Rung, fair: FairPrice, previous: Fair | undefined, stamp: SignalStamp, at: number): Fair {
    const { p, reference, pairs, families, spread } = fair
    const side = rung.sides[0]!
    const legs = pairs.map((pair) => legOf(pair, 0))
    const { side: _, ...subject } = subjectOf(side, legs[0]!.game, at)
    const lines = rung.line === null ? undefined : this.#mains.of(rung.market)
    const order = rung.sides.toSorted((a, b) => a.name < b.name ? -1 : 1)
    return {
      fair: previous === undefined ? "opened" : "moved",
      ...stamp,
      ...subject,
      key: rung.key,
      line: rung.line,
      p: Object.fromEntries(order.map(({ name, at: place }) => [name, p[place]!])),
      method: this.#settings.method,
      reference,
      sportsbooks: legs.map(({ game }) => game.sportsbook.name),
      sessions: legs.map(({ game }) => game.session),
      families,
      spread_of_p: spread,
      main_at: lines?.at.get(rung.line!) ?? 0,
      consensus_main: lines !== undefined && lines.consensus === rung.line,
      hold: Object.fromEntries(pairs.map((pair) => [
        pair.sportsbook.name,
        holdOf(rung.sides.map(({ at: place }) => decimalOf(legOf(pair, place))), rung.winners ?? 1),
      ])),
      push: side.selection.push,
      previous_p: previous?.p ?? null,
    }
  }
}

/** Whether all that a record is made of still has a say. */
const hasAll = ({ pairs }: FairPrice, { sportsbooks, sessions }: Fair): boolean =>
  sportsbooks.every((name, at) =>
    pairs.some((pair) => pair.sportsbook.name === name && legOf(pair, 0).game.session === sessions[at])
  )

const holdOf = (decimals: ReadonlyArray<number>, winners: number): number => {
  let booksum = 0
  for (const decimal of decimals) booksum += 1 / decimal
  return 1 - winners / booksum
}

const isStep = (from: ReadonlyArray<number>, to: ReadonlyArray<number>, least: number): boolean =>
  to.some((p, at) => Math.abs(p - (from[at] ?? 0)) >= least)

/** By closings first, then by key. */
const byPlace = (a: Fair, b: Fair): number => rankOf(a) - rankOf(b) || (a.key < b.key ? -1 : 1)

const rankOf = ({ fair }: Fair): number => fair === "closed" ? 0 : 1

const withoutCause = ({ cause: _, merged: _m, last: _l, ...rest }: Fair): Fair => rest

/** What a record says when there are no probabilities any more. */
export const fairEnding = (record: Fair): Pick<
  Fair,
  | "fair"
  | "p"
  | "reference"
  | "sportsbooks"
  | "sessions"
  | "families"
  | "spread_of_p"
  | "main_at"
  | "consensus_main"
  | "hold"
  | "previous_p"
> => ({
  fair: "closed",
  p: {},
  reference: null,
  sportsbooks: none,
  sessions: none,
  families: 0,
  spread_of_p: 0,
  main_at: 0,
  consensus_main: false,
  hold: {},
  previous_p: record.p,
})

const none: ReadonlyArray<never> = []
