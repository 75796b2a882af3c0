/** What the prices of one sportsbook say of each other: torn pairs and dominated prices. */
import { candidateOf, decimalOf, isLivePrice, type Leg, type Pair } from "./cells.ts"
import type { Touched } from "./Touched.ts"

/** Prices that add up to their winners, within rounding, are not torn. */
const nearFair = 1e-12

/** Whether a sportsbook's prices of one rung, all of which are live, add up to less than the winners. */
export const isTorn = (pair: Pair): boolean => {
  const { outcomes, winners, sides } = pair.rung
  if (outcomes === null || winners === null) return false
  let booksum = 0
  let priced = 0
  for (let at = 0; at < sides.length; at++) {
    const leg = candidateOf(pair, at)
    if (leg === undefined) continue
    booksum += 1 / decimalOf(leg)
    priced++
  }
  return priced === outcomes && booksum < winners - nearFair
}

/** Marks the legs of one sportsbook on one ladder (the hardest first) that pay more than a harder bet. */
export const markDominated = (legs: ReadonlyArray<Leg>, touched: Touched): void => {
  let shortest = Infinity
  for (let from = 0; from < legs.length;) {
    const { hardness } = legs[from]!.side!
    let here = Infinity
    let at = from
    for (; at < legs.length && legs[at]!.side!.hardness === hardness; at++) {
      const leg = legs[at]!
      const isLive = isLivePrice(leg)
      const decimal = isLive ? decimalOf(leg) : 0
      const dominated = decimal > shortest
      if (isLive && decimal < here) here = decimal
      if (dominated === leg.dominated) continue
      leg.dominated = dominated
      touched.sides.add(leg.side!)
      touched.pairs.add(leg.pair!)
    }
    if (here < shortest) shortest = here
    from = at
  }
}
