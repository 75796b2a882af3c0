/**
 * The methods that take the margin out of prices. Each gets implied probabilities strictly between 0 and 1, at least two
 * and more than there are winners, whose sum is not that of the winners already; `devig` checks what comes out.
 */
import { normalBelow, normalDensity, normalQuantile } from "./normal.ts"
import { sumOf } from "./numbers.ts"
import { type Point, rootOf } from "./rootOf.ts"

/** Probabilities, with the number that the method found where it has one. */
export interface Solved {
  readonly p: ReadonlyArray<number>
  readonly parameter?: number
}

type Implied = ReadonlyArray<number>

/** Each implied probability by the same factor. */
export const multiplicative = (implied: Implied, winners: number): Solved => {
  const sum = sumOf(implied)
  return { p: implied.map((q) => q * winners / sum) }
}

/** The same amount less for each. */
export const additive = (implied: Implied, winners: number): Solved => {
  const excess = (sumOf(implied) - winners) / implied.length
  return { p: implied.map((q) => q - excess) }
}

/** Each to the power of k: the sum of powers falls with k, and its logarithm is convex. */
export const power = (implied: Implied, winners: number): Solved | undefined => {
  const logs = implied.map(Math.log)
  const target = Math.log(winners)
  const spread = Math.log(implied.length / winners)
  // n times the largest power is at least the sum, and n times the smallest at most.
  const low = spread / -Math.min(...logs)
  const high = spread / -Math.max(...logs)
  const k = low === high ? low : rootOf({ low, high }, 1, (x, point) => {
    let sum = 0
    let weighted = 0
    for (let index = 0; index < logs.length; index++) {
      const each = Math.exp(x * logs[index]!)
      sum += each
      weighted += each * logs[index]!
    }
    point.value = Math.log(sum) - target
    point.slope = weighted / sum
  })
  return k === undefined ? undefined : { p: implied.map((q) => q ** k), parameter: k }
}

/** Shin's model for one winner and a booksum over 1. Two outcomes have a closed form: the additive method's. */
export const shin = (implied: Implied): Solved | undefined => {
  const sum = sumOf(implied)
  if (implied.length === 2) {
    const gap = implied[0]! - implied[1]!
    const z = (sum - 1) * (gap * gap - sum) / (sum * (gap * gap - 1))
    return { p: [(1 + gap) / 2, (1 - gap) / 2], parameter: z }
  }
  const squares = implied.map((q) => q * q / sum)
  // The published quotient, multiplied by its conjugate: nothing cancels, and it holds at z = 1 too.
  const at = (z: number, square: number): number => 2 * square / (Math.sqrt(z * z + 4 * (1 - z) * square) + z)
  const z = rootOf({ low: 0, high: 1 }, 0, (x, point) => {
    let total = 0
    let slope = 0
    for (let index = 0; index < squares.length; index++) {
      const square = squares[index]!
      const root = Math.sqrt(x * x + 4 * (1 - x) * square)
      const each = 2 * square / (root + x)
      total += each
      slope -= each * ((x - 2 * square) / root + 1) / (root + x)
    }
    point.value = total - 1
    point.slope = slope
  })
  return z === undefined ? undefined : { p: squares.map((square) => at(z, square)), parameter: z }
}

/** The odds of each divided by c. Two outcomes with one winner: c is the geometric mean of their odds. */
export const oddsRatio = (implied: Implied, winners: number): Solved | undefined => {
  const odds = implied.map((q) => q / (1 - q))
  if (implied.length === 2 && winners === 1) {
    const [first, second] = [Math.sqrt(odds[0]!), Math.sqrt(odds[1]!)]
    return { p: [first / (first + second), second / (first + second)], parameter: first * second }
  }
  const logs = odds.map(Math.log)
  const even = Math.log(winners / (implied.length - winners))
  const s = between(logs, even, (x, point) => {
    let total = 0
    let slope = 0
    for (let index = 0; index < logs.length; index++) {
      const each = 1 / (1 + Math.exp(x - logs[index]!))
      total += each
      slope -= each * (1 - each)
    }
    point.value = total - winners
    point.slope = slope
  })
  if (s === undefined) return undefined
  const c = Math.exp(s)
  return { p: odds.map((each) => each / (c + each)), parameter: c }
}

/** The probit of each less c, for one winner. Two outcomes: c is the mean of their probits. */
export const probit = (implied: Implied): Solved | undefined => {
  const probits = implied.map(normalQuantile)
  if (implied.length === 2) {
    const half = (probits[0]! - probits[1]!) / 2
    return { p: [normalBelow(half), normalBelow(-half)], parameter: (probits[0]! + probits[1]!) / 2 }
  }
  const c = between(probits, normalQuantile(1 / implied.length), (x, point) => {
    let total = 0
    let slope = 0
    for (let index = 0; index < probits.length; index++) {
      total += normalBelow(probits[index]! - x)
      slope -= normalDensity(probits[index]! - x)
    }
    point.value = total - 1
    point.slope = slope
  })
  return c === undefined ? undefined : { p: probits.map((each) => normalBelow(each - c)), parameter: c }
}

/** The shift at which a sum of rising curves is right; `even` is the place where each curve has an equal share. */
const between = (
  places: ReadonlyArray<number>,
  even: number,
  at: (x: number, point: Point) => void,
): number | undefined => {
  const low = Math.min(...places) - even
  const high = Math.max(...places) - even
  return low === high ? low : rootOf({ low, high }, 0, at)
}
