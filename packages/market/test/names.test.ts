import {
  type Family,
  familyOf,
  foldMarketName,
  parseAliases,
  participantKey,
  participantKeys,
  UnknownCounts,
} from "@boltodds/market"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { law } from "./laws.ts"

describe("a player's name", () => {
  it.each([
    [["D.J. Moore", "DJ Moore", "d j moore", "D. J. Moore", "Moore, D.J.", "DJ MOORE"], "dj moore"],
    [["Todd Gurley II", "Todd Gurley", "Todd Gurley ii"], "todd gurley"],
    [["Mike Washington Jr.", "Mike Washington", "Washington, Mike", "Mike Washington, Jr."], "mike washington"],
    [["D'Andre Swift", "D\u2019Andre Swift", "DAndre Swift", "D\u2019Andre Swift (CHI)"], "dandre swift"],
    [["Nikola Joki\u0107", "Nikola Jokic", "nikola jokic\u0301"], "nikola jokic"],
    [["Karl-Anthony Towns", "Karl\u2013Anthony Towns", "Karl Anthony  Towns"], "karl anthony towns"],
    [["Martin \u00d8degaard", "Martin Odegaard"], "martin odegaard"],
    [["(CHI)", ".", "", "  "], ""],
  ])("%j is one", (names, key) => {
    expect(names.map(participantKey)).toEqual(names.map(() => key))
  })

  it("never becomes another's by likeness", () => {
    const names = ["Josh Allen", "Joshua Allen", "Josh Allan", "J Allen", "Josh Allen Smith", "Jo Sh Allen"]
    expect(new Set(names.map(participantKey)).size).toBe(names.length)
  })

  it("keeps its suffix where two of one market would be one, and is nobody's where that does not help", () => {
    const keys = participantKeys([
      "Ken Griffey",
      "Ken Griffey Jr.",
      "Ken Griffey",
      "Pete Alonso III",
      "?.",
      "\u00c9mile X",
      "Emile X",
    ])
    expect([...keys]).toEqual([
      ["Ken Griffey", "ken griffey"],
      ["Ken Griffey Jr.", "ken griffey jr"],
      ["Pete Alonso III", "pete alonso"],
      ["?.", "?"],
      ["\u00c9mile X", undefined],
      ["Emile X", undefined],
    ])
  })

  it("keeps its suffix where another sportsbook has both, and is unclear without one there", () => {
    const both = ["Ken Griffey", "Ken Griffey Jr."]
    const keyed = (names: ReadonlyArray<string>, ...others: ReadonlyArray<ReadonlyArray<string>>) => [
      ...participantKeys(names, others).values(),
    ]
    expect(keyed(["Ken Griffey Jr."], both)).toEqual(["ken griffey jr"])
    expect(keyed(["Ken Griffey"], both)).toEqual([undefined])
    expect(keyed(both, ["Ken Griffey Jr."])).toEqual(["ken griffey", "ken griffey jr"])
    expect(keyed(["Ken Griffey Jr."], ["Ken Griffey Sr."])).toEqual(["ken griffey jr"])
    // A sportsbook that leaves the suffix out means the same man.
    expect(keyed(["Todd Gurley II"], ["Todd Gurley"], ["TODD GURLEY"])).toEqual(["todd gurley"])
  })

  it("is not cut: a longer one is nobody's", () => {
    expect(participantKey(`Ja Morant${" ".repeat(100)}Senior`)).toBe("")
    expect(foldMarketName(`Total${" ".repeat(200)}Corners`)).toBe("")
    expect(foldMarketName("\ufdfa".repeat(12))).toBe("")
    expect(participantKey("D\u2019Andre Swift (CHI) ")).toBe("dandre swift")
  })

  it("is total and stays as it is once folded", () => {
    law(fc.string({ unit: "binary", maxLength: 120 }), (name) => {
      expect(typeof participantKey(name)).toBe("string")
      expect(foldMarketName(foldMarketName(name))).toBe(foldMarketName(name))
    })
    law(
      fc.array(fc.constantFrom("Jo", "J.", "O'", "X", "Jr.", "II", "\u00e9", "-", ","), { maxLength: 5 }),
      (parts) => {
        const key = participantKey(parts.join(" "))
        expect(key).toBe(key.toLowerCase().trim())
      },
    )
  })
})

describe("the family of a sport", () => {
  it.each<[string, Family]>([
    ["MLB", "baseball"],
    ["NCAA Baseball", "baseball"],
    ["NBA Summer", "basketball"],
    ["NFL Pre", "football"],
    ["NCAA Hockey", "hockey"],
    ["La Liga", "soccer"],
    ["US Open (M)", "tennis"],
    ["Wimbledon (F)", "tennis"],
    ["French Open (M) Doubles", "tennis"],
    ["Challenger San Marino", "tennis"],
    ["WTA Monterray", "tennis"],
    ["UEFA Champions League", "soccer"],
    ["Copa Am\u00e9rica", "soccer"],
    ["2. Bundesliga", "soccer"],
    ["J. League", "soccer"],
    ["Saudi Pro League", "soccer"],
    ["ATP", "tennis"],
    ["WTA", "tennis"],
    ["Wimbledon", "tennis"],
    ["UFC", "combat"],
    ["CS2", "esports"],
    ["Dota 2", "esports"],
    // Golf has one as well.
    ["US Open", "other"],
    ["Challengers", "other"],
    ["", "other"],
  ])("%j is %s", (sport, family) => {
    expect(familyOf(sport)).toBe(family)
  })
})

describe("aliases of a file", () => {
  it("are taken where every member is right", () => {
    const json = {
      markets: [{ market: "Handicap Betting", sport: "EPL", kind: "spread" }],
      people: { "H. Brown": "M. Brown" },
    }
    expect(parseAliases(json)).toEqual({ _tag: "Aliases", aliases: json })
    expect(parseAliases({})).toEqual({ _tag: "Aliases", aliases: { markets: [], people: {} } })
  })

  it("are refused with every problem", () => {
    const problems = (json: unknown) => {
      const reading = parseAliases(json)
      return reading._tag === "Invalid" ? reading.problems : []
    }
    expect(problems([])).toEqual(["expected an object; got []"])
    expect(problems({ market: [] })).toEqual([`market: no such member. Did you mean "markets"?`])
    expect(problems({ markets: {}, people: [] })).toEqual([
      "markets: expected a list; got {}",
      "people: expected an object; got []",
    ])
    expect(problems({ markets: [1, {}, { market: "X", kind: "spreads", period: "half", sprot: "NFL" }] })).toEqual([
      "markets[0]: expected an object; got 1",
      "markets[1].market: expected a text; got undefined",
      "markets[1]: says nothing of the market; give at least one of period, kind, scope, stat",
      `markets[2].sprot: no such member. Did you mean "sport"?`,
      "markets[2].kind: expected one of moneyline, moneyline_3way, draw_no_bet, double_chance, spread, spread_3way, " +
      `total, yes_no, odd_even, first, other; got "spreads". Did you mean "spread"?`,
      `markets[2].period: expected a period such as game, h1, q2, f5; got "half"`,
    ])
    expect(problems({ people: { A: 1, B: "." } })).toEqual([
      `people["A"]: expected a name; got 1`,
      `people["B"]: expected a name; got "."`,
    ])
  })

  it("are refused where two say one name, or the tables do not have a stat", () => {
    const problems = (json: unknown) => {
      const reading = parseAliases(json)
      return reading._tag === "Invalid" ? reading.problems : []
    }
    expect(problems({ people: { "Mike Brown Jr.": "A", "MIKE BROWN JR": "B", "Mike Brown": "C" } })).toEqual([
      `people["MIKE BROWN JR"]: the same name as people["Mike Brown Jr."]; keep one`,
    ])
    expect(problems({
      markets: [
        { market: "Halves", kind: "spread", sport: "NFL" },
        { market: "halves ", kind: "total", sport: "nfl" },
        { market: "Halves", kind: "total" },
      ],
    })).toEqual(["markets[1]: the same name as markets[0]; keep one"])
    expect(
      problems({
        markets: [{ market: "X", kind: "total", stat: "zebras" }, { market: "Y", kind: "moneyline", stat: "runs" }],
      }),
    )
      .toEqual([
        `markets[0].stat: expected a stat such as points, goals, passing yards; got "zebras"`,
        "markets[1].stat: kind moneyline has no stat; remove it",
      ])
    expect(
      problems({ markets: [{ market: "X", kind: "other", stat: "zebras" }, { market: "Y", stat: "first_touchdown" }] }),
    ).toEqual([])
  })

  it("are read without throwing, whatever the JSON", () => {
    law(fc.oneof(fc.jsonValue(), fc.record({ markets: fc.array(fc.jsonValue()), people: fc.jsonValue() })), (json) => {
      expect(["Aliases", "Invalid"]).toContain(parseAliases(json)._tag)
    })
  })
})

describe("unknown lines", () => {
  it("are counted by sportsbook, sport, market and reason", () => {
    const counts = new UnknownCounts()
    counts.add("fanduel", "MLB", { market: "Zebras", reason: "market" })
    counts.add("fanduel", "MLB", { market: "Zebras", reason: "market" })
    counts.add("fanduel", "MLB", { market: null, reason: "market" })
    counts.add("fanduel", "MLB", { market: "Aces", reason: "market" })
    expect(counts.total).toBe(4)
    expect(counts.top(2)).toEqual([
      { sportsbook: "fanduel", sport: "MLB", market: "Zebras", reason: "market", count: 2 },
      { sportsbook: "fanduel", sport: "MLB", market: "Aces", reason: "market", count: 1 },
    ])
  })

  it("keep no long names", () => {
    const counts = new UnknownCounts()
    counts.add("a", "b", { market: "x".repeat(100_000), reason: "market" })
    expect(counts.top()[0]!.market).toBe(`${"x".repeat(200)}…`)
  })

  it("are bounded", () => {
    const counts = new UnknownCounts({ bound: 2 })
    for (let index = 0; index < 10; index++) counts.add("a", "b", { market: String(index % 5), reason: "line" })
    expect([counts.total, counts.beyond, counts.top().length]).toEqual([10, 6, 2])
  })
})
