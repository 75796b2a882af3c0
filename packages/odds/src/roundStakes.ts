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
  /** The smallest payout. */
  readonly worst: number
  /** The largest payout. */
  readonly best: number
  /** What the worst outcome leaves: `worst` - `staked`. Negative is a loss. */
  readonly profit: number
}

/** No total has more steps: whole numbers are exact up to here. */
const mostSteps = 1e12

/** How many smallest payouts are compared; a search needs more only where the booksum is within about 1e-5 of 1. */
const mostCandidates = 1_000_000

/**
 * The stakes in multiples of a step, within a total, whose worst outcome leaves the largest profit; of equal ones those
 * with the least staked. Every outcome gets at least one step. It can stake less than the total: the next step on one
 * outcome can cost more than it adds to the smallest payout. Where the prices make no arbitrage, the smallest loss is
 * usually that of the smallest stakes.
 *
 * Undefined where a price is invalid, with fewer than two, and where the total is too small for one step on each outcome.
 * Of prices whose booksum is within about 1e-5 of 1 the search ends after a million smallest payouts, and the stakes are
 * the best of those.
 *
 * @throws RangeError where `total` or `step` is not a positive number, or there are more than 10^12 steps.
 *
 * @example
 * ```ts
 * import { roundStakes } from "@boltodds/odds"
 *
 * roundStakes({ total: 100, step: 5 }, [2.2, 2])
 * // { stakes: [45, 50], staked: 95, payouts: [99, 100], worst: 99, best: 100, profit: 4 }
 * ```
 */
export const roundStakes = (
  { total, step }: { readonly total: number; readonly step: number },
  decimals: ReadonlyArray<number>,
): RoundedStakes | undefined => {
  if (!(total > 0 && total < Infinity)) throw rangeError("round stakes", "total", "a positive number", total)
  if (!(step > 0 && step < Infinity)) throw rangeError("round stakes", "step", "a positive number", step)
  if (total / step > mostSteps) throw rangeError("round stakes", "total / step", "at most 10^12", total / step)
  // Three steps of 0.1 are 0.3, not 0.30000000000000004.
  const money = (count: number): number => Number((count * step).toPrecision(15))
  let steps = Math.ceil(total / step)
  while (money(steps) > total) steps--
  if (decimals.length < 2 || !decimals.every(isDecimal) || steps < decimals.length) return undefined
  const counts = countsFor(steps, decimals)
  const stakes = counts.map(money)
  const payouts = stakes.map((stake, index) => stake * decimals[index]!)
  const staked = money(sumOfCounts(counts))
  const worst = Math.min(...payouts)
  return { stakes, staked, payouts, worst, best: Math.max(...payouts), profit: worst - staked }
}

const sumOfCounts = (counts: ReadonlyArray<number>): number => counts.reduce((sum, count) => sum + count, 0)

/**
 * The counts of steps with the largest worst profit. A smallest payout W needs at least W/d steps on each outcome, so its
 * profit is at most W(1 - booksum). With an arbitrage the search goes down from the largest possible W, else up from the
 * smallest, until that bound is below what is found.
 */
const countsFor = (steps: number, decimals: ReadonlyArray<number>): ReadonlyArray<number> => {
  const margin = decimals.reduce((sum, decimal) => sum + 1 / decimal, 0) - 1
  const isArbitrage = margin < 0
  const counts = isArbitrage ? largestCounts(steps, decimals) : decimals.map(() => 1)
  let best: ReadonlyArray<number> = []
  let most = -Infinity
  for (let candidate = 0; candidate < mostCandidates; candidate++) {
    const staked = sumOfCounts(counts)
    if (staked > steps) break
    const worst = Math.min(...counts.map((count, index) => count * decimals[index]!))
    const profit = worst - staked
    // Candidates with an arbitrage come with less and less staked.
    if (profit > most || (isArbitrage && profit === most)) [most, best] = [profit, [...counts]]
    if (-margin * worst < most) break
    if (!(isArbitrage ? toNextLower(counts, decimals) : toNextHigher(counts, decimals, worst))) break
  }
  return best
}

/** Takes a step off the outcomes that the next lower smallest payout does not need it on; false where there is none. */
const toNextLower = (counts: Array<number>, decimals: ReadonlyArray<number>): boolean => {
  const lower = counts.map((count, index) => count > 1 ? (count - 1) * decimals[index]! : 0)
  const next = Math.max(...lower)
  for (const [index, each] of lower.entries()) if (each === next && next > 0) counts[index]!--
  return next > 0
}

/** Adds a step to the outcomes that pay the least. */
const toNextHigher = (counts: Array<number>, decimals: ReadonlyArray<number>, worst: number): boolean => {
  for (const [index, decimal] of decimals.entries()) if ((counts[index] ?? 0) * decimal === worst) counts[index]!++
  return true
}

/** The fewest steps on each outcome for the largest smallest payout, found by bisection. */
const largestCounts = (steps: number, decimals: ReadonlyArray<number>): Array<number> => {
  const needed = (payout: number): Array<number> =>
    decimals.map((decimal) => {
      const count = Math.max(1, Math.ceil(payout / decimal))
      // The quotient can be off by its last digit; what counts is the product.
      return count > 1 && (count - 1) * decimal >= payout ? count - 1 : count * decimal < payout ? count + 1 : count
    })
  // One step on each is possible, so the shortest price is; more than stakes without steps pay is not.
  let low = Math.min(...decimals)
  let high = steps / decimals.reduce((sum, decimal) => sum + 1 / decimal, 0) * (1 + 1e-12)
  while (true) {
    const middle = low + (high - low) / 2
    if (!(middle > low && middle < high)) break
    if (sumOfCounts(needed(middle)) <= steps) low = middle
    else high = middle
  }
  return needed(low)
}
