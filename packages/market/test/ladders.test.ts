import {
  consensusMainLine,
  dominated,
  mainLine,
  type PricedSelection,
  readSelection,
  type Rung,
  type Selection,
} from "@boltodds/market"
import { americanToImplied } from "@boltodds/odds"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { law } from "./laws.ts"

const read = (
  sport: string,
  market: string,
  line: number | null,
  side: "over" | "under" | "home" | "away",
): Selection => {
  const total = side === "over" || side === "under"
  const reading = readSelection({
    outcome: "a label",
    market,
    target: total ? null : side,
    target_kind: total ? null : side,
    side: total ? side : null,
    line,
  }, { sport, sportsbook: "novig", home_team: "home", away_team: "away" })
  if (reading._tag === "Unknown") throw new Error(`${market}: ${reading.reason}`)
  return reading.selection
}

describe("the main line", () => {
  it("is the complete pair nearest to even", () => {
    const rungs: ReadonlyArray<Rung> = [
      { line: 7.5, odds: [-170, 140] },
      { line: 8.5, odds: [-115, -105] },
      { line: 9, odds: [-110, null] },
      // Torn: the two sides cannot both stand.
      { line: 9.5, odds: [110, 110] },
      { line: 10, odds: [-110] },
      { line: 10.5, odds: [0, -110] },
      { line: NaN, odds: [-110, -110] },
    ]
    expect(mainLine(rungs)?.line).toBe(8.5)
    expect(mainLine([])).toBeUndefined()
    expect(mainLine(rungs.slice(2))).toBeUndefined()
  })

  it("of equally near ones is the smaller", () => {
    const even = (line: number): Rung => ({ line, odds: [-110, -110] })
    expect(mainLine([even(1.5), even(-1.5), even(2.5)])?.line).toBe(-1.5)
    // The same distance on the other side of one half.
    expect(mainLine([{ line: 3, odds: [-120, 100] }, { line: 2, odds: [100, -120] }])?.line).toBe(2)
    expect(mainLine([{ line: 2, odds: [100, -120] }, { line: 3, odds: [-120, 100] }])?.line).toBe(2)
  })

  it("is that of brute force, in any order", () => {
    const price = fc.oneof(fc.integer({ min: -400, max: -100 }), fc.integer({ min: 100, max: 400 }), fc.constant(null))
    const rungs = fc.uniqueArray(
      fc.record({ line: fc.integer({ min: -8, max: 8 }).map((each) => each / 2), odds: fc.tuple(price, price) }),
      { selector: ({ line }) => line + 0, maxLength: 12 },
    )
    law(rungs, (list) => {
      const fair = list.flatMap(({ line, odds }) => {
        const [first, second] = odds.map((each) => each === null ? NaN : americanToImplied(each)!)
        return first! + second! >= 1 - 1e-12 ? [{ line, far: Math.abs(first! / (first! + second!) - 0.5) }] : []
      })
      const least = Math.min(...fair.map(({ far }) => far))
      const nearest = fair.filter(({ far }) => far - least <= 1e-12)
        .toSorted((a, b) => Math.abs(a.line) - Math.abs(b.line) || a.line - b.line)
      expect(mainLine(list)?.line).toBe(nearest[0]?.line)
      expect(mainLine(list.toReversed())).toEqual(mainLine(list))
    })
  })

  it("of all is that of most families, each counted once", () => {
    const main = (family: string, line: number, p = 0.5) => ({ family, line, p })
    expect(consensusMainLine([])).toBeUndefined()
    expect(consensusMainLine([main("a", 8.5), main("b", 8.5), main("c", 9)])).toBe(8.5)
    expect(consensusMainLine([main("a", 8.5), main("a", 8.5), main("b", 9), main("c", 9)])).toBe(9)
    expect(consensusMainLine([main("a", 8.5, 0.45), main("b", 9, 0.51)])).toBe(9)
    // Three sportsbooks of one family weigh as one: the mean is 0.51, not 0.48.
    const heavy = [main("a", 8.5, 0.45), main("a", 8.5, 0.45), main("a", 8.5, 0.45), main("b", 8.5, 0.57)]
    expect(consensusMainLine([...heavy, main("c", 9, 0.515), main("d", 9, 0.515)])).toBe(8.5)
    expect(consensusMainLine([main("a", 1.5, 0.49), main("b", -1.5, 0.51)])).toBe(-1.5)
  })
})

describe("a dominated price", () => {
  const price = (selection: Selection, odds: number): PricedSelection => ({ selection, odds })
  const total = (line: number, side: "over" | "under", odds: number) => price(read("MLB", "Total", line, side), odds)
  const spread = (line: number, side: "home" | "away", odds: number) => price(read("MLB", "Spread", line, side), odds)

  it("is an easier bet that pays more than a harder one", () => {
    expect(dominated([total(0.5, "over", 4), total(8.5, "over", 1.91), total(9.5, "over", 2.3)])).toEqual([
      true,
      false,
      false,
    ])
    expect(dominated([total(8.5, "under", 1.9), total(9.5, "under", 2.1)])).toEqual([false, true])
    expect(dominated([spread(-1.5, "home", 2.4), spread(1.5, "home", 2.5)])).toEqual([false, true])
    expect(dominated([total(8.5, "over", 1.9), total(9.5, "over", 1.9), total(8.5, "over", 3)])).toEqual([
      false,
      false,
      true,
    ])
  })

  it("is not one of another side, market or scope, nor an equal price", () => {
    expect(dominated([total(0.5, "over", 4), total(8.5, "under", 1.91)])).toEqual([false, false])
    expect(dominated([spread(1.5, "home", 2.5), spread(-1.5, "away", 2.4)])).toEqual([false, false])
    const half = price(read("MLB", "1st 5 Innings Total", 8.5, "over"), 1.5)
    expect(dominated([total(0.5, "over", 4), half])).toEqual([false, false])
    expect(dominated([total(0.5, "over", 1), total(8.5, "over", NaN), total(9.5, "over", 0)])).toEqual([
      false,
      false,
      false,
    ])
  })

  it("can be a moneyline, which is the spread of 0 where there is no tie", () => {
    const moneyline = (sport: string, odds: number) => price(read(sport, "Moneyline", null, "home"), odds)
    expect(dominated([moneyline("MLB", 2.6), spread(-1.5, "home", 2.4)])).toEqual([true, false])
    expect(dominated([spread(1.5, "home", 2.7), moneyline("MLB", 2.6)])).toEqual([true, false])
    const nfl = price(read("NFL", "Spread", -1.5, "home"), 2.4)
    expect(dominated([moneyline("NFL", 2.6), nfl])).toEqual([false, false])
    // The first five innings can be tied: the moneyline can be one of three ways.
    const innings = [
      price(read("MLB", "1st 5 Innings Moneyline", null, "home"), 2.6),
      price(read("MLB", "1st 5 Innings Spread", -0.5, "home"), 2.4),
    ]
    expect(dominated(innings)).toEqual([false, false])
    expect(dominated([moneyline("KBO", 2.6), price(read("KBO", "Spread", -1.5, "home"), 2.4)])).toEqual([false, false])
    // A match can be won with fewer games, not with fewer sets.
    const games = price(read("US Open (M)", "Spread", -3.5, "home"), 2.4)
    const sets = price(read("US Open (M)", "Set Spread", -1.5, "home"), 2.4)
    expect(dominated([moneyline("US Open (M)", 2.6), games])).toEqual([false, false])
    expect(dominated([moneyline("US Open (M)", 2.6), sets])).toEqual([true, false])
  })

  it("is that of a comparison of all with all", () => {
    const ladder = fc.array(
      fc.record({
        line: fc.integer({ min: 1, max: 9 }).map((each) => each / 2),
        side: fc.constantFrom("over", "under", "home", "away"),
        odds: fc.integer({ min: 9, max: 14 }).map((each) => each / 5),
      }),
      { maxLength: 14 },
    )
    law(ladder, (list) => {
      const prices = list.map(({ line, side, odds }) =>
        price(read("MLB", side === "over" || side === "under" ? "Total" : "Spread", line, side), odds)
      )
      const harder = (a: (typeof list)[number], b: (typeof list)[number]) =>
        a.side === b.side && (b.side === "over" ? b.line > a.line : b.line < a.line)
      expect(dominated(prices)).toEqual(
        list.map((each) => each.odds > 1 && list.some((other) => harder(each, other) && other.odds < each.odds)),
      )
    })
  })
})
