/** The best prices that a reader has, and the records that keep them right. */
import { type Forgets, isForgotten } from "../forgets.ts"
import type { Leg, Side } from "../internal/cells.ts"
import type { OddsIndex } from "../internal/OddsIndex.ts"
import type { Board } from "../internal/SignalStream.ts"
import { type SignalStamp, subjectOf } from "../SignalRecord.ts"
import type { Best } from "./Best.ts"
import { bestBooksum, bestOf, type BestPrice, reasonOf, warningsOf } from "./bestOf.ts"

/** What the reader has of one selection. */
interface Sent {
  readonly record: Best
  readonly leg: Leg
}

/** Compares what an index knows with what its reader has. */
export class BestBoard implements Board<Best> {
  readonly #index: OddsIndex
  readonly #sent = new Map<Side, Sent>()
  /** What the reader has forgotten at a control: it is sent again if it still stands. */
  readonly #again = new Set<Side>()

  constructor(index: OddsIndex) {
    this.#index = index
  }

  forget(forgets: Forgets): void {
    for (const [side, { record: { sportsbooks, sessions } }] of this.#sent) {
      if (!sportsbooks.every((sportsbook, at) => isForgotten(forgets, sessions[at]!, sportsbook))) continue
      this.#sent.delete(side)
      this.#again.add(side)
    }
  }

  /** Closings first, each by key. */
  records(stamp: SignalStamp, at: number): Array<Best> {
    const { sides } = this.#index.settle(at)
    const records: Array<Best> = []
    for (const side of sides) this.#compare(side, stamp, at, records)
    for (const side of this.#again) if (!sides.has(side)) this.#compare(side, stamp, at, records)
    this.#again.clear()
    this.#index.sweep()
    return records.length < 2 ? records : records.sort(byPlace)
  }

  standing(stamp?: SignalStamp): ReadonlyArray<Best> {
    const records = [...this.#sent.values()].map(({ record }): Best => {
      const { merged: _, reason: _r, last: _l, ...rest } = record
      return { ...rest, ...stamp, best: "opened", cause: "snapshot", previous_odds: null, previous_sportsbooks: [] }
    })
    return records.sort(byPlace)
  }

  #compare(side: Side, stamp: SignalStamp, at: number, records: Array<Best>): void {
    const sent = this.#sent.get(side)
    const best = bestOf(side)
    if (best === undefined) {
      if (sent === undefined) return
      this.#sent.delete(side)
      records.push(closed(sent, stamp, reasonOf(sent.leg, side, ({ game }) => this.#index.whyUnusable(game))))
      return
    }
    const warnings = warningsOf(best)
    if (sent !== undefined && isSame(sent.record, best, warnings)) return
    const record = recordOf(side, best, warnings, sent?.record, stamp, at)
    this.#sent.set(side, { record, leg: best.legs[0]! })
    records.push(record)
  }
}

/** By closings first, then by key. */
const byPlace = (a: Best, b: Best): number => rankOf(a) - rankOf(b) || (a.key < b.key ? -1 : 1)

const rankOf = ({ best }: Best): number => best === "closed" ? 0 : 1

/** -100 and +100 are one price. */
const oddsOf = ({ odds }: Leg): number | null => odds === -100 ? 100 : odds

const isSame = (record: Best, { legs }: BestPrice, warnings: ReadonlyArray<string>): boolean => {
  const [first] = legs
  return record.odds === oddsOf(first!) && record.game === first!.game.game && record.outcome === first!.outcome &&
    record.sportsbooks.length === legs.length && record.warnings.length === warnings.length &&
    record.warnings.every((warning, at) => warning === warnings[at]) &&
    legs.every(({ game }, at) =>
      game.sportsbook.name === record.sportsbooks[at] && game.session === record.sessions[at]
    )
}

const recordOf = (
  side: Side,
  { legs, of, next }: BestPrice,
  warnings: Best["warnings"],
  previous: Best | undefined,
  stamp: SignalStamp,
  at: number,
): Best => {
  const first = legs[0]!
  return {
    best: previous === undefined ? "opened" : "moved",
    ...stamp,
    ...subjectOf(side, first.game, at),
    odds: oddsOf(first),
    decimal: first.decimal,
    net: first.net,
    fees: feesOf(legs),
    sportsbooks: legs.map(({ game }) => game.sportsbook.name),
    sessions: legs.map(({ game }) => game.session),
    game: first.game.game,
    outcome: first.outcome,
    link: first.link,
    of,
    next_odds: next === undefined ? null : oddsOf(next),
    booksum: bestBooksum(side.rung),
    previous_odds: previous?.odds ?? null,
    previous_sportsbooks: previous?.sportsbooks ?? none,
    warnings,
  }
}

const none: ReadonlyArray<never> = []

const feesOf = (legs: ReadonlyArray<Leg>): Best["fees"] => {
  let fees: Best["fees"] = "none"
  for (const { game } of legs) {
    const own = game.sportsbook.facts.fees
    if (own === "assumed") return own
    if (own === "set") fees = own
  }
  return fees
}

const closed = ({ record }: Sent, stamp: SignalStamp, reason: NonNullable<Best["reason"]>): Best => {
  const { cause: _, merged: _m, last: _l, ...rest } = record
  return { ...rest, ...stamp, ...ending(record), reason }
}

/** What a record says when there is no price any more. */
export const ending = (record: Best): Pick<
  Best,
  | "best"
  | "odds"
  | "decimal"
  | "net"
  | "fees"
  | "sportsbooks"
  | "sessions"
  | "of"
  | "next_odds"
  | "booksum"
  | "previous_odds"
  | "previous_sportsbooks"
  | "warnings"
> => ({
  best: "closed",
  odds: null,
  decimal: null,
  net: null,
  fees: null,
  sportsbooks: none,
  sessions: none,
  of: 0,
  next_odds: null,
  booksum: null,
  previous_odds: record.odds,
  previous_sportsbooks: record.sportsbooks,
  warnings: none,
})
