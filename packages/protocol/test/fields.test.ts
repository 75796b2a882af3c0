import { describe, expect, it } from "vitest"
import {
  americanOdds,
  deriveLine,
  isSuspended,
  matchFilters,
  normalizeFilters,
  parseGameKey,
  parseLine,
  parseLineSplit,
  parseOdds,
  parseSide,
  parseStartsAt,
  subscribeMessage,
  targetKind,
} from "../src/index.ts"

describe("odds", () => {
  const priced: ReadonlyArray<readonly [unknown, number]> = [
    ["-110", -110],
    ["+100", 100],
    ["100", 100],
    ["-99900", -99900],
    [" +105 ", 105],
    ["\u2212110", -110],
    ["\uFF0B120", 120],
    ["\uFF0D\uFF11\uFF11\uFF10", -110],
    ["\u2011110", -110],
    ["\u2010110", -110],
    ["\u2015110", -110],
    ["\uFE63110", -110],
    ["\u200B-110", -110],
    ["-110\u00A0", -110],
    ["EVEN", 100],
    ["even", 100],
    ["EV", 100],
    ["Evens", 100],
    [" evs ", 100],
    ["-110.0", -110],
    ["+110.5", 110.5],
    [-110, -110],
    [150, 150],
    [-110.5, -110.5],
  ]
  for (const [raw, odds] of priced) {
    it(`${JSON.stringify(raw)} is ${odds}`, () => {
      expect(parseOdds(raw)).toEqual({ _tag: "Priced", odds })
      expect(americanOdds(raw)).toBe(odds)
    })
  }
  for (const raw of [null, "", " ", "None", "none", "NULL", " None\n"]) {
    it(`${JSON.stringify(raw)} is suspended`, () => {
      expect(parseOdds(raw)).toEqual({ _tag: "Suspended" })
      expect(isSuspended(raw)).toBe(true)
      expect(americanOdds(raw)).toBe(NaN)
    })
  }
  const unreadable = [
    "0",
    "+0",
    "-99",
    "99.9",
    "1.91",
    "151.00",
    "110.5",
    "abc",
    "-",
    "+-110",
    "--110",
    "-1 10",
    "+ 110",
    "+1,200",
    "PK",
    "-110½",
    "-11²",
    "+1\u0966\u0966",
    "\u202E011-",
    "4/5",
    "OFF",
    "1e3",
    "0x64",
    "-0110",
    "-110,5",
    "10000000",
    "-110 -120",
    "NaN",
    "Infinity",
    "١٠٠",
    0,
    99,
    -99.9,
    1.91,
    110.5,
    1e7,
    NaN,
    Infinity,
    true,
    undefined,
    {},
    [],
    [-110],
    "-110\u0000",
  ]
  for (const raw of unreadable) {
    it(`${typeof raw === "number" ? raw : JSON.stringify(raw)} is never a price`, () => {
      expect(parseOdds(raw)._tag).toBe("Unreadable")
      expect(americanOdds(raw)).toBe(NaN)
      expect(isSuspended(raw)).toBe(false)
    })
  }
})

describe("lines", () => {
  const lines: ReadonlyArray<readonly [unknown, number | null]> = [
    ["1.5", 1.5],
    ["-1.5", -1.5],
    ["+3", 3],
    ["6.0", 6],
    ["6.", 6],
    [".5", 0.5],
    [6, 6],
    ["-3,5", -3.5],
    ["2,25", 2.25],
    ["\u22121.5", -1.5],
    [-0, 0],
    ["-0", 0],
    ["1,000", null],
    ["4,250.5", null],
    ["0.5,1.0", 0.75],
    ["1.5.5", null],
    ["pick", 0],
    ["PK", 0],
    ["Pick'em", 0],
    ["pick\u2019em", 0],
    ["pick em", 0],
    ["pickem", 0],
    ["EVEN", null],
    ["EV", null],
    ["½", 0.5],
    ["-½", -0.5],
    ["8½", 8.5],
    ["8 ½", 8.5],
    ["+1¼", 1.25],
    ["-3¾", -3.75],
    ["8 1/2", 8.5],
    ["8-1/2", 8.5],
    ["-8 3/4", -8.75],
    ["8 1\u20442", 8.5],
    ["1\u20442", 0.5],
    ["81\u20442", null],
    ["8⅓", null],
    ["8²", null],
    ["①", null],
    ["1/2", null],
    ["3/4", null],
    ["8 3/2", null],
    ["2.5/3", 2.75],
    ["2.5 / 3", 2.75],
    ["2½/3", 2.75],
    ["2,5/3", 2.75],
    ["2.5, 3", 2.75],
    ["2,5, 3", 2.75],
    ["2.5,3", 2.75],
    ["3/2.5", 2.75],
    ["0/0.5", 0.25],
    ["0,0.5", 0.25],
    ["0,-0.5", -0.25],
    ["0, -0.5", -0.25],
    ["-0.5/-1", -0.75],
    ["-0.5/1", -0.75],
    ["-0.5/0", -0.25],
    ["+0.5/+1", 0.75],
    ["10/10.5", 10.25],
    ["-0/0.5", null],
    ["-1/0.5", -0.75],
    ["2/3", null],
    ["2.5/2.5", null],
    ["2.25/2.75", null],
    ["2.5/3/3.5", null],
    ["2, 5", null],
    ["2.5-3.0", null],
    ["1,000.5", null],
    ["250,250.5", null],
    ["1 000,5", null],
    ["3.5 pts", null],
    ["o8.5", null],
    ["25+", null],
    ["\uFF11\uFF0E\uFF15", 1.5],
    ["\uFF0D\uFF13", -3],
    ["\u20113.5", -3.5],
    ["\u20143.5", -3.5],
    ["3.5\u00A0", 3.5],
    ["\u200B3.5", 3.5],
    ["1\u0660", null],
    ["9".repeat(100_000), null],
    ["", null],
    [null, null],
    [undefined, null],
    [NaN, null],
    [1e8, null],
    ["1e3", null],
    [true, null],
    [["1.5"], null],
  ]
  for (const [raw, line] of lines) {
    const shown = Object.is(raw, -0) ? "-0" : JSON.stringify(raw)?.slice(0, 40)
    it(`${shown} is ${line}`, () => expect(parseLine(raw)).toBe(line))
  }

  it("split in two are both, in the order sent", () => {
    const rows: ReadonlyArray<readonly [unknown, readonly [number, number] | null]> = [
      ["2.5/3", [2.5, 3]],
      ["3, 2.5", [3, 2.5]],
      ["-0.5/1", [-0.5, -1]],
      ["0/-0.5", [0, -0.5]],
      ["2,5", null],
      ["2.75", null],
      [2.75, null],
      [null, null],
    ]
    for (const [raw, split] of rows) expect(parseLineSplit(raw)).toEqual(split)
  })

  it("are no pick'em where there is a side", () => {
    expect([parseLine("PK", "over"), parseLine("0", "over")]).toEqual([null, 0])
  })
})

describe("a line sent without one is derived from a key only where the key says it plainly", () => {
  type Row = readonly [key: string, market: string | null, target: string | null, line: number | null]
  const teams = ["Philadelphia Phillies", "New York Mets"]
  const rows: ReadonlyArray<Row> = [
    ["New York Mets 1.5 Spread", "Spread", "New York Mets", 1.5],
    ["New York Mets -3,5 Spread", "Spread", "New York Mets", -3.5],
    ["Philadelphia 76ers 1.5 Spread", "Spread", "Philadelphia 76ers", 1.5],
    ["Philadelphia 76ers Spread", "Spread", "Philadelphia 76ers", null],
    ["Philadelphia 76ers 1.5 Spread", "Spread", "Philadelphia", null],
    ["Team 1 1.5 Spread", "Spread", "Team", null],
    ["Team 11.5 Spread", "Spread", "Team 1", null],
    ["New York Mets 1.5 Spread", "Spread", null, 1.5],
    ["Boston Red Sox 1.5 Spread", "Spread", null, null],
    ["Boston Red Sox 1.5 Spread", "Spread", "New York Mets", null],
    ["Chicago Bears -3.5 Alternate Spread", "Alternate Spread", "Chicago Bears", -3.5],
    ["Chicago Bears 0.5 1st Half Spread", "1st Half Spread", "Chicago Bears", 0.5],
    ["Chicago Bears 1st Half Spread", "1st Half Spread", "Chicago Bears", null],
    ["Chicago Bears 1.5", "Spread", "Chicago Bears", 1.5],
    ["Chicago Bears 1.3 Spread", "Spread", "Chicago Bears", null],
    ["O 49.5 Total Points", "Total Points", null, 49.5],
    ["U 49.5 Total Points", "Total Points", null, 49.5],
    ["Over 4.5 1st 5 Innings Total", "1st 5 Innings Total", null, 4.5],
    ["49.5 Total Points", "Total Points", null, null],
    ["O 49.5 Total Points", "Total", null, null],
    ["O -49.5 Total Points", "Total Points", null, null],
    ["O49.5 Total", "Total", null, null],
    ["Philadelphia Phillies O 8.5", "Total", null, 8.5],
    ["Boston Red Sox O 8.5", "Total", null, null],
    ["Chicago Bears O 24.5 Team Total", "Team Total", "Chicago Bears", 24.5],
    ["O 24.5 Team Total", "Team Total", "Chicago Bears", null],
    ["3 Exact Total Goals", "Exact Total Goals", "3", null],
    ["Odd Total Points Odd/Even", "Total Points Odd/Even", "Odd", null],
    ["Chicago Bears 1.5 Spread / Total", "Spread / Total", "Chicago Bears", null],
    ["Chicago Bears 1.5 Asian Handicap", "Asian Handicap", "Chicago Bears", null],
    ["LeBron James O 25.5 Points", "Points", "LeBron James", null],
    ["Chicago Bears Moneyline", "Moneyline", "Chicago Bears", null],
    ["Chicago Bears 1½ Spread", "Spread", "Chicago Bears", 1.5],
    ["Chicago Bears PK Spread", "Spread", "Chicago Bears", null],
    ["O 2.5/3 Total Points", "Total Points", null, null],
    ["New York Mets 1.5 Spread", null, "New York Mets", null],
    ["", "Spread", "", null],
  ]
  for (const [key, market, target, line] of rows) {
    it(`${JSON.stringify(key)} in ${market} of ${target} gives ${line}`, () => {
      expect(deriveLine(key, market, target, teams)).toBe(line)
    })
  }
  it("knows no team that is not given", () => {
    expect(deriveLine("Philadelphia Phillies O 8.5", "Total", null)).toBe(null)
    expect(deriveLine("Miami Heat 1.5 Spread", "Spread", null, ["Miami", "Miami Heat"])).toBe(1.5)
  })
})

describe("sides and targets", () => {
  it("O, U, Over, Under in any case are sides; nothing else is", () => {
    for (const raw of ["O", "Over", "over", " OVER ", "Ov", "\uFF2F", "over\u00A0"]) expect(parseSide(raw)).toBe("over")
    for (const raw of ["U", "Under", "under", "u", "UN"]) expect(parseSide(raw)).toBe("under")
    for (const raw of [null, undefined, "", "Yes", 1, {}, "Overtime", "Ü", "ove", "+", "O/U", "Over 8.5", true]) {
      expect(parseSide(raw)).toBe(null)
    }
  })
  it("a target is a team of the game, the draw, or something else", () => {
    const of = (target: string | null) => targetKind(target, "Springfield Comets", "Shelbyville Hounds")
    expect([of("Springfield Comets"), of("shelbyville hounds "), of("Draw"), of("Tie"), of("Homer")]).toEqual(
      ["home", "away", "draw", "draw", "other"],
    )
    expect([of(null), of("")]).toEqual([null, null])
    expect(targetKind("Draw", null, null)).toBe("draw")
  })
  it("a target is compared in one Unicode form, with white space folded", () => {
    const home = "Atl\u00e9tico Madrid"
    for (
      const target of [
        "Atle\u0301tico Madrid",
        "Atl\u00e9tico  Madrid",
        "Atl\u00e9tico\u00a0Madrid",
        "ATL\u00c9TICO MADRID",
        "\u200bAtl\u00e9tico\tMadrid ",
        "\uFF21tl\u00e9tico Madrid",
      ]
    ) expect(targetKind(target, home, "Betis"), target).toBe("home")
    expect(targetKind("Atletico Madrid", home, "Betis")).toBe("other")
    expect(targetKind("O\u2019Higgins", "Betis", "O'Higgins")).toBe("away")
    expect(targetKind("Al\u2011Hilal", "Betis", "Al-Hilal")).toBe("away")
    // The other way round, and nothing that both are.
    expect(targetKind(home, "Betis", "Atle\u0301tico  Madrid")).toBe("away")
    expect(targetKind(home, home, "Atle\u0301tico Madrid")).toBe("home")
    expect(targetKind("ATL\u00c9TICO MADRID", home, "Atle\u0301tico Madrid")).toBe("other")
    expect(targetKind("Betis", "Betis", "Betis")).toBe("other")
  })
})

describe("starting times are US Eastern", () => {
  const eastern = new Intl.DateTimeFormat("en-US", {
    timeZone: "America/New_York",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  })
  const written = (utc: number): string => {
    const part = Object.fromEntries(eastern.formatToParts(utc).map(({ type, value }) => [type, value]))
    const hour = Number(part["hour"])
    const hour12 = String(hour % 12 === 0 ? 12 : hour % 12).padStart(2, "0")
    return `${part["year"]}-${part["month"]}-${part["day"]}, ${hour12}:${part["minute"]} ${hour < 12 ? "AM" : "PM"}`
  }

  it("agrees with the time zone database on every day from 2007 to 2100, at all hours around the changes", () => {
    let checked = 0
    for (let utc = Date.UTC(2007, 0, 1, 5); utc < Date.UTC(2101, 0, 1, 5); utc += 86_400_000) {
      const day = new Date(utc)
      const nearChange = day.getUTCDay() === 0 && [2, 10].includes(day.getUTCMonth()) && day.getUTCDate() <= 14
      for (let minutes = 0; minutes < 1440; minutes += nearChange ? 30 : 719) {
        const instant = utc + minutes * 60_000
        const text = written(instant)
        // The second of the two hours at the end of daylight time reads like the first.
        const wanted = written(instant - 3_600_000) === text ? instant - 3_600_000 : instant
        if (parseStartsAt(text) !== new Date(wanted).toISOString()) {
          expect([text, parseStartsAt(text)]).toEqual([text, new Date(wanted).toISOString()])
        }
        checked++
      }
    }
    expect(checked).toBeGreaterThan(100_000)
  }, 60_000)

  const rows: ReadonlyArray<readonly [unknown, string | null]> = [
    ["2025-07-23, 01:09 PM", "2025-07-23T17:09:00.000Z"],
    ["2025-12-25, 12:00 AM", "2025-12-25T05:00:00.000Z"],
    ["2025-12-25, 12:30 PM", "2025-12-25T17:30:00.000Z"],
    ["2025-12-31, 11:59 PM", "2026-01-01T04:59:00.000Z"],
    ["2025-12-25, 1:05 pm", "2025-12-25T18:05:00.000Z"],
    ["2024-02-29, 07:00 PM", "2024-03-01T00:00:00.000Z"],
    // March 8, 2026: 2:30 does not exist, the clock shows 3:30 then.
    ["2026-03-08, 01:59 AM", "2026-03-08T06:59:00.000Z"],
    ["2026-03-08, 02:30 AM", "2026-03-08T07:30:00.000Z"],
    ["2026-03-08, 03:00 AM", "2026-03-08T07:00:00.000Z"],
    // November 1, 2026: 1:30 happens twice.
    ["2026-11-01, 01:30 AM", "2026-11-01T05:30:00.000Z"],
    ["2026-11-01, 02:00 AM", "2026-11-01T07:00:00.000Z"],
    ["2025-02-29, 07:00 PM", null],
    ["2025-13-01, 07:00 PM", null],
    ["2025-04-31, 07:00 PM", null],
    ["2025-04-00, 07:00 PM", null],
    ["2025-04-01, 00:10 AM", null],
    ["2025-04-01, 13:10 PM", null],
    ["2025-04-01, 07:60 PM", null],
    ["1999-04-01, 07:00 PM", null],
    ["0050-04-01, 07:00 PM", null],
    ["2025-04-01T07:00:00Z", "2025-04-01T07:00:00.000Z"],
    ["2025-04-01", null],
    ["", null],
    [null, null],
    [1753290540, "2025-07-23T17:09:00.000Z"],
  ]
  for (const [raw, at] of rows) {
    it(`${JSON.stringify(raw)} is ${at}`, () => {
      expect(parseStartsAt(raw)).toBe(at)
      expect(parseStartsAt(raw)).toBe(at)
    })
  }
})

describe("game keys", () => {
  it("are taken apart for display, in both forms", () => {
    expect(parseGameKey("A vs B, 2026-05-14, 01")).toEqual({
      raw: "A vs B, 2026-05-14, 01",
      home: "A",
      away: "B",
      day: "2026-05-14",
      suffix: "01",
    })
    expect(parseGameKey("St. Louis vs B, C, 2026-07-16, 1e1f1b8dc2ec")).toMatchObject({
      home: "St. Louis",
      away: "B, C",
      suffix: "1e1f1b8dc2ec",
    })
    expect(parseGameKey("A vs B, 2026-05-14").suffix).toBe(null)
  })
  it("that read otherwise stay whole", () => {
    for (const raw of ["", "UFC 300", "A vs B", "A @ B, 2026-05-14, 01"]) {
      expect(parseGameKey(raw)).toEqual({ raw, home: null, away: null, day: null, suffix: null })
    }
  })
})

describe("filters", () => {
  it("an empty list cannot be sent: it would mean nothing, and only pings would come", () => {
    expect(subscribeMessage({ sports: [], sportsbooks: ["fanduel", "fanduel"], games: [], markets: [] })).toBe(
      '{"action":"subscribe","filters":{"sportsbooks":["fanduel"]}}',
    )
    expect(subscribeMessage({})).toBe('{"action":"subscribe","filters":{}}')
    expect(normalizeFilters({ markets: ["b", "a", "b"], sports: ["x"] })).toEqual({
      sports: ["x"],
      markets: ["b", "a"],
    })
  })
  it("match exactly; a filter left out matches all", () => {
    const match = matchFilters({ sports: ["MLB"], markets: ["Spread"], games: [] })
    expect(match.game("MLB", "any", "any")).toBe(true)
    expect(match.game("mlb", "any", "any")).toBe(false)
    expect(match.book("any")).toBe(true)
    expect([match.market("Spread"), match.market("spread"), match.market(null)]).toEqual([true, false, true])
    expect([match.hasMarkets, matchFilters({}).hasMarkets]).toEqual([true, false])
  })
  it("match names in one Unicode form, with white space folded", () => {
    const match = matchFilters({ sports: ["Atle\u0301tico  Cup"], markets: ["1st Half Spread"] })
    expect([match.game("Atl\u00e9tico Cup", "any", "any"), match.game("Atletico Cup", "any", "any")])
      .toEqual([true, false])
    expect([match.market("1st  Half\u00a0Spread "), match.market("1st half Spread")]).toEqual([true, false])
  })
})
