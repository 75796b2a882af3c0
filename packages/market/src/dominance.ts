/** Prices that their own sportsbook contradicts: an easier bet that pays more than a harder one. */
import type { Family } from "./families.ts"
import { marketKey } from "./keys.ts"
import type { Selection } from "./Selection.ts"

/** One price of one sportsbook for one event. */
export interface PricedSelection {
  readonly selection: Selection
  /** Decimal. */
  readonly odds: number
}

/** Where a moneyline is the spread of 0 in this stat: there are no ties, and who has more of it wins. */
const spreadOfMoneyline: Readonly<Partial<Record<Family, string>>> = {
  baseball: "runs",
  basketball: "points",
  hockey: "goals",
  tennis: "sets",
  esports: "maps",
}

/** A bet on a ladder: all bets of one ladder are ordered by how hard they are to win. */
export interface LadderStep {
  /** The market's key without the event, and the side. */
  readonly ladder: string
  /** Higher is harder. */
  readonly hardness: number
}

/** The step of a selection on its ladder; undefined where its bets are not ordered. See {@link dominated}. */
export const ladderStep = (selection: Selection): LadderStep | undefined => {
  const { kind, side, line, family, period, push } = selection
  if (kind === "total" && line !== null) {
    return { ladder: `${marketKey("", selection)}|${side}`, hardness: side === "over" ? line : -line }
  }
  if (kind === "spread" && line !== null) {
    return { ladder: `${marketKey("", selection)}|${side}`, hardness: 0 - line }
  }
  const stat = spreadOfMoneyline[family]
  // Where a tie is possible it is not known what it does: it pushes, or it loses a moneyline of three ways.
  if (kind === "moneyline" && !push && stat !== undefined && (period === "game" || family !== "tennis")) {
    return { ladder: `${marketKey("", { ...selection, kind: "spread", stat })}|${side}`, hardness: 0 }
  }
  return undefined
}

/**
 * Which of the prices that one sportsbook has for one event are dominated: a strictly harder bet of the same market is
 * priced shorter. Over a higher line, under a lower one, and fewer points for the same team are harder; a moneyline counts
 * as the spread of 0 where no tie is possible, in tennis among sets. Gives one value for each price, in their order. A
 * price that is not above 1 is never dominated and dominates nothing.
 *
 * In real data such a price is nearly always a mistake of the sportsbook, and makes most opportunities that do not exist.
 *
 * @example
 * ```ts
 * import { dominated, readSelection } from "@boltodds/market"
 *
 * const game = { sport: "MLB", sportsbook: "prophetx", home_team: "A", away_team: "B" }
 * const over = { outcome: "…", market: "Total", target: null, target_kind: null, side: "over" } as const
 * const prices = [[0.5, 4], [8.5, 1.91]].flatMap(([line, odds]) => {
 *   const reading = readSelection({ ...over, line: line! }, game)
 *   return reading._tag === "Selection" ? [{ selection: reading.selection, odds: odds! }] : []
 * })
 * dominated(prices) // [true, false]
 * ```
 */
export const dominated = (prices: ReadonlyArray<PricedSelection>): ReadonlyArray<boolean> => {
  const result = prices.map(() => false)
  const ladders = new Map<string, Array<{ readonly index: number; readonly hardness: number; readonly odds: number }>>()
  for (const [index, { selection, odds }] of prices.entries()) {
    const step = odds > 1 ? ladderStep(selection) : undefined
    if (step === undefined) continue
    const entry = { index, hardness: step.hardness, odds }
    const ladder = ladders.get(step.ladder)
    if (ladder === undefined) ladders.set(step.ladder, [entry])
    else ladder.push(entry)
  }
  for (const ladder of ladders.values()) {
    ladder.sort((a, b) => b.hardness - a.hardness)
    // From the hardest down: the shortest price among all that are strictly harder.
    let shortest = Infinity
    for (let at = 0; at < ladder.length;) {
      let here = Infinity
      let end = at
      for (; end < ladder.length && ladder[end]!.hardness === ladder[at]!.hardness; end++) {
        if (ladder[end]!.odds > shortest) result[ladder[end]!.index] = true
        here = Math.min(here, ladder[end]!.odds)
      }
      shortest = Math.min(shortest, here)
      at = end
    }
  }
  return result
}
