/** Fair probabilities by plain loops. */
import { consensusMainLine, type FamilyMainLine, mainLine, makeSportsbooks } from "@boltodds/market"
import { devig, type DevigMethod } from "@boltodds/odds"
import { type BrutePrice, grouped } from "./brute.ts"

export interface BruteFair {
  readonly reference: string
  readonly p: Readonly<Record<string, number>>
  /** The prices that it is made of. */
  readonly legs: ReadonlyArray<BrutePrice>
  readonly families: number
  /** The largest difference of two families. */
  readonly spread: number
}

/** By pair. `without`: a family that has no say. */
export const bruteFair = (
  prices: ReadonlyArray<BrutePrice>,
  { reference, method, least, without }: {
    readonly reference: ReadonlyArray<string>
    readonly method: DevigMethod
    readonly least: number
    readonly without?: string
  },
): ReadonlyMap<string, BruteFair> => {
  const families = makeSportsbooks()
  const all = new Map<string, BruteFair>()
  for (const [pair, mine] of grouped(prices, ({ pair }) => pair)) {
    const own: Array<
      {
        readonly sportsbook: string
        readonly p: Readonly<Record<string, number>>
        readonly legs: ReadonlyArray<BrutePrice>
      }
    > = []
    for (const [sportsbook, legs] of grouped(mine, ({ sportsbook }) => sportsbook)) {
      const { outcomes, winners } = legs[0]!.selection
      if (families.of(sportsbook).family === without) continue
      if (legs.length !== outcomes || legs.some(({ torn, dominated }) => torn || dominated)) continue
      const order = legs.toSorted((a, b) => a.selection.side < b.selection.side ? -1 : 1)
      const implied = order.map(({ decimal }) => 1 / decimal)
      const booksum = implied.reduce((sum, each) => sum + each, 0)
      if (booksum < winners! - 1e-12 || booksum > 1.2 * winners!) continue
      const fair = devig(implied, method, { winners: winners! })
      if (fair._tag !== "Fair") continue
      own.push({
        sportsbook,
        legs,
        p: Object.fromEntries(order.map(({ selection }, at) => [selection.side, fair.p[at]!])),
      })
    }
    for (const name of reference) {
      if (name !== "consensus") {
        const named = own.find(({ sportsbook }) => sportsbook === name)
        if (named === undefined) continue
        all.set(pair, { reference: name, p: named.p, legs: named.legs, families: 1, spread: 0 })
        break
      }
      const byFamily = [...grouped(own, ({ sportsbook }) => families.of(sportsbook).family).values()]
      if (byFamily.length < least) continue
      const sides = Object.keys(own[0]!.p)
      const spreads: Array<number> = []
      const means = sides.map((side) => {
        const each = byFamily.map((members) => members.reduce((sum, { p }) => sum + p[side]!, 0) / members.length)
        spreads.push(Math.max(...each) - Math.min(...each))
        return each.reduce((sum, p) => sum + p, 0) / each.length
      })
      const sum = means.reduce((total, p) => total + p, 0)
      const winners = mine[0]!.selection.winners!
      all.set(pair, {
        reference: name,
        legs: own.flatMap(({ legs }) => legs),
        families: byFamily.length,
        spread: Math.max(...spreads),
        p: Object.fromEntries(sides.map((side, at) => [side, means[at]! * winners / sum])),
      })
      break
    }
  }
  return all
}

/** By market: at how many sportsbooks each line is the main one, and which one is at most families. */
export const bruteMains = (
  prices: ReadonlyArray<BrutePrice>,
): ReadonlyMap<string, { readonly at: ReadonlyMap<number, number>; readonly consensus: number | undefined }> => {
  const families = makeSportsbooks()
  const marketOf = ({ pair }: BrutePrice): string => pair.slice(0, pair.lastIndexOf("|"))
  const lineOf = ({ pair }: BrutePrice): number => Number(pair.slice(pair.lastIndexOf("|") + 1))
  const found = new Map<string, { readonly at: ReadonlyMap<number, number>; readonly consensus: number | undefined }>()
  for (const [market, mine] of grouped(prices.filter(({ selection }) => selection.line !== null), marketOf)) {
    const mains: Array<FamilyMainLine> = []
    const at = new Map<number, number>()
    for (const [sportsbook, own] of grouped(mine, (price) => price.sportsbook)) {
      const rungs = [...grouped(own, (price) => String(lineOf(price))).values()].flatMap((legs) => {
        if (legs.length !== legs[0]!.selection.outcomes) return []
        const order = legs.toSorted((a, b) => a.selection.side < b.selection.side ? -1 : 1)
        return [{ line: lineOf(legs[0]!), odds: order.map(({ line }) => line.odds) }]
      })
      const main = mainLine(rungs)
      if (main === undefined) continue
      mains.push({ ...main, family: families.of(sportsbook).family })
      at.set(main.line, (at.get(main.line) ?? 0) + 1)
    }
    found.set(market, { at, consensus: consensusMainLine(mains) })
  }
  return found
}
