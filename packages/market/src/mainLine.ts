/** The main line of a market: the one that a sportsbook makes nearest to even. */
import { americanToImplied } from "@boltodds/odds"

/** The prices of one line of a market at one sportsbook: a pair, or the three sides of a set. */
export interface Rung {
  /** The pair's line (`pairLine`). */
  readonly line: number
  /** American, one for every side of the set; null where a side has no price or is not to be trusted. */
  readonly odds: ReadonlyArray<number | null>
}

/** A line that is the main one, with how its first side stands. */
export interface MainLine {
  readonly line: number
  /** The fair probability of the first side, by the multiplicative method. */
  readonly p: number
}

/** A pair without margin, within rounding, is not torn. */
const nearFair = 1e-12

/**
 * The main line of one market at one sportsbook: of the rungs whose sides all have prices that add up to at least 1, the one
 * whose first side is nearest to one half; of equally near ones the smaller |line|, then the smaller line. Undefined where
 * no rung is complete. It has no memory: the same rungs give the same line.
 *
 * Compare sportsbooks by equal selections, never by their main lines: they differ.
 *
 * @example
 * ```ts
 * import { mainLine } from "@boltodds/market"
 *
 * mainLine([{ line: 8.5, odds: [-115, -105] }, { line: 9.5, odds: [140, -170] }]) // { line: 8.5, p: 0.51… }
 * ```
 */
export const mainLine = (rungs: Iterable<Rung>): MainLine | undefined => {
  let best: MainLine | undefined
  for (const { line, odds } of rungs) {
    const p = firstSide(odds)
    if (p === undefined || !Number.isFinite(line)) continue
    if (best === undefined || isNearer({ line, p }, best)) best = { line, p }
  }
  return best
}

const firstSide = (odds: ReadonlyArray<number | null>): number | undefined => {
  if (odds.length < 2) return undefined
  let booksum = 0
  let first = 0
  for (let index = 0; index < odds.length; index++) {
    const implied = odds[index] === null ? undefined : americanToImplied(odds[index]!)
    if (implied === undefined) return undefined
    if (index === 0) first = implied
    booksum += implied
  }
  return booksum >= 1 - nearFair ? first / booksum : undefined
}

/** Whether a is nearer to even than b. Distances within rounding are equal. */
const isNearer = (a: MainLine, b: MainLine): boolean => {
  const difference = Math.abs(a.p - 0.5) - Math.abs(b.p - 0.5)
  if (Math.abs(difference) > nearFair) return difference < 0
  const size = Math.abs(a.line) - Math.abs(b.line)
  return size === 0 ? a.line < b.line : size < 0
}

/** The main line of one sportsbook, with the family that it counts as (`Sportsbooks`). */
export interface FamilyMainLine extends MainLine {
  readonly family: string
}

/**
 * The line that is the main one at most families; of equally many the one whose mean probability is nearest to one half,
 * then the smaller |line|, then the smaller line. A family counts once for each line that is main at one of its
 * sportsbooks, also in the mean: with the mean of its own sportsbooks. Undefined without any.
 */
export const consensusMainLine = (mains: Iterable<FamilyMainLine>): number | undefined => {
  const lines = new Map<number, Map<string, Array<number>>>()
  for (const { line, p, family } of mains) {
    const families = lines.get(line + 0) ?? new Map<string, Array<number>>()
    families.set(family, [...families.get(family) ?? [], p])
    lines.set(line + 0, families)
  }
  let best: (MainLine & { readonly count: number }) | undefined
  for (const [line, families] of lines) {
    const each = { line, p: meanOf([...families.values()].map(meanOf)), count: families.size }
    if (best === undefined || each.count > best.count || (each.count === best.count && isNearer(each, best))) {
      best = each
    }
  }
  return best?.line
}

const meanOf = (values: ReadonlyArray<number>): number => values.reduce((sum, each) => sum + each, 0) / values.length
