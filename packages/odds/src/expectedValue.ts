/** Expected value: what a bet is worth on average, as a fraction of the stake. */
import { isDecimal } from "./decimal.ts"
import { isUnit } from "./internal/numbers.ts"

/**
 * How a bet can end, as probabilities that add up to 1 (within 1e-9). A whole line can push; a quarter line, half of which
 * is on each of two lines, can win or lose half.
 */
export interface Settlement {
  /** The bet wins. */
  readonly win: number
  /** The bet loses. */
  readonly lose: number
  /** The stake comes back; 0 by default. */
  readonly push?: number
  /** Half of the stake wins and half comes back; 0 by default. */
  readonly halfWin?: number
  /** Half of the stake loses and half comes back; 0 by default. */
  readonly halfLose?: number
}

/** Whether the parts are probabilities that add up to 1. */
export const isSettlement = ({ win, lose, push = 0, halfWin = 0, halfLose = 0 }: Settlement): boolean =>
  isUnit(win) && isUnit(lose) && isUnit(push) && isUnit(halfWin) && isUnit(halfLose) &&
  Math.abs(win + lose + push + halfWin + halfLose - 1) <= 1e-9

/**
 * The expected profit of a stake of 1 at decimal odds, where the bet wins with probability p and else loses: pd - 1.
 * Undefined where p is not a probability (0 and 1 are) or the odds are no price.
 *
 * A p of `devig` for a line that can push is conditional on no push: multiply the result by (1 - push), or use
 * {@link expectedValueWithPush}.
 *
 * @example
 * ```ts
 * import { expectedValue } from "@boltodds/odds"
 *
 * expectedValue(0.5, 2.1) // 0.05…
 * ```
 */
export const expectedValue = (p: number, decimal: number): number | undefined =>
  isUnit(p) && isDecimal(decimal) ? p * decimal - 1 : undefined

/**
 * The expected profit of a stake of 1 where a push or a half result is possible. Undefined where the parts are not
 * probabilities that add up to 1, or the odds are no price.
 *
 * @example
 * ```ts
 * import { expectedValueWithPush } from "@boltodds/odds"
 *
 * expectedValueWithPush({ win: 0.5, push: 0.1, lose: 0.4 }, 1.9) // 0.05…
 * ```
 */
export const expectedValueWithPush = (settlement: Settlement, decimal: number): number | undefined => {
  if (!isSettlement(settlement) || !isDecimal(decimal)) return undefined
  const { win, lose, halfWin = 0, halfLose = 0 } = settlement
  return (win + halfWin / 2) * (decimal - 1) - lose - halfLose / 2
}

/**
 * How far a probability is above the one that a price implies, p - q, in probability. Undefined where either is not a
 * probability. The expected value at that price is this divided by q.
 */
export const edge = (p: number, implied: number): number | undefined =>
  isUnit(p) && isUnit(implied) ? p - implied : undefined
