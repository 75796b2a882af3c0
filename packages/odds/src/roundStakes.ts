/** Stakes in whole steps: sportsbooks take cents, and odd amounts draw attention. */
import { isDecimal } from "./decimal.ts"
import { rangeError } from "./internal/numbers.ts"

/** Stakes that are multiples of a step. */
export interface RoundedStakes {
  /** In the order of the prices. */
  readonly stakes: ReadonlyArray<number>
  /** The sum of the stakes, at most the total. */
  readonly staked: number
  /** What each outcome pays, its stake included. */
  readonly payouts: ReadonlyArray<number>
  /** The smallest payout. It is profit only where it is above `staked`. */
  readonly worst: number
  /** The largest payout. */
  readonly best: number
}

/** No total has more steps: whole numbers are exact up to here. */
const mostSteps = 1e12

/**
 * Splits a total over the outcomes in multiples of a step so that the smallest payout is as large as it can be, with as
 * little staked as that needs. Undefined where a price is invalid, with fewer than two, and where the total is too small for
 * one step on each outcome.
 *
 * @throws RangeError where `total` or `step` is not a positive number, or there are more than 10^12 steps.
 *
 * @example
 * ```ts
 * import { roundStakes } from "@boltodds/odds"
 *
 * roundStakes({ total: 100, step: 5 }, [2.2, 2])
 * // { stakes: [50, 50], staked: 100, payouts: [110, 100], worst: 100, best: 110 }
 * ```
 */
export const roundStakes = (
  { total, step }: { readonly total: number; readonly step: number },
  decimals: ReadonlyArray<number>,
): RoundedStakes | undefined => {
  if (!(total > 0 && total < Infinity)) throw rangeError("round stakes", "total", "a positive number", total)
  if (!(step > 0 && step < Infinity)) throw rangeError("round stakes", "step", "a positive number", step)
  // A total of 0.3 in steps of 0.1 is three steps, though the quotient is 2.9999999999999996.
  const steps = Math.floor(total / step * (1 + 1e-12))
  if (steps > mostSteps) throw rangeError("round stakes", "total / step", "at most 10^12", total / step)
  if (decimals.length < 2 || !decimals.every(isDecimal) || steps < decimals.length) return undefined
  const counts = countsFor(steps, decimals)
  // One over the step is whole for 0.01, 0.05 and so on: dividing by it gives 0.3 where multiplying does not.
  const inverse = Math.round(1 / step)
  const money = (count: number): number =>
    Math.abs(1 / step - inverse) < 1e-9 * inverse ? count / inverse : count * step
  const stakes = counts.map(money)
  const payouts = stakes.map((stake, index) => stake * decimals[index]!)
  return {
    stakes,
    staked: money(counts.reduce((sum, count) => sum + count, 0)),
    payouts,
    worst: Math.min(...payouts),
    best: Math.max(...payouts),
  }
}

/**
 * The fewest steps on each outcome for the largest smallest payout, found by bisection: a payout is possible where the
 * steps that it needs are not more than there are.
 */
const countsFor = (steps: number, decimals: ReadonlyArray<number>): ReadonlyArray<number> => {
  const needed = (payout: number): ReadonlyArray<number> => decimals.map((decimal) => Math.ceil(payout / decimal))
  const fits = (counts: ReadonlyArray<number>): boolean => counts.reduce((sum, count) => sum + count, 0) <= steps
  // One step on each is possible, so the shortest price is; more than stakes without steps pay is not.
  let low = Math.min(...decimals)
  let high = steps / decimals.reduce((sum, decimal) => sum + 1 / decimal, 0) * (1 + 1e-12)
  while (true) {
    const middle = low + (high - low) / 2
    if (!(middle > low && middle < high)) break
    if (fits(needed(middle))) low = middle
    else high = middle
  }
  return needed(low)
}
