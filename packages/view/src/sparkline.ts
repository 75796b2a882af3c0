/** How a price went, as a line of small bars. */

/** A price at a time; null where there was none that was live. */
export interface PricePoint {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The implied probability of the best price, between 0 and 1. */
  readonly p: number | null
}

/** The least range that a whole sparkline stands for: 4 percentage points. A smaller one would make a cliff of a step. */
export const leastSparkRange = 0.04

/**
 * The last `spanMillis` in so many columns, each a level from 0 (the longest price) to 7, or null where no price was live
 * for all of it, and before the first point. `points`: in the order of time; each counts until the next.
 *
 * @example
 * ```ts
 * import { sparkline } from "@boltodds/view"
 *
 * sparkline([{ at: 0, p: 0.5 }, { at: 20, p: 0.54 }], { now: 40, spanMillis: 40, columns: 4 }) // [0, 0, 7, 7]
 * ```
 */
export const sparkline = (
  points: ReadonlyArray<PricePoint>,
  { now, spanMillis, columns }: { readonly now: number; readonly spanMillis: number; readonly columns: number },
): ReadonlyArray<number | null> => {
  const from = now - spanMillis
  const step = spanMillis / columns
  const values: Array<number | null> = []
  let at = 0
  for (let column = 0; column < columns; column++) {
    const end = from + (column + 1) * step
    // The last price that was live within the column, or stood when it began.
    let value: number | null = null
    while (at + 1 < points.length && points[at + 1]!.at <= end - step) at++
    for (let each = at; each < points.length && points[each]!.at < end; each++) value = points[each]!.p ?? value
    values.push(value)
  }
  const live = values.filter((value) => value !== null)
  const least = Math.min(...live)
  const range = Math.max(leastSparkRange, Math.max(...live) - least)
  // A line that hardly moves stands in the middle of its range.
  const base = least - (range - (Math.max(...live) - least)) / 2
  return values.map((value) =>
    value === null ? null : Math.min(7, Math.max(0, Math.floor(((value - base) / range) * 7.999)))
  )
}
