/** From what was found to the record of it. */
import { isTwin, type Leg, pricedAt } from "../internal/cells.ts"
import { type SignalStamp, subjectOf } from "../SignalRecord.ts"
import type { Opportunity, OpportunityLeg, OpportunityReason } from "./Opportunity.ts"
import type { Found } from "./findings.ts"

/** What is known of one opportunity. */
export interface Life {
  found: Found
  readonly since: number
  peak: number
  readonly reopened: number
  /** What the reader has; undefined while it is pending. */
  sent: Opportunity | undefined
  openedAt: number
  sentAt: number
  due: number | undefined
}

/** The record of one that is open. */
export const recordOf = (
  { found, since, peak, reopened }: Life,
  kind: "opened" | "changed",
  stamp: SignalStamp,
  at: number,
): Opportunity => {
  const { id, type, value, booksum, stakes, legs, rungs, p, reference, gap, miss, both } = found
  const { side: _, ...subject } = subjectOf(legs[0]!.side!, legs[0]!.game, at)
  return {
    opportunity: kind,
    ...stamp,
    ...subject,
    // Of two lines the market is what they share.
    key: type === "middle" ? rungs[0]!.market.key : type === "ev" ? subject.key : rungs[0]!.key,
    line: type === "middle" ? null : type === "ev" ? subject.line : rungs[0]!.line,
    id,
    type,
    value,
    booksum,
    stakes,
    legs: legs.map((leg) => legOf(leg, at)),
    ...p === undefined ? {} : { p },
    ...reference === undefined ? {} : { reference },
    ...gap === undefined ? {} : { gap },
    ...miss === undefined ? {} : { miss },
    ...both === undefined ? {} : { both },
    confirmed_ms: at - since,
    peak,
    fees: feesOf(legs),
    push_possible: legs.some(({ side }) => side!.selection.push),
    warnings: warningsOf(legs, subject.phase === "live"),
    ...reopened === 0 ? {} : { reopened },
  }
}

/** The record of one that has ended, with the legs that the reader has. */
export const closedRecord = (
  { openedAt, peak }: Life,
  sent: Opportunity,
  reason: OpportunityReason,
  stamp: SignalStamp,
  at: number,
): Opportunity => {
  const { cause: _, merged: _m, last: _l, ...rest } = sent
  return { ...rest, ...stamp, opportunity: "closed", peak, reason, open_ms: at - openedAt }
}

const legOf = (leg: Leg, at: number): OpportunityLeg => {
  const { game, outcome, side, odds, net, link, seq } = leg
  const since = pricedAt(leg)
  return {
    sportsbook: game.sportsbook.name,
    session: game.session,
    game: game.game,
    outcome,
    side: side!.name,
    line: side!.selection.line,
    odds: odds!,
    net,
    link,
    price_age_ms: since === null ? null : at - since,
    change_seq: seq,
  }
}

const feesOf = (legs: ReadonlyArray<Leg>): Opportunity["fees"] => {
  let fees: Opportunity["fees"] = "none"
  for (const { game } of legs) {
    const own = game.sportsbook.facts.fees
    if (own === "assumed") return own
    if (own === "set") fees = own
  }
  return fees
}

const warningsOf = (legs: ReadonlyArray<Leg>, isLive: boolean): Opportunity["warnings"] => {
  const warnings: Array<Opportunity["warnings"][number]> = []
  if (legs.some((leg) => isTwin(leg))) warnings.push("duplicate")
  if (legs.some(({ game: { sportsbook: { facts } } }) => facts.kind === "exchange" || facts.kind === "predictions")) {
    warnings.push("exchange")
  }
  if (isLive) warnings.push("live")
  return warnings
}
