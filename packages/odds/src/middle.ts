/** Middles: two bets on different lines that can both win. */
import { isDecimal } from "./decimal.ts"

/** What a middle makes per unit of all stakes, with stakes that pay the same. */
export interface Middle {
  /** The profit where one bet wins: 1/S - 1. Negative where there is no arbitrage as well. */
  readonly miss: number
  /** The profit where both win: 2/S - 1. */
  readonly both: number
  /** The probability of both winning above which it is worth taking: S - 1, and 0 where a miss loses nothing. */
  readonly breakEven: number
  /** The profit where the first pushes and the second wins: a whole line is hit. */
  readonly firstPushes: number
  /** The profit where the second pushes and the first wins. */
  readonly secondPushes: number
  /** The share of the total on each bet; they add up to 1. */
  readonly shares: readonly [number, number]
}

/**
 * What two bets make of which at least one wins: over 8.5 at one sportsbook and under 9.5 at another. S is the sum of their
 * implied probabilities. Undefined where either price is invalid.
 *
 * `breakEven` leaves pushes out, so it holds for half lines; with a whole line a push makes less than both and more than
 * a miss.
 *
 * @example
 * ```ts
 * import { middle } from "@boltodds/odds"
 *
 * const { miss, both, breakEven } = middle(1.95, 1.95)!
 * miss // -0.025
 * both // 0.95
 * breakEven // 0.02564…
 * ```
 */
export const middle = (first: number, second: number): Middle | undefined => {
  if (!isDecimal(first) || !isDecimal(second)) return undefined
  const sum = 1 / first + 1 / second
  const shares = [1 / first / sum, 1 / second / sum] as const
  return {
    miss: 1 / sum - 1,
    both: 2 / sum - 1,
    breakEven: Math.max(0, sum - 1),
    firstPushes: shares[0] + 1 / sum - 1,
    secondPushes: shares[1] + 1 / sum - 1,
    shares,
  }
}
