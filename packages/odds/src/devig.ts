/** Fair probabilities: prices with the margin taken out. */
import { additive, multiplicative, oddsRatio, power, probit, shin, type Solved } from "./internal/methods.ts"
import { isOpenUnit, rangeError, sumOf } from "./internal/numbers.ts"

/** Every method of {@link devig}. */
export const devigMethods = ["multiplicative", "additive", "power", "shin", "odds_ratio", "probit"] as const

/**
 * How the margin is taken out. q are the implied probabilities, B their sum, n their number, T the number of winners.
 *
 * - `multiplicative`: qT/B, the same factor for all. The plain normalization; it takes too little from longshots.
 * - `additive`: q - (B-T)/n, the same amount from all. Also known as margin weights proportional to the odds (J. Buchdahl,
 *   "The Wisdom of the Crowd"). S. Clarke, S. Kovalchik, M. Ingram, "Adjusting Bookmaker's Odds to Allow for Overround",
 *   American Journal of Sports Science 5 (2017), 45-49.
 * - `power`: q to the power of k. Same paper; also V. Vovk, F. Zhdanov, "Prediction with Expert Advice for the Brier Game",
 *   Journal of Machine Learning Research 10 (2009), 2445-2471.
 * - `shin`: a share z of insiders. H. S. Shin, "Measuring the Incidence of Insider Trading in a Market for State-Contingent
 *   Claims", Economic Journal 103 (1993), 1141-1153, in the form of B. Jullien, B. Salanié, Economic Journal 104 (1994),
 *   1418-1419. E. Štrumbelj, "On Determining Probability Forecasts from Betting Odds", International Journal of
 *   Forecasting 30 (2014), 934-943, found it best of four on 37 competitions. One winner and a booksum of at least 1.
 * - `odds_ratio`: the odds of each divided by c. K. Cheung, "Fixed-Odds Betting and Traditional Odds" (2015).
 * - `probit`: the probit of each less c; the margin as a shift of a normal strength. One winner. There is no paper for it:
 *   it is the odds ratio with the normal distribution in place of the logistic.
 */
export type DevigMethod = (typeof devigMethods)[number]

/** A distribution without margin. */
export interface FairProbabilities {
  readonly _tag: "Fair"
  /** In the order of the prices. Each is strictly between 0 and 1; their sum is that of the winners within 1e-12. */
  readonly p: ReadonlyArray<number>
  readonly method: DevigMethod
  /** What the method found: the exponent k, the share of insiders z, the ratio c, the shift c. */
  readonly parameter?: number
}

/**
 * Why there is no fair distribution.
 *
 * - `one_sided`: no more outcomes than winners; a side is missing.
 * - `out_of_range`: an implied probability is not strictly between 0 and 1, or a result is not.
 * - `underround`: Shin's method, and the prices add up to less than 1.
 * - `winners`: the method is defined for one winner only.
 * - `no_solution`: no numbers of the method add up within 1e-12.
 */
export interface NotApplicable {
  readonly _tag: "NotApplicable"
  readonly reason: "one_sided" | "out_of_range" | "underround" | "winners" | "no_solution"
}

/** How many outcomes of a set win. */
export interface DevigOptions {
  /** 1 by default; 2 for double chance, 3 for a place among the first three. A positive whole number. */
  readonly winners?: number
}

/** A booksum this near to the number of winners has no margin; the prices are fair as they are. */
const nearFair = 1e-12

/**
 * The fair probabilities of a set of outcomes that covers everything: what the implied probabilities would be without
 * margin. Never throws on prices, whatever numbers they are.
 *
 * Two outcomes with one winner are closed forms in every method but the power. The rest is solved until the sum is within
 * 1e-14, or to the last digit. Nothing is normalized afterwards. A larger implied probability never gets a smaller fair
 * one, and prices without margin come out as they went in.
 *
 * @throws RangeError where `winners` is not a positive whole number.
 *
 * @example
 * ```ts
 * import { americanToImplied, devig } from "@boltodds/odds"
 *
 * const implied = [-150, 130].map((american) => americanToImplied(american) ?? NaN)
 * devig(implied, "multiplicative") // { _tag: "Fair", p: [0.5798…, 0.4201…], method: "multiplicative" }
 * devig(implied, "power") // { _tag: "Fair", p: [0.5825…, 0.4174…], method: "power", parameter: 1.0574… }
 * devig([0.5], "power") // { _tag: "NotApplicable", reason: "one_sided" }
 * ```
 */
export const devig = (
  implied: ReadonlyArray<number>,
  method: DevigMethod,
  { winners = 1 }: DevigOptions = {},
): FairProbabilities | NotApplicable => {
  if (!(Number.isSafeInteger(winners) && winners > 0)) {
    throw rangeError("devig", "winners", "a positive whole number", winners)
  }
  for (let index = 0; index < implied.length; index++) {
    if (!isOpenUnit(implied[index]!)) return notApplicable("out_of_range")
  }
  if (implied.length <= winners) return notApplicable("one_sided")
  if (winners !== 1 && (method === "shin" || method === "probit")) return notApplicable("winners")
  const sum = sumOf(implied)
  if (Math.abs(sum - winners) <= nearFair) return fair([...implied], method, neutral[method])
  if (method === "shin" && sum < 1) return notApplicable("underround")
  const solved = solve(implied, method, winners)
  if (solved === undefined) return notApplicable("no_solution")
  for (let index = 0; index < solved.p.length; index++) {
    if (!isOpenUnit(solved.p[index]!)) return notApplicable("out_of_range")
  }
  if (!(Math.abs(sumOf(solved.p) - winners) <= nearFair)) return notApplicable("no_solution")
  return fair(solved.p, method, solved.parameter)
}

const solve = (implied: ReadonlyArray<number>, method: DevigMethod, winners: number): Solved | undefined => {
  switch (method) {
    case "multiplicative":
      return multiplicative(implied, winners)
    case "additive":
      return additive(implied, winners)
    case "power":
      return power(implied, winners)
    case "shin":
      return shin(implied)
    case "odds_ratio":
      return oddsRatio(implied, winners)
    case "probit":
      return probit(implied)
  }
}

/** What each method finds where there is no margin. */
const neutral: Readonly<Record<DevigMethod, number | undefined>> = {
  multiplicative: undefined,
  additive: undefined,
  power: 1,
  shin: 0,
  odds_ratio: 1,
  probit: 0,
}

const fair = (p: ReadonlyArray<number>, method: DevigMethod, parameter: number | undefined): FairProbabilities =>
  parameter === undefined ? { _tag: "Fair", p, method } : { _tag: "Fair", p, method, parameter }

const notApplicable = (reason: NotApplicable["reason"]): NotApplicable => ({ _tag: "NotApplicable", reason })
