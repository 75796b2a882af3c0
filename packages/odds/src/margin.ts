/**
 * The margin of a set of prices that covers every outcome once. There are two numbers for it that differ, and this package
 * never says "vig" for either: the overround is what the implied probabilities exceed 1 by, the hold is the share of all
 * stakes that the sportsbook keeps where they are placed in balance.
 */
import { isOpenUnit } from "./internal/numbers.ts"

/**
 * The sum of implied probabilities. Undefined without any, and where one is not between 0 and 1: no price implies such.
 *
 * @example
 * ```ts
 * import { booksum, hold, overround } from "@boltodds/odds"
 *
 * const both = [110 / 210, 110 / 210]
 * booksum(both) // 1.0476…
 * overround(both) // 0.0476…
 * hold(both) // 0.0454…
 * ```
 */
export const booksum = (implied: ReadonlyArray<number>): number | undefined => {
  if (implied.length === 0) return undefined
  let sum = 0
  for (let index = 0; index < implied.length; index++) {
    if (!isOpenUnit(implied[index]!)) return undefined
    sum += implied[index]!
  }
  return sum
}

/** The booksum less 1: -110 on both sides is 0.0476…. Negative where the prices add up to less than 1; undefined as there. */
export const overround = (implied: ReadonlyArray<number>): number | undefined => {
  const sum = booksum(implied)
  return sum === undefined ? undefined : sum - 1
}

/** The share of stakes in balance that is kept, 1 - 1/booksum: -110 on both sides is 0.0454…. Undefined as the booksum. */
export const hold = (implied: ReadonlyArray<number>): number | undefined => {
  const sum = booksum(implied)
  return sum === undefined ? undefined : 1 - 1 / sum
}
