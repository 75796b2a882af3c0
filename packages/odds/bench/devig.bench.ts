/**
 * What a fair price costs, by method and number of outcomes.
 *
 * `node --conditions=@boltodds/source packages/odds/bench/devig.bench.ts`
 */
import { americanToImplied, devig, devigMethods } from "../src/index.ts"

const price = (index: number): number => americanToImplied(index % 2 === 0 ? -(101 + index % 180) : 100 + index % 150)!

/** Markets with an overround of about 5 %. */
const markets = (outcomes: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: 2000 }, (_, index) => {
    const prices = Array.from({ length: outcomes }, (_, at) => price(index * 7 + at * 3))
    const scale = 1.05 / prices.reduce((sum, each) => sum + each, 0)
    return prices.map((each) => each * scale)
  })

for (const outcomes of [2, 3, 30]) {
  const sets = markets(outcomes)
  for (const method of devigMethods) {
    let best = Infinity
    let fair = 0
    for (let round = 0; round < 20; round++) {
      const start = performance.now()
      for (const set of sets) if (devig(set, method)._tag === "Fair") fair++
      best = Math.min(best, performance.now() - start)
    }
    if (fair === 0) throw new Error("Nothing was measured")
    console.log(`${outcomes} outcomes, ${method}: ${(best * 1000 / sets.length).toFixed(2)} µs`)
  }
}
