/** What was not understood, counted: that is how the tables grow. */
import { longestName } from "./internal/characters.ts"
import type { UnknownReason } from "./Selection.ts"

/** How often lines of one market could not be read. */
export interface UnknownCount {
  readonly sportsbook: string
  readonly sport: string
  /** As sent; null where there was none. Beyond 200 characters it is cut. */
  readonly market: string | null
  readonly reason: UnknownReason
  readonly count: number
}

/** Counts by (sportsbook, sport, market, reason). Bounded: what is beyond the bound is counted together. */
export class UnknownCounts {
  readonly #counts = new Map<string, { -readonly [K in keyof UnknownCount]: UnknownCount[K] }>()
  readonly #bound: number
  #total = 0
  #beyond = 0

  /** `bound`: how many different markets are counted by name; 1,000 by default. */
  constructor({ bound = 1000 }: { readonly bound?: number } = {}) {
    this.#bound = bound
  }

  /** Counts one line. */
  add(sentBy: string, sentSport: string, sent: Pick<UnknownCount, "market" | "reason">): void {
    this.#total++
    const { reason } = sent
    const [sportsbook, sport, market] = [cut(sentBy), cut(sentSport), sent.market === null ? null : cut(sent.market)]
    const key = JSON.stringify([sportsbook, sport, market, reason])
    const known = this.#counts.get(key)
    if (known !== undefined) known.count++
    else if (this.#counts.size < this.#bound) this.#counts.set(key, { sportsbook, sport, market, reason, count: 1 })
    else this.#beyond++
  }

  /** All lines that were not understood. */
  get total(): number {
    return this.#total
  }

  /** Those of them whose market was beyond the bound. */
  get beyond(): number {
    return this.#beyond
  }

  /** The most frequent ones, 10 by default; of equally frequent ones by name. */
  top(most = 10): ReadonlyArray<UnknownCount> {
    return [...this.#counts].toSorted(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1)).slice(0, most)
      .map(([, count]) => ({ ...count }))
  }
}

const cut = (text: string): string => text.length > longestName ? `${text.slice(0, longestName)}…` : text
