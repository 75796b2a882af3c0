/** Which line of a market is the main one, at each sportsbook and at most of them. */
import { consensusMainLine, type FamilyMainLine, mainLine, type Rung as PricedRung } from "@boltodds/market"
import { candidateOf, type Market, type SportsbookCell } from "../internal/cells.ts"

/** The main lines of one market. */
export interface MainLines {
  /** How many sportsbooks have this line as their main one. */
  readonly at: ReadonlyMap<number, number>
  /** The main line of each sportsbook that has one. */
  readonly of: ReadonlyMap<SportsbookCell, number>
  readonly consensus: number | undefined
}

/** Works the main lines out once for a version of the market. */
export class MainLineTable {
  readonly #known = new WeakMap<Market, { readonly version: number; readonly lines: MainLines }>()

  of(market: Market): MainLines {
    const known = this.#known.get(market)
    if (known?.version === market.version) return known.lines
    const lines = mainLinesOf(market)
    this.#known.set(market, { version: market.version, lines })
    return lines
  }
}

/** The main lines of a market as it is. */
export const mainLinesOf = ({ rungs }: Market): MainLines => {
  const ladders = new Map<SportsbookCell, Array<PricedRung>>()
  for (const { line, sides, outcomes, pairs } of rungs.values()) {
    if (line === null || outcomes !== sides.length) continue
    // The first side is the same one for all lines.
    const order = sides.toSorted((a, b) => a.name < b.name ? -1 : 1)
    for (const pair of pairs) {
      const odds = order.map(({ at }) => candidateOf(pair, at)?.odds ?? null)
      if (odds.includes(null)) continue
      const ladder = ladders.get(pair.sportsbook)
      if (ladder === undefined) ladders.set(pair.sportsbook, [{ line, odds }])
      else ladder.push({ line, odds })
    }
  }
  const mains: Array<FamilyMainLine> = []
  const at = new Map<number, number>()
  const of = new Map<SportsbookCell, number>()
  for (const [sportsbook, ladder] of ladders) {
    const { facts } = sportsbook
    const main = mainLine(ladder)
    if (main === undefined) continue
    of.set(sportsbook, main.line)
    mains.push({ ...main, family: facts.family })
    at.set(main.line, (at.get(main.line) ?? 0) + 1)
  }
  return { at, of, consensus: consensusMainLine(mains) }
}
