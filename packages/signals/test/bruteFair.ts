/** Fair probabilities by plain loops. */
import { makeSportsbooks } from "@boltodds/market"
import { devig, type DevigMethod } from "@boltodds/odds"
import { type BrutePrice, grouped } from "./brute.ts"

export interface BruteFair {
  readonly reference: string
  readonly p: Readonly<Record<string, number>>
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
    const own: Array<{ readonly sportsbook: string; readonly p: Readonly<Record<string, number>> }> = []
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
      own.push({ sportsbook, p: Object.fromEntries(order.map(({ selection }, at) => [selection.side, fair.p[at]!])) })
    }
    for (const name of reference) {
      if (name !== "consensus") {
        const named = own.find(({ sportsbook }) => sportsbook === name)
        if (named === undefined) continue
        all.set(pair, { reference: name, p: named.p })
        break
      }
      const byFamily = [...grouped(own, ({ sportsbook }) => families.of(sportsbook).family).values()]
      if (byFamily.length < least) continue
      const sides = Object.keys(own[0]!.p)
      const means = sides.map((side) => {
        const each = byFamily.map((members) => members.reduce((sum, { p }) => sum + p[side]!, 0) / members.length)
        return each.reduce((sum, p) => sum + p, 0) / each.length
      })
      const sum = means.reduce((total, p) => total + p, 0)
      const winners = mine[0]!.selection.winners!
      all.set(pair, {
        reference: name,
        p: Object.fromEntries(sides.map((side, at) => [side, means[at]! * winners / sum])),
      })
      break
    }
  }
  return all
}
