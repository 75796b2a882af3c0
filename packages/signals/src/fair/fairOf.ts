/** The fair probabilities of a rung. */
import { devig, type DevigMethod } from "@boltodds/odds"
import { candidateOf, decimalOf, type Leg, type Pair, type Rung } from "../internal/cells.ts"

/** How fair probabilities are made. */
export interface FairSettings {
  /** How the margin is taken out. Default `multiplicative`. */
  readonly method: DevigMethod
  /** Names of sportsbooks, or `consensus`: the first that has all sides. */
  readonly reference: ReadonlyArray<string>
  /** How many families a consensus needs. */
  readonly minSportsbooks: number
}

/** What applies where nothing is said. */
const usualFairSettings: FairSettings = {
  method: "multiplicative",
  reference: ["pinnacle", "ps3838", "consensus"],
  minSportsbooks: 3,
}

/** The settings that options mean. */
export const fairSettingsOf = (
  { method, reference, minSportsbooks }: {
    readonly [K in keyof FairSettings]?: FairSettings[K] | undefined
  },
): FairSettings => ({
  method: method ?? usualFairSettings.method,
  reference: (reference ?? usualFairSettings.reference).map((name) => name.trim().toLowerCase()),
  minSportsbooks: minSportsbooks ?? usualFairSettings.minSportsbooks,
})

/** The fair probabilities of a rung, by the place of its sides. */
export interface FairPrice {
  readonly p: ReadonlyArray<number>
  readonly reference: string
  /** What it is made of, in order of the names of their sportsbooks. */
  readonly pairs: ReadonlyArray<Pair>
  readonly families: number
  readonly spread: number
}

/** Prices that add up to more are not a market. */
const highestBooksum = 1.2
const nearFair = 1e-12

/** The fair probabilities of one sportsbook's prices of a rung; null if they are not complete, or not to be trusted. */
export const pairFair = (pair: Pair, method: DevigMethod): ReadonlyArray<number> | null => {
  if (pair.fair === undefined) pair.fair = workOut(pair, method)
  return pair.fair
}

const workOut = (pair: Pair, method: DevigMethod): ReadonlyArray<number> | null => {
  const { sides, outcomes, winners } = pair.rung
  if (outcomes === null || winners === null || pair.torn || sides.length !== outcomes) return null
  const implied: Array<number> = []
  let booksum = 0
  for (const { at } of sides) {
    const leg = candidateOf(pair, at)
    if (leg === undefined || leg.dominated) return null
    const each = 1 / decimalOf(leg)
    implied.push(each)
    booksum += each
  }
  if (booksum < winners - nearFair || booksum > highestBooksum * winners) return null
  const fair = devig(implied, method, { winners })
  return fair._tag === "Fair" ? fair.p : null
}

/** The leg of a pair that has all sides. */
export const legOf = (pair: Pair, at: number): Leg => candidateOf(pair, at)!

/** By the first reference that can say it; undefined if none can. `without`: a family that has no say. */
export const fairOf = (rung: Rung, settings: FairSettings, without?: string): FairPrice | undefined => {
  for (const name of settings.reference) {
    const found = name === "consensus" ? consensusOf(rung, settings, without) : namedOf(rung, name, settings, without)
    if (found !== undefined) return found
  }
  return undefined
}

const namedOf = (rung: Rung, name: string, { method }: FairSettings, without?: string): FairPrice | undefined => {
  const pair = rung.pairs.find(({ sportsbook: { facts } }) => facts.name === name)
  if (pair === undefined || pair.sportsbook.facts.family === without) return undefined
  const p = pairFair(pair, method)
  return p === null ? undefined : { p, reference: name, pairs: [pair], families: 1, spread: 0 }
}

/** The mean of the families, each the mean of its sportsbooks. */
const consensusOf = (
  rung: Rung,
  { method, minSportsbooks }: FairSettings,
  without: string | undefined,
): FairPrice | undefined => {
  const pairs: Array<Pair> = []
  const families = new Map<string, Array<ReadonlyArray<number>>>()
  for (const pair of rung.pairs) {
    const { family } = pair.sportsbook.facts
    if (family === without) continue
    const p = pairFair(pair, method)
    if (p === null) continue
    pairs.push(pair)
    const known = families.get(family)
    if (known === undefined) families.set(family, [p])
    else known.push(p)
  }
  if (families.size < minSportsbooks) return undefined
  const means = [...families.values()].map((each) => each.length === 1 ? each[0]! : meanOf(each))
  const mean = meanOf(means)
  let sum = 0
  for (const each of mean) sum += each
  const winners = rung.winners ?? 1
  let spread = 0
  for (let at = 0; at < mean.length; at++) {
    let least = Infinity
    let most = 0
    for (const each of means) {
      if (each[at]! < least) least = each[at]!
      if (each[at]! > most) most = each[at]!
    }
    if (most - least > spread) spread = most - least
  }
  return {
    p: mean.map((each) => each * winners / sum),
    reference: "consensus",
    pairs,
    families: families.size,
    spread,
  }
}

/**
 * What a consensus without one family says of a side, nearly: the sums that all sides share are made once, and the rounding
 * of the last digits is left out. Undefined where a named sportsbook may say it instead.
 */
export const leaveOneOut = (
  rung: Rung,
  { method, reference }: FairSettings,
): ((at: number, family: string) => number) | undefined => {
  if (reference[0] !== "consensus" && rung.pairs.some(({ sportsbook: { facts } }) => reference.includes(facts.name))) {
    return undefined
  }
  const families = new Map<string, { count: number; readonly sums: Array<number> }>()
  for (const pair of rung.pairs) {
    const p = pairFair(pair, method)
    if (p === null) continue
    const { facts } = pair.sportsbook
    const known = families.get(facts.family)
    if (known === undefined) families.set(facts.family, { count: 1, sums: [...p] })
    else {
      known.count++
      for (let at = 0; at < p.length; at++) known.sums[at]! += p[at]!
    }
  }
  const all = rung.sides.map(() => 0)
  for (const { count, sums } of families.values()) {
    for (let at = 0; at < sums.length; at++) all[at]! += sums[at]! / count
  }
  return (at, family) => {
    const own = families.get(family)
    return own === undefined
      ? all[at]! / families.size
      : families.size < 2
      ? 0
      : (all[at]! - own.sums[at]! / own.count) / (families.size - 1)
  }
}

const meanOf = (all: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> =>
  all[0]!.map((_, at) => {
    let sum = 0
    for (const each of all) sum += each[at]!
    return sum / all.length
  })
