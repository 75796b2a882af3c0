/** The best prices that a reader has, and the records that keep them right. */
import { type Forgets, isForgotten } from "../forgets.ts"
import { decimalOf, type Leg, type Side } from "../internal/cells.ts"
import type { OddsIndex } from "../internal/OddsIndex.ts"
import type { Board } from "../internal/SignalStream.ts"
import { type SignalStamp, subjectOf } from "../SignalRecord.ts"
import type { Best } from "./Best.ts"
import { bestBooksum, bestOf, type BestPrice, reasonOf, warningsOf } from "./bestOf.ts"

/** What the reader has of one selection: what shows whether it is right, and what its ending says. */
interface Sent {
  readonly leg: Leg
  readonly odds: number | null
  readonly game: string
  readonly outcome: string
  readonly sportsbooks: ReadonlyArray<string>
  readonly sessions: ReadonlyArray<string>
  readonly warnings: Best["warnings"]
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
    for (const [side, { sportsbooks, sessions }] of this.#sent) {
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

  /** As they are now: what the reader has, with what is known beside it. */
  standing(stamp: SignalStamp, at: number): ReadonlyArray<Best> {
    const records: Array<Best> = []
    for (const [side, { warnings }] of this.#sent) {
      const best = bestOf(side)
      if (best === undefined) continue
      records.push({ ...recordOf(side, best, warnings, undefined, stamp, at), cause: "snapshot" })
    }
    return records.sort(byPlace)
  }

  #compare(side: Side, stamp: SignalStamp, at: number, records: Array<Best>): void {
    const sent = this.#sent.get(side)
    const best = bestOf(side)
    if (best === undefined) {
      if (sent === undefined) return
      this.#sent.delete(side)
      records.push(closed(side, sent, stamp, at, reasonOf(sent.leg, side, ({ game }) => this.#index.whyUnusable(game))))
      return
    }
    const warnings = warningsOf(best)
    if (sent !== undefined && isSame(sent, best, warnings)) return
    const record = recordOf(side, best, warnings, sent, stamp, at)
    const { odds, game, outcome, sportsbooks, sessions } = record
    this.#sent.set(side, { leg: best.legs[0]!, odds, game, outcome, sportsbooks, sessions, warnings })
    records.push(record)
  }
}

/** By closings first, then by key. */
const byPlace = (a: Best, b: Best): number => rankOf(a) - rankOf(b) || (a.key < b.key ? -1 : 1)

const rankOf = ({ best }: Best): number => best === "closed" ? 0 : 1

/** -100 and +100 are one price. */
const oddsOf = ({ odds }: Leg): number | null => odds === -100 ? 100 : odds

const isSame = (record: Sent, { legs }: BestPrice, warnings: ReadonlyArray<string>): boolean => {
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
  previous: Sent | undefined,
  stamp: SignalStamp,
  at: number,
): Best => {
  const first = legs[0]!
  return {
    best: previous === undefined ? "opened" : "moved",
    ...stamp,
    ...subjectOf(side, first.game, at),
    odds: oddsOf(first),
    decimal: decimalOf(first),
    net: first.net,
    fees: feesOf(legs),
    // Most have one sportsbook: then the list is shared.
    sportsbooks: legs.length === 1 ? first.game.sportsbook.names : legs.map(({ game }) => game.sportsbook.name),
    sessions: legs.length === 1 ? listOf(first.game.session) : legs.map(({ game }) => game.session),
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

/** Sessions are few. */
const listOf = (session: string): ReadonlyArray<string> => {
  const known = lists.get(session)
  if (known !== undefined) return known
  const list = [session]
  if (lists.size >= 256) lists.clear()
  lists.set(session, list)
  return list
}

const lists = new Map<string, ReadonlyArray<string>>()

const closed = (
  side: Side,
  sent: Sent,
  stamp: SignalStamp,
  at: number,
  reason: NonNullable<Best["reason"]>,
): Best => {
  const { leg, game, outcome } = sent
  return { ...stamp, ...subjectOf(side, leg.game, at), ...ending(sent), game, outcome, link: leg.link, reason }
}

/** What a record says when there is no price any more. */
export const ending = (record: Pick<Best, "odds" | "sportsbooks">): Pick<
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
