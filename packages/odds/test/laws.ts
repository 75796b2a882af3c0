/** Random tests with a seed and a count: `LAW_RUNS=10000 LAW_SEED=7 pnpm vitest run packages/odds`. */
import * as fc from "fast-check"

const numRuns = Number(process.env["LAW_RUNS"] ?? 300)
const seed = Number(process.env["LAW_SEED"] ?? 1)

/** Checks a law on values of an arbitrary; throws with the seed and the smallest counterexample. */
export const law = <Value>(arbitrary: fc.Arbitrary<Value>, holds: (value: Value) => void): void => {
  fc.assert(
    fc.property(arbitrary, (value) => {
      holds(value)
    }),
    { numRuns, seed },
  )
}

/** Any number at all, the awkward ones often. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.integer({ min: -2000, max: 2000 }),
  fc.constantFrom(0, -0, 1, -1, 100, -100, 99.999, NaN, Infinity, -Infinity, 1e308, -1e308, 5e-324, 1 + 2 ** -52),
)

/** American odds that sportsbooks have: whole, from ±100 to ±99,999. */
export const american: fc.Arbitrary<number> = fc.integer({ min: 100, max: 99_999 }).chain((value) =>
  fc.constantFrom(value, -value)
)

/** Decimal odds of every length. */
export const decimal: fc.Arbitrary<number> = fc.oneof(
  fc.double({ min: 1.001, max: 30, noNaN: true }),
  fc.double({ min: 1.00001, max: 10_000, noNaN: true }),
)

/**
 * Implied probabilities of a set of outcomes: a distribution with a margin put on each by its own factor. Two to thirty
 * outcomes, booksums from about 0.8 to 1.6.
 */
export const market: fc.Arbitrary<ReadonlyArray<number>> = fc.record({
  weights: fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 30 }),
  margins: fc.array(fc.double({ min: 0.8, max: 1.6, noNaN: true }), { minLength: 30, maxLength: 30 }),
}).map(({ weights, margins }) => {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight, index) => Math.min(weight / sum * margins[index]!, 0.999))
})
