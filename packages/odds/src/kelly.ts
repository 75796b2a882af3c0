/**
 * Kelly's criterion: the share of a bankroll whose bet makes it grow fastest. J. L. Kelly, "A New Interpretation of
 * Information Rate", Bell System Technical Journal 35 (1956), 917-926.
 */
import { isDecimal } from "./decimal.ts"
import { isSettlement, type Settlement } from "./expectedValue.ts"
import { isUnit, rangeError } from "./internal/numbers.ts"
import { rootOf } from "./internal/rootOf.ts"

/** How much of the full criterion to stake. */
export interface KellyOptions {
  /** The part of the full stake, 0 to 1; 1 by default. A quarter is customary: the probability is an estimate. */
  readonly fraction?: number
  /** The largest share, 0 to 1; 1 by default. */
  readonly max?: number
}

/**
 * The share of a bankroll to stake at decimal odds, where the bet wins with probability p and else loses:
 * (pd - 1) / (d - 1), 0 where that is negative. Undefined where p is not a probability or the odds are no price.
 *
 * @throws RangeError where `fraction` or `max` is not between 0 and 1.
 *
 * @example
 * ```ts
 * import { kelly } from "@boltodds/odds"
 *
 * kelly(0.6, 2) // 0.2
 * kelly(0.6, 2, { fraction: 0.25 }) // 0.05
 * kelly(0.4, 2) // 0
 * ```
 */
export const kelly = (p: number, decimal: number, options: KellyOptions = {}): number | undefined => {
  checkOptions(options)
  if (!isUnit(p) || !isDecimal(decimal)) return undefined
  return limited((p * decimal - 1) / (decimal - 1), options)
}

/**
 * The share to stake where a push or a half result is possible. With pushes alone it is
 * (win·(d - 1) - lose) / ((d - 1)·(win + lose)); with half results the growth is maximized by Newton's method. At most
 * the whole bankroll; 0 where the expected value is not positive. Undefined where the parts are not probabilities that add
 * up to 1, or the odds are no price.
 *
 * @throws RangeError where `fraction` or `max` is not between 0 and 1.
 */
export const kellyWithPush = (
  settlement: Settlement,
  decimal: number,
  options: KellyOptions = {},
): number | undefined => {
  checkOptions(options)
  if (!isSettlement(settlement) || !isDecimal(decimal)) return undefined
  const { win, lose, halfWin = 0, halfLose = 0 } = settlement
  const profit = decimal - 1
  const gain = (win + halfWin / 2) * profit
  if (gain <= lose + halfLose / 2) return 0
  if (halfWin === 0 && halfLose === 0) return limited((win * profit - lose) / (profit * (win + lose)), options)
  // The slope of the expected logarithm falls; at 0 it is positive. Where it is still so at 1, all is staked.
  const slopeAt = (share: number): number =>
    win * profit / (1 + share * profit) + halfWin * profit / (2 + share * profit) - halfLose / (2 - share) -
    (lose === 0 ? 0 : lose / (1 - share))
  if (lose === 0 && slopeAt(1) >= 0) return limited(1, options)
  const share = rootOf({ low: 0, high: 1 }, 0, (x, point) => {
    point.value = slopeAt(x)
    point.slope = -win * (profit / (1 + x * profit)) ** 2 - halfWin * (profit / (2 + x * profit)) ** 2 -
      halfLose / (2 - x) ** 2 - (lose === 0 ? 0 : lose / (1 - x) ** 2)
  })
  return share === undefined ? undefined : limited(share, options)
}

const limited = (share: number, { fraction = 1, max = 1 }: KellyOptions): number =>
  share > 0 ? Math.min(Math.min(share, 1) * fraction, max) : 0

const checkOptions = ({ fraction = 1, max = 1 }: KellyOptions): void => {
  if (!isUnit(fraction)) throw rangeError("size a stake", "fraction", "between 0 and 1", fraction)
  if (!isUnit(max)) throw rangeError("size a stake", "max", "between 0 and 1", max)
}
