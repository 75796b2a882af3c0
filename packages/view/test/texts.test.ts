/** How prices, names, times and histories are written. */
import {
  Clock,
  cutText,
  fairText,
  lineText,
  priceText,
  shortName,
  sparkline,
  sportsbookCodes,
  startText,
} from "@boltodds/view"
import { describe, expect, it } from "vitest"

describe("a price", () => {
  it.each(
    [
      [150, "american", "+150"],
      [-110, "american", "-110"],
      [-100, "american", "+100"],
      [150, "decimal", "2.50"],
      [-2000, "decimal", "1.050"],
      [-110, "probability", "52.4%"],
      [50, "american", "?"],
    ] as const,
  )("%d is written, as %s, %s", (odds, format, text) => {
    expect(priceText(odds, format)).toBe(text)
  })

  it("that is fair is written in the same form", () => {
    expect([fairText(0.5, "american"), fairText(0.4, "decimal"), fairText(0.6, "probability")])
      .toEqual(["+100", "2.50", "60.0%"])
    expect(fairText(0, "american")).toBe("?")
  })

  it("has a line with a sign where sides have opposite ones", () => {
    expect([lineText(1.5, true), lineText(-1.5, true), lineText(8.5, false)]).toEqual(["+1.5", "-1.5", "8.5"])
  })
})

describe("a name", () => {
  it.each([
    ["Philadelphia Phillies", 30, "Philadelphia Phillies"],
    ["Philadelphia Phillies", 14, "P. Phillies"],
    ["Toronto Maple Leafs", 12, "T.M. Leafs"],
    ["San Francisco Giants", 12, "S.F. Giants"],
    ["Brighton & Hove Albion", 13, "B.H. Albion"],
    ["Krzyzewskiville", 8, "Krzyzew…"],
    ["Borussia Moenchengladbach", 10, "Borussia …"],
    ["", 5, ""],
  ])("%s in %d columns is %s", (name, columns, text) => {
    expect(shortName(name, columns)).toBe(text)
  })

  it("is measured in columns, not in characters", () => {
    expect(cutText("巨人队伍", 5, (text) => [...text].length * 2)).toBe("巨人…")
  })

  it("of a sportsbook has a code that no other has, in any order", () => {
    const names = ["draftkings", "consensus", "betwhale", "betway", "betwonder", "fanduel"]
    const codes = sportsbookCodes(names)
    expect(new Set(codes.values()).size).toBe(names.length)
    expect(sportsbookCodes(names.toReversed())).toEqual(codes)
    expect([codes.get("draftkings"), codes.get("betway"), codes.get("betwhale")]).toEqual(["DK", "BET", "BET2"])
  })
})

describe("a start", () => {
  const clock = new Clock("America/New_York")
  const now = Date.UTC(2026, 6, 16, 22, 5)
  it.each([
    [now + 7_200_000, true, { time: "20:05", day: null, relative: "in 2h" }],
    [now + 86_400_000, true, { time: "18:05", day: "Fri 17", relative: "in 1d" }],
    [now - 60_000, true, { time: "18:04", day: null, relative: "LIVE" }],
    [now - 60_000, false, { time: "18:04", day: null, relative: "started" }],
    [null, true, { time: "--:--", day: null, relative: "" }],
  ])("%#: says when, and the day where it is not today", (at, isPriced, text) => {
    expect(startText(at, now, clock, isPriced)).toEqual(text)
  })
})

describe("a sparkline", () => {
  const spark = (points: ReadonlyArray<readonly [number, number | null]>, columns = 8): ReadonlyArray<number | null> =>
    sparkline(points.map(([at, p]) => ({ at, p })), { now: 80, spanMillis: 80, columns })

  it("makes no cliff of a small step: its height is at least four percentage points", () => {
    expect(spark([[0, 0.5], [40, 0.501]])).toEqual([3, 3, 3, 3, 4, 4, 4, 4])
    expect(spark([[0, 0.4], [40, 0.6]])).toEqual([0, 0, 0, 0, 7, 7, 7, 7])
  })

  it("is broken while no price was live, and before the first", () => {
    expect(spark([[20, 0.5], [40, null], [60, 0.5]])).toEqual([null, null, 3, 3, null, null, 3, 3])
    expect(spark([])).toEqual(Array.from({ length: 8 }, () => null))
  })
})
