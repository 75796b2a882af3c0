import type { BookGame, BookLine } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { Comparison } from "../../src/commands/verify/Comparison.ts"
import { differencesOf } from "../../src/commands/verify/differences.ts"

const line = (outcome: string, odds: number | null, more: Partial<BookLine> = {}): BookLine => ({
  outcome,
  market: "Moneyline",
  target: null,
  target_kind: null,
  side: null,
  line: null,
  line_derived: false,
  odds,
  link: null,
  verified: true,
  ...more,
})

const game = (lines: ReadonlyArray<BookLine>, more: Partial<BookGame> = {}): BookGame => ({
  session: "feed",
  sport: "NBA",
  sportsbook: "fanduel",
  game: "A vs B",
  universal_game_id: null,
  book_game_id: null,
  home_team: "A",
  away_team: "B",
  starts_at: null,
  partial: false,
  verified: true,
  lines: new Map(lines.map((one) => [one.outcome, one])),
  ...more,
})

const kinds = (held: BookGame | undefined, fresh: BookGame | undefined) =>
  differencesOf(held, fresh).map(({ kind, outcome, held, fresh }) => [kind, outcome, held, fresh])

describe("differencesOf", () => {
  it("finds nothing between equal games, and nothing in links and names", () => {
    const held = game([line("ML", -110, { link: "https://a" })])
    expect(kinds(held, game([line("ML", -110)], { home_team: "a" }))).toEqual([])
    expect(kinds(undefined, undefined)).toEqual([])
  })

  it("names the kind of each difference, with both sides", () => {
    const held = game([
      line("a", -110),
      line("b", -110),
      line("c", null),
      line("d", 150),
      line("e", -110, { line: 7.5 }),
    ])
    const fresh = game([
      line("a", -120),
      line("b", null),
      line("c", 100),
      line("e", -110, { line: 8.5 }),
      line("f", 200),
    ])
    expect(kinds(held, fresh)).toEqual([
      ["price", "a", "-110", "-120"],
      ["suspended", "b", "-110", "suspended"],
      ["priced", "c", "suspended", "+100"],
      ["line_extra", "d", "+150", null],
      ["bet", "e", "7.5 at -110", "8.5 at -110"],
      ["line_missing", "f", null, "+200"],
    ])
    expect(kinds(held, undefined)).toEqual([["game_extra", null, "5 lines", null]])
    expect(kinds(undefined, fresh)).toEqual([["game_missing", null, null, "5 lines"]])
  })

  it("says what the book held did not claim to know", () => {
    const fresh = game([line("a", -120), line("b", 100)])
    const claimed = (held: BookGame, isStale = false) =>
      differencesOf(held, fresh, isStale).map(({ outcome, isClaimed }) => [outcome, isClaimed])
    expect(claimed(game([line("a", -110)]))).toEqual([["a", true], ["b", true]])
    expect(claimed(game([line("a", -110, { verified: false })]))).toEqual([["a", false], ["b", true]])
    expect(claimed(game([line("a", -110)], { partial: true }))).toEqual([["a", true], ["b", false]])
    expect(claimed(game([line("a", -110)]), true)).toEqual([["a", false], ["b", false]])
  })
})

describe("a comparison", () => {
  const at = { sportsbook: "fanduel", game: "A vs B", isStale: false }
  const [old, now] = [game([line("ML", -110)]), game([line("ML", -120)])]

  it("takes a difference that ends within the grace for one of the moment", () => {
    const comparison = new Comparison(3_000)
    comparison.compare({ ...at, held: old, fresh: now }, 0)
    comparison.compare({ ...at, held: old, fresh: now }, 2_999)
    expect(comparison.openGames).toEqual([{ sportsbook: "fanduel", game: "A vs B" }])
    comparison.compare({ ...at, held: now, fresh: now }, 3_500)
    expect(comparison.openGames).toEqual([])
    expect(comparison.verdict(false)).toMatchObject({ games: 1, lines: 1, differences: [], races: 1 })
  })

  it("takes one that lasts for real, also when it ends later", () => {
    const comparison = new Comparison(3_000)
    comparison.compare({ ...at, held: old, fresh: now }, 0)
    comparison.compare({ ...at, held: old, fresh: now }, 3_000)
    comparison.compare({ ...at, held: now, fresh: now }, 3_250)
    const { differences, races } = comparison.verdict(false)
    expect(differences.map(({ kind, held, fresh }) => [kind, held, fresh])).toEqual([["price", "-110", "-120"]])
    expect(races).toBe(0)
  })

  it("counts a difference that is younger than the grace at the end as one of the moment", () => {
    const comparison = new Comparison(3_000)
    comparison.compare({ ...at, held: old, fresh: now }, 10_000)
    expect(comparison.verdict(false)).toMatchObject({ differences: [], races: 1 })
  })

  it("takes every difference to a book that stands still for real, but of games that may have moved", () => {
    const comparison = new Comparison(3_000)
    comparison.compare({ ...at, held: old, fresh: now }, 0)
    comparison.compare({ ...at, game: "C vs D", held: old, fresh: now }, 0, true)
    expect(comparison.verdict(true)).toMatchObject({ games: 2, differences: [{ game: "A vs B" }], races: 1 })
  })

  it("keeps apart what was not claimed", () => {
    const comparison = new Comparison(0)
    const held = game([line("ML", -110, { verified: false })])
    comparison.compare({ ...at, held, fresh: now }, 0)
    expect(comparison.verdict(false)).toMatchObject({ differences: [], unclaimed: [{ kind: "price" }] })
  })
})
