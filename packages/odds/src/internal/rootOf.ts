/** One root finder for all methods: Newton's steps, kept inside a bracket that bisection makes smaller. */

/** A function and its slope at a place. */
export interface Point {
  value: number
  slope: number
}

/** A value this near to 0 ends the search: a few units in the last place of a sum near 1. */
const nearZero = 1e-14

/** Halving a bracket of doubles down to its last digit takes about a thousand steps at worst. */
const mostSteps = 2200

/**
 * Where a decreasing function is 0 between `low` and `high`, started at `start`; undefined where it is not a number.
 *
 * Ends where the value is within 1e-14 of 0, or where no number lies between the ends of the bracket. A step that does not
 * halve the value is followed by one that halves the bracket, so that steps which creep cannot make the search long.
 */
export const rootOf = (
  bracket: { readonly low: number; readonly high: number },
  start: number,
  at: (x: number, point: Point) => void,
): number | undefined => {
  const point: Point = { value: NaN, slope: NaN }
  let { low, high } = bracket
  let x = start > low && start < high ? start : low
  let before = Infinity
  for (let step = 1; step <= mostSteps; step++) {
    at(x, point)
    const { value, slope } = point
    if (value !== value) return undefined
    if (Math.abs(value) <= nearZero) return x
    if (value > 0) low = x
    else high = x
    let next = x - value / slope
    if (Math.abs(value) > before / 2 || !(next > low && next < high)) next = low + (high - low) / 2
    before = Math.abs(value)
    if (!(next > low && next < high)) return x
    x = next
  }
  return x
}
