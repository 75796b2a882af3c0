/** Fractional odds: profit to stake, as British sportsbooks write them. */
import { isDecimal } from "./decimal.ts"

const form = /^(\d{1,7})\s?\/\s?(\d{1,7})$/

/**
 * Reads fractional odds: `10/11`, `evens`. The result is profit and stake as written, not in lowest terms. Undefined for
 * any other text, and where a number is 0 or has more than seven digits.
 */
export const parseFractional = (text: string): readonly [number, number] | undefined => {
  if (text.length > 20) return undefined
  const plain = text.trim()
  if (/^(?:ev|evs|evens?)$/i.test(plain)) return [1, 1]
  const match = form.exec(plain)
  if (match === null) return undefined
  const profit = Number(match[1])
  const stake = Number(match[2])
  return profit > 0 && stake > 0 ? [profit, stake] : undefined
}

/** The decimal odds of fractional odds: 10/11 is 1.909…. Undefined where either part is not a positive, finite number. */
export const fractionToDecimal = (profit: number, stake: number): number | undefined => {
  const decimal = profit > 0 && stake > 0 ? 1 + profit / stake : NaN
  return isDecimal(decimal) ? decimal : undefined
}

/** The prices that British sportsbooks customarily write, from the shortest to the longest. */
export const fractionLadder: ReadonlyArray<readonly [number, number]> = (
  "1/100 1/50 1/33 1/25 1/20 1/16 1/14 1/12 1/10 1/9 1/8 1/7 1/6 1/5 2/9 1/4 2/7 3/10 1/3 4/11 2/5 4/9 1/2 8/15 4/7 " +
  "8/13 4/6 8/11 4/5 5/6 10/11 1/1 11/10 6/5 5/4 11/8 6/4 13/8 7/4 15/8 2/1 9/4 5/2 11/4 3/1 10/3 7/2 4/1 9/2 5/1 " +
  "11/2 6/1 13/2 7/1 15/2 8/1 17/2 9/1 10/1 11/1 12/1 14/1 16/1 18/1 20/1 22/1 25/1 28/1 33/1 40/1 50/1 66/1 80/1 " +
  "100/1 125/1 150/1 200/1 250/1 500/1 1000/1"
).split(" ").map((text) => parseFractional(text)!)

/**
 * The fraction of a ladder whose implied probability is nearest to that of decimal odds; of two equally near, the shorter
 * price. Undefined where it is no price, and where no fraction of the ladder is a price.
 */
export const nearestFraction = (
  decimal: number,
  ladder: ReadonlyArray<readonly [number, number]> = fractionLadder,
): readonly [number, number] | undefined => {
  if (!isDecimal(decimal)) return undefined
  let nearest: readonly [number, number] | undefined
  let least = Infinity
  let odds = Infinity
  for (const fraction of ladder) {
    const each = fractionToDecimal(fraction[0], fraction[1])
    if (each === undefined) continue
    const distance = Math.abs(1 / each - 1 / decimal)
    if (distance < least || (distance === least && each < odds)) {
      nearest = fraction
      least = distance
      odds = each
    }
  }
  return nearest
}
