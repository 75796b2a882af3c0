/** Prices of several sportsbooks that cover every outcome once. */
import { isDecimal } from "./decimal.ts"

/** What a set of prices makes where each outcome pays the same. */
export interface Arbitrage {
  /** The sum of implied probabilities; under 1 there is an arbitrage. */
  readonly booksum: number
  /** Profit as a fraction of all stakes, whatever the outcome: 1/booksum - 1. Negative where there is no arbitrage. */
  readonly profit: number
  /** The share of the total on each outcome, in the order of the prices; they add up to 1. */
  readonly shares: ReadonlyArray<number>
}

/**
 * The stakes that pay the same whatever the outcome, and the profit: negative where there is no arbitrage. Exactly one
 * outcome must win: a line that can push needs its own look, and so do fees (`netOdds`). Undefined where a price is invalid,
 * and with fewer than two.
 *
 * @example
 * ```ts
 * import { arbitrage } from "@boltodds/odds"
 *
 * arbitrage([2.05, 2]) // { booksum: 0.9878…, profit: 0.01234…, shares: [0.4938…, 0.5061…] }
 * ```
 */
export const arbitrage = (decimals: ReadonlyArray<number>): Arbitrage | undefined => {
  if (decimals.length < 2 || !decimals.every(isDecimal)) return undefined
  let booksum = 0
  for (const decimal of decimals) booksum += 1 / decimal
  return { booksum, profit: 1 / booksum - 1, shares: decimals.map((decimal) => 1 / decimal / booksum) }
}
