/** Random tests with a seed and a count: `LAW_RUNS=10000 LAW_SEED=7 pnpm vitest run packages/market`. */
import * as fc from "fast-check"
import type { GameFields, LineFields } from "@boltodds/market"

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

const sports = "MLB, NBA, NFL, NHL, EPL, US Open (M), Challenger Biella, UFC, CS2, PGA, Quidditch".split(", ")

/** Names of sports, of every family and of none. */
export const sport: fc.Arbitrary<string> = fc.constantFrom(...sports)

const parts = [
  "1st,first,half,5,innings,total,team,spread,moneyline,3,way,points,+,and,rebounds,set,s1,g2,overtime,incl.,alternate",
  "no,scorer,touchdown,Chicago Bears,-,|,\\,\u0131,\u0130,\u00bd,\u202e,\ud800,\u2013,player,double,chance,draw,odd/even",
].join(",").split(",")
const words = fc.constantFrom(...parts)

/** Names of markets: real ones, their parts in any order, and anything else. */
export const marketName: fc.Arbitrary<string> = fc.oneof(
  fc.array(words, { maxLength: 7 }).map((each) => each.join(" ")),
  fc.string({ unit: "binary", maxLength: 300 }),
)

const text = fc.option(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "X", "1X", "Yes", "Odd", "A or B")))

/** Any line. */
export const anyLine: fc.Arbitrary<LineFields> = fc.record({
  outcome: fc.string(),
  market: fc.option(marketName),
  target: text,
  target_kind: fc.constantFrom(null, "home", "away", "draw", "other"),
  side: fc.constantFrom(null, "over", "under"),
  line: fc.option(fc.oneof(fc.integer({ min: -30, max: 300 }).map((each) => each / 4), fc.double())),
})

/** Any game. */
export const anyGame: fc.Arbitrary<GameFields> = fc.record({
  sport: fc.oneof(sport, fc.string()),
  sportsbook: fc.constantFrom("draftkings", "fanduel"),
  home_team: fc.option(fc.oneof(fc.constant("Chicago Bears"), fc.string())),
  away_team: fc.option(fc.oneof(fc.constant("Minnesota Vikings"), fc.string())),
})
