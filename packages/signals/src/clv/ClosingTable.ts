/** The closing line value of bets, from the records of `closing`. */
import {
  consensusMainLine,
  type FamilyMainLine,
  makeSportsbooks,
  parseSelectionKey,
  type Sportsbooks,
  type SportsbooksFile,
} from "@boltodds/market"
import { devig, type DevigMethod, fairClv, lineClv, priceClv } from "@boltodds/odds"
import type { Closing, ClosingReason } from "../closing/Closing.ts"

/** What applies to all bets of a table. */
export interface ClosingTableOptions {
  /** How the margin is taken out of closing prices. Default `multiplicative`. */
  readonly method?: DevigMethod
  /**
   * Whose closing prices are fair once the margin is taken out: sportsbooks, or `consensus`, in order; the first that has
   * all sides. Default pinnacle, ps3838, consensus.
   */
  readonly reference?: ReadonlyArray<string>
  /** How many families a consensus needs. Default 3. */
  readonly minSportsbooks?: number
  /** What the user knows of sportsbooks: their families. */
  readonly sportsbooks?: SportsbooksFile
}

/** A bet. */
export interface Bet {
  /** The key of the selection, as in `best` and `closing`. */
  readonly key: string
  /** Where it was placed; absent: anywhere. */
  readonly sportsbook?: string
  /** Decimal odds. */
  readonly decimal: number
}

/** Why a bet cannot be compared. */
export type BetClvReason = ClosingReason | "not_found" | "line"

/**
 * How much better a bet was than the close. Fractions are of 1, not per cent.
 *
 * `incomparable`: neither a closing price nor a fair probability of this bet is known; `line_clv` may be.
 */
export interface BetClv {
  readonly clv: "compared" | "incomparable"
  /** The closing price that the bet is compared with: American, decimal, and where. */
  readonly close: number | null
  readonly close_decimal: number | null
  readonly close_sportsbook: string | null
  /** bet/close - 1. The margin is in the closing price. */
  readonly price_clv: number | null
  /** The fair closing probability, by the reference. */
  readonly fair: number | null
  readonly reference: string | null
  readonly families: number
  /** The expected value at it. Where a push is possible it holds for bets that are decided. */
  readonly fair_clv: number | null
  /** The line of this side that was the main one at most families at the close, and how many points the bet's is better. */
  readonly close_line: number | null
  readonly line_clv: number | null
  readonly push: boolean
  /** Whether the start was moved since the event was first seen. */
  readonly start_moved: boolean
  /**
   * Why there is no closing price: that of the record at its sportsbook. `not_found`: the file has none of this bet there ·
   * `line`: its market closed at other lines only.
   */
  readonly reason?: BetClvReason
}

/** Closing prices, by selection, pair and market. */
export class ClosingTable {
  readonly #method: DevigMethod
  readonly #reference: ReadonlyArray<string>
  readonly #least: number
  readonly #sportsbooks: Sportsbooks
  readonly #bySelection = new Map<string, Map<string, Closing>>()
  /** The keys of the selections of a market. */
  readonly #markets = new Map<string, Set<string>>()

  constructor({ method, reference, minSportsbooks, sportsbooks }: ClosingTableOptions = {}) {
    this.#method = method ?? "multiplicative"
    this.#reference = (reference ?? ["pinnacle", "ps3838", "consensus"]).map((name) => name.trim().toLowerCase())
    this.#least = minSportsbooks ?? 3
    this.#sportsbooks = makeSportsbooks(sportsbooks)
  }

  /** How many closings it has. */
  get size(): number {
    let size = 0
    for (const closings of this.#bySelection.values()) size += closings.size
    return size
  }

  /** Takes the next record: the newest of a selection at a sportsbook holds. */
  take(record: Closing): void {
    const closings = this.#bySelection.get(record.key) ?? new Map<string, Closing>()
    this.#bySelection.set(record.key, closings)
    const name = this.#sportsbooks.of(record.sportsbook).name
    if (record.closing === "withdrawn") closings.delete(name)
    else closings.set(name, record)
    const market = marketOf(record.key)
    const keys = this.#markets.get(market)
    if (keys === undefined) this.#markets.set(market, new Set([record.key]))
    else keys.add(record.key)
  }

  /** Compares a bet with the close. */
  compare(bet: Bet): BetClv {
    const closings = this.#bySelection.get(bet.key)
    const own = bet.sportsbook === undefined
      ? bestOf(closings)
      : closings?.get(this.#sportsbooks.of(bet.sportsbook).name)
    const isCaptured = own?.closing === "captured" && own.decimal !== null
    const price = isCaptured ? priceClv(bet.decimal, own.decimal) ?? null : null
    const fair = this.#fairOf(bet.key)
    const line = this.#lineOf(bet.key)
    const isKnown = price !== null || fair !== undefined
    const reason: BetClvReason | undefined = price !== null
      ? undefined
      : own?.reason ?? ((closings?.size ?? 0) === 0 && line !== undefined ? "line" : "not_found")
    const any = own ?? closings?.values().next().value
    return {
      clv: isKnown ? "compared" : "incomparable",
      close: isCaptured ? own.odds : null,
      close_decimal: isCaptured ? own.decimal : null,
      close_sportsbook: isCaptured ? own.sportsbook : null,
      price_clv: price,
      fair: fair?.p ?? null,
      reference: fair?.reference ?? null,
      families: fair?.families ?? 0,
      fair_clv: fair === undefined ? null : fairClv(bet.decimal, fair.p) ?? null,
      close_line: line?.close ?? null,
      line_clv: line?.better ?? null,
      push: any?.push ?? false,
      start_moved: any?.start_moved ?? false,
      ...reason === undefined ? {} : { reason },
    }
  }

  #fairOf(key: string): { readonly p: number; readonly reference: string; readonly families: number } | undefined {
    const all = this.#pairsOf(key, this.#method)
    for (const reference of this.#reference) {
      if (reference !== "consensus") {
        const p = all.get(reference)?.get(key)
        if (p !== undefined) return { p, reference, families: 1 }
        continue
      }
      const families = new Map<string, Array<ReadonlyMap<string, number>>>()
      for (const [name, fair] of all) {
        const { family } = this.#sportsbooks.of(name)
        families.set(family, [...families.get(family) ?? [], fair])
      }
      if (families.size < this.#least) continue
      const sides = [...all.values().next().value!.keys()]
      const means = sides.map((side) =>
        meanOf([...families.values()].map((members) => meanOf(members.map((each) => each.get(side)!))))
      )
      const sum = means.reduce((total, each) => total + each, 0)
      const winners = this.#winnersOf(key) ?? 1
      return { p: means[sides.indexOf(key)]! * winners / sum, reference, families: families.size }
    }
    return undefined
  }

  #winnersOf(key: string): number | null | undefined {
    return this.#bySelection.get(key)?.values().next().value?.winners
  }

  /** The fair probabilities of all sides of a selection's line, by sportsbook. */
  #pairsOf(key: string, method: DevigMethod): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const pair = pairOf(key)
    const keys = [...this.#markets.get(marketOf(key)) ?? []].filter((each) => pairOf(each) === pair).toSorted()
    const found = new Map<string, ReadonlyMap<string, number>>()
    for (const [name, { outcomes, winners }] of this.#bySelection.get(key) ?? []) {
      if (outcomes === null || winners === null || keys.length !== outcomes) continue
      const sides = keys.map((each) => this.#bySelection.get(each)?.get(name))
      const implied = sides.flatMap((side) =>
        side?.closing === "captured" && side.decimal !== null && !side.warnings.includes("dominated")
          ? [1 / side.decimal]
          : []
      )
      const booksum = implied.reduce((sum, each) => sum + each, 0)
      if (implied.length !== outcomes || booksum < winners - 1e-12 || booksum > 1.2 * winners) continue
      const fair = devig(implied, method, { winners })
      if (fair._tag === "Fair") found.set(name, new Map(keys.map((each, at) => [each, fair.p[at]!])))
    }
    return found
  }

  /** The main line of most families at the close, for the side of this bet. */
  #lineOf(key: string): { readonly close: number; readonly better: number } | undefined {
    const bet = parseSelectionKey(key)
    const line = bet?.line ?? null
    if (bet === undefined || line === null || (bet.kind !== "total" && bet.kind !== "spread")) return undefined
    const mains: Array<FamilyMainLine> = []
    for (const pair of new Set([...this.#markets.get(marketOf(key)) ?? []].map(pairOf))) {
      const keys = [...this.#markets.get(marketOf(key))!].filter((each) => pairOf(each) === pair).toSorted()
      const first = keys[0]!
      for (const [name, fair] of this.#pairsOf(first, "multiplicative")) {
        const closing = this.#bySelection.get(first)?.get(name)
        const main = parseSelectionKey(first)?.line ?? null
        if (closing?.main !== true || main === null) continue
        mains.push({ line: main, p: fair.get(first)!, family: this.#sportsbooks.of(name).family })
      }
    }
    const close = consensusMainLine(mains)
    if (close === undefined) return undefined
    const isAway = bet.kind === "spread" && bet.side === "away"
    const side = bet.kind === "spread" ? "spread" : bet.side === "over" ? "over" : "under"
    const ofSide = (each: number): number => isAway ? 0 - each : each
    const better = lineClv(side, ofSide(line), ofSide(close))
    return better === undefined ? undefined : { close: ofSide(close), better }
  }
}

/** The longest price after fees: the hardest one to beat. */
const bestOf = (closings: ReadonlyMap<string, Closing> | undefined): Closing | undefined => {
  let best: Closing | undefined
  for (const each of closings?.values() ?? []) {
    if (each.closing === "captured" && (best === undefined || (each.net ?? 0) > (best.net ?? 0))) best = each
  }
  return best ?? closings?.values().next().value
}

const meanOf = (values: ReadonlyArray<number>): number => values.reduce((sum, each) => sum + each, 0) / values.length

/** A key without its side. */
const pairOf = (key: string): string => cut(key, 1)

/** A key without its side and line. */
const marketOf = (key: string): string => cut(key, 2)

/** A key without its last parts. A bar or a backslash within a part has a backslash before it. */
const cut = (key: string, parts: number): string =>
  key.replace(/\\[\\|]/g, (escaped) => escaped === "\\|" ? "\u0000" : "\u0001").split("|").slice(0, -parts).join("|")
