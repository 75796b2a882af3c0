/** Opportunities in the prices as they are. */
import { expectedValue, kelly, middle } from "@boltodds/odds"
import { candidateOf, type EventCell, type Leg, type Pair, type Rung, type Side } from "../internal/cells.ts"
import { fairOf, type FairSettings, leaveOneOut, pairFair } from "../fair/fairOf.ts"
import type { OpportunityType } from "./Opportunity.ts"

/** What is looked for. */
export interface FindingSettings {
  readonly types: ReadonlySet<OpportunityType>
  readonly minProfit: number
  readonly minEv: number
  readonly maxHold: number
  readonly maxGap: number
  readonly maxBreakEven: number
  /** Above it a value is not believed. */
  readonly suspicious: number
  readonly fair: FairSettings
}

/** An opportunity as it is now. */
export interface Found {
  readonly id: string
  readonly type: OpportunityType
  /** Higher is better. */
  readonly value: number
  readonly booksum: number | null
  readonly stakes: ReadonlyArray<number>
  readonly legs: ReadonlyArray<Leg>
  /** What each leg bets on: a leg may be another bet later. */
  readonly sides: ReadonlyArray<Side>
  /** `ev`: the prices that the fair probability is made of. */
  readonly basis?: ReadonlyArray<Pair>
  /** The rungs on which it depends. */
  readonly rungs: ReadonlyArray<Rung>
  readonly p?: number
  readonly reference?: string
  readonly gap?: number
  readonly miss?: number
  readonly both?: number
}

/** Whether sportsbooks disagree on the start of an event, or one of them has moved it a short while ago. */
export const isConflict = (event: EventCell, at: number): boolean => event.offStart.size > 0 || at < event.conflictUntil

/** A price that may be a leg. */
const legOf = (pair: Pair, at: number): Leg | undefined => {
  if (pair.torn || !pair.sportsbook.mayBet) return undefined
  const leg = candidateOf(pair, at)
  return leg?.dominated === true ? undefined : leg
}

const familyOf = (leg: Leg): string => leg.game.sportsbook.facts.family

/** How many prices of a side are combined where there are three of them. */
const mostOfThree = 4

const legsOf = ({ pairs }: Rung, at: number): Array<Leg> => {
  const legs: Array<Leg> = []
  for (const pair of pairs) {
    const leg = legOf(pair, at)
    if (leg !== undefined) legs.push(leg)
  }
  return legs
}

/** The least implied probability of a side; infinite where it has no price. No combination is below the sum of these. */
const leastOf = ({ pairs }: Rung, at: number): number => {
  let net = 0
  for (const pair of pairs) {
    const leg = legOf(pair, at)
    if (leg !== undefined && leg.net > net) net = leg.net
  }
  return 1 / net
}

/** Sums of the same numbers in another order may differ in their last digits. */
const nearly = 1e-9

/** The best prices, in order of names. */
const bestFew = (legs: ReadonlyArray<Leg>): ReadonlyArray<Leg> => {
  const few = new Set(legs.toSorted((a, b) => b.net - a.net).slice(0, mostOfThree))
  return legs.filter((leg) => few.has(leg))
}

/** The combination of legs of different families with the least sum of implied probabilities; of equals by names. */
const combine = (
  sides: ReadonlyArray<ReadonlyArray<Leg>>,
): { readonly legs: ReadonlyArray<Leg>; readonly sum: number } | undefined => {
  let best: ReadonlyArray<Leg> | undefined
  let least = Infinity
  const chosen: Array<Leg> = []
  const choose = (at: number, sum: number): void => {
    if (sum >= least) return
    if (at === sides.length) {
      best = [...chosen]
      least = sum
      return
    }
    for (const leg of sides[at]!) {
      if (chosen.some((other) => familyOf(other) === familyOf(leg))) continue
      chosen.push(leg)
      choose(at + 1, sum + 1 / leg.net)
      chosen.pop()
    }
  }
  choose(0, 0)
  return best === undefined ? undefined : { legs: best, sum: least }
}

const nameOf = ({ game, side }: Leg): string => `${game.sportsbook.name}>${side!.name}`

const found = (into: Map<string, Found>, each: Omit<Found, "sides">): void =>
  void into.set(each.id, { ...each, sides: each.legs.map(({ side }) => side!) })

/** All opportunities that depend on one rung. */
export const findIn = (rung: Rung, settings: FindingSettings, at: number, into: Map<string, Found>): void => {
  if (isConflict(rung.market.event, at) || rung.market.event.flipped) return
  const { types } = settings
  if (types.has("arb") || types.has("low_hold")) findSet(rung, settings, into)
  if (types.has("ev")) findEv(rung, settings, into)
  if (types.has("middle")) findMiddles(rung, settings, into)
}

const findSet = (rung: Rung, { types, minProfit, maxHold }: FindingSettings, into: Map<string, Found>): void => {
  const { sides, outcomes, winners } = rung
  if (outcomes === null || winners !== 1 || sides.length !== outcomes) return
  // Most lines have a margin that no choice of prices takes away.
  const most = types.has("low_hold") ? 1 / (1 - maxHold) : 1 / (1 + minProfit)
  let least = 0
  for (const { at } of sides) least += leastOf(rung, at)
  if (least > most + nearly) return
  const order = sides.toSorted((a, b) => a.name < b.name ? -1 : 1)
  const legs = order.map((side) => legsOf(rung, side.at))
  const best = combine(
    outcomes === 2 ? legs : legs.map(bestFew),
  )
  if (best === undefined) return
  const { sum } = best
  const profit = 1 / sum - 1
  const type = sum < 1 ? "arb" : "low_hold"
  // The hold is 1 - 1/sum.
  if (!types.has(type) || (type === "arb" ? profit < minProfit : -profit > maxHold)) return
  found(into, {
    id: `${type}:${rung.key}:${best.legs.map(nameOf).join(",")}`,
    type,
    value: profit,
    booksum: sum,
    stakes: best.legs.map(({ net }) => 1 / net / sum),
    legs: best.legs,
    rungs: [rung],
  })
}

const findEv = (rung: Rung, { minEv, fair }: FindingSettings, into: Map<string, Found>): void => {
  let estimate: ReturnType<typeof leaveOneOut> | null = null
  for (const side of rung.sides) {
    const legs = legsOf(rung, side.at)
    if (legs.length === 0) continue
    let highest = 0
    for (const pair of rung.pairs) highest = Math.max(highest, pairFair(pair, fair.method)?.[side.at] ?? 0)
    for (const leg of legs) {
      // No mean is above its highest: most prices need no more than this.
      if (highest * leg.net - 1 < minEv - 1e-9) continue
      if (estimate === null) estimate = leaveOneOut(rung, fair)
      if (estimate !== undefined && estimate(side.at, familyOf(leg)) * leg.net - 1 < minEv - 1e-6) continue
      const price = fairOf(rung, fair, familyOf(leg))
      const p = price?.p[side.at]
      if (price === undefined || p === undefined) continue
      const value = expectedValue(p, leg.net)
      if (value === undefined || value < minEv) continue
      found(into, {
        id: `ev:${side.key}:${leg.game.sportsbook.name}`,
        type: "ev",
        value,
        booksum: null,
        stakes: [kelly(p, leg.net, { fraction: 0.25 }) ?? 0],
        legs: [leg],
        rungs: [rung],
        p,
        reference: price.reference,
        basis: price.pairs,
      })
    }
  }
}

/** Half of a football game is decided within three points, the whole within ten. */
const gapOf = ({ market }: Rung, maxGap: number): number => market.family === "football" ? maxGap * 10 / 3 : maxGap

/** The two directions of a total and of a spread: which one wins on more outcomes the lower its pair's line is. */
const directions: Readonly<Partial<Record<string, readonly [low: string, high: string]>>> = {
  total: ["over", "under"],
  spread: ["away", "home"],
}

const findMiddles = (rung: Rung, settings: FindingSettings, into: Map<string, Found>): void => {
  const { market, line } = rung
  const sides = directions[market.selection.kind]
  if (sides === undefined || line === null) return
  const most = gapOf(rung, settings.maxGap)
  for (const other of market.rungs.values()) {
    if (other === rung || other.line === null || Math.abs(other.line - line) > most) continue
    if (other.line < line) findMiddle(other, rung, sides, settings, into)
    else findMiddle(rung, other, sides, settings, into)
  }
}

const findMiddle = (
  low: Rung,
  high: Rung,
  [first, second]: readonly [string, string],
  { maxBreakEven }: FindingSettings,
  into: Map<string, Found>,
): void => {
  const [one, two] = [low.sides.find(({ name }) => name === first), high.sides.find(({ name }) => name === second)]
  if (one === undefined || two === undefined) return
  if (leastOf(low, one.at) + leastOf(high, two.at) - 1 > maxBreakEven + nearly) return
  const best = combine([legsOf(low, one.at), legsOf(high, two.at)])
  if (best === undefined || best.sum - 1 > maxBreakEven) return
  const result = middle(best.legs[0]!.net, best.legs[1]!.net)
  if (result === undefined) return
  found(into, {
    id: `middle:${low.market.key}:${best.legs.map((leg) => `${nameOf(leg)}@${leg.side!.selection.line}`).join(",")}`,
    type: "middle",
    value: 0 - result.breakEven,
    booksum: best.sum,
    stakes: result.shares,
    legs: best.legs,
    rungs: [low, high],
    gap: high.line! - low.line!,
    miss: result.miss,
    both: result.both,
  })
}
