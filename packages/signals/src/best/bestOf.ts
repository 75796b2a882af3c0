/** The best price of a selection. */
import { candidateOf, decimalOf, isTwin, type Leg, type Pair, type Rung, type Side } from "../internal/cells.ts"
import type { BestReason, BestWarning } from "./Best.ts"

/** The best price, and who has it. */
export interface BestPrice {
  /** In order of the names of their sportsbooks; at least one. */
  readonly legs: ReadonlyArray<Leg>
  /** How many sportsbooks have a price that counts. */
  readonly of: number
  /** The best price of the others. */
  readonly next: Leg | undefined
}

/** A price that may be the best of its side. */
const priceOf = (pair: Pair, at: number): Leg | undefined =>
  pair.torn || !pair.sportsbook.mayBet ? undefined : candidateOf(pair, at)

/** Above 0 where a is better: it pays more after fees; of equals, what pays it with the smaller fee. */
const compare = (a: Leg, b: Leg): number => a.net - b.net || decimalOf(b) - decimalOf(a)

/** The best price of a side; undefined where there is none. */
export const bestOf = (side: Side): BestPrice | undefined => {
  const { rung: { pairs }, at } = side
  let best: Leg | undefined
  let next: Leg | undefined
  let equals: Array<Leg> | undefined
  let of = 0
  for (let index = 0; index < pairs.length; index++) {
    const leg = priceOf(pairs[index]!, at)
    if (leg === undefined) continue
    of++
    const order = best === undefined ? 1 : compare(leg, best)
    if (order > 0) {
      next = best
      best = leg
      equals = undefined
    } else if (order === 0) (equals ??= [best!]).push(leg)
    else if (next === undefined || compare(leg, next) > 0) next = leg
  }
  if (best === undefined) return undefined
  const legs = equals?.sort(byName) ?? [best]
  return { legs, of, next }
}

const byName = (a: Leg, b: Leg): number => a.game.sportsbook.name < b.game.sportsbook.name ? -1 : 1

/** The sum of implied probabilities of the best prices of all sides, after fees; null where one is missing. */
export const bestBooksum = ({ sides, outcomes, pairs }: Rung): number | null => {
  if (outcomes === null) return null
  let booksum = 0
  let priced = 0
  for (let at = 0; at < sides.length; at++) {
    let net = 0
    for (const pair of pairs) {
      const leg = priceOf(pair, at)
      if (leg !== undefined && leg.net > net) net = leg.net
    }
    if (net === 0) continue
    booksum += 1 / net
    priced++
  }
  return priced === outcomes ? booksum : null
}

const suspiciousRatio = 1.25

/** What to be careful about with this price, in the order of the alphabet. */
export const warningsOf = ({ legs, next }: BestPrice): ReadonlyArray<BestWarning> => {
  let warnings: Array<BestWarning> | undefined
  if (legs.some((leg) => leg.dominated)) (warnings ??= []).push("dominated")
  if (legs.some((leg) => isTwin(leg))) {
    ;(warnings ??= []).push("duplicate")
  }
  if (legs.some(({ game: { sportsbook: { facts } } }) => facts.kind === "exchange" || facts.kind === "predictions")) {
    ;(warnings ??= []).push("exchange")
  }
  if (next !== undefined && legs.length === 1 && legs[0]!.net > next.net * suspiciousRatio) {
    ;(warnings ??= []).push("suspicious")
  }
  return warnings ?? none
}

const none: ReadonlyArray<never> = []

/** Why the price that was the best no longer counts. The first that applies, from the strongest. */
export const reasonOf = (leg: Leg, side: Side, isUsable: (leg: Leg) => BestReason | undefined): BestReason => {
  const { pair, game } = leg
  if (pair === undefined || leg.side !== side || game.legs.get(leg.outcome) !== leg) return "removed"
  if (leg.net === 0) return "suspended"
  const unusable = isUsable(leg)
  if (unusable !== undefined) return unusable
  if (!leg.verified) return "unverified"
  return pair.torn ? "torn" : "duplicate"
}
