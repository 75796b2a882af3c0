import { type Closing, ClosingTable } from "@boltodds/signals"
import { describe, expect, it } from "vitest"

const pair = "e1|game|total|game||runs"
const decimalOf = (odds: number): number => odds > 0 ? 1 + odds / 100 : 1 - 100 / odds

/** A closing, of the total unless it says another. */
const closing = (sportsbook: string, key: string, odds: number | null, more: object = {}): Closing =>
  ({
    closing: odds === null ? "missing" : "captured",
    key,
    sportsbook,
    odds,
    decimal: odds === null ? null : decimalOf(odds),
    net: odds === null ? null : decimalOf(odds),
    outcomes: 2,
    winners: 1,
    push: false,
    main: true,
    start_moved: false,
    warnings: [],
    ...odds === null ? { reason: "suspended" } : {},
    ...more,
  }) as unknown as Closing

const both = (sportsbook: string, line: number, over: number | null, under: number, more: object = {}) => [
  closing(sportsbook, `${pair}|${line}|over`, over, more),
  closing(sportsbook, `${pair}|${line}|under`, under, more),
]

const tableOf = (records: ReadonlyArray<Closing>, options = {}): ClosingTable => {
  const table = new ClosingTable(options)
  for (const record of records) table.take(record)
  return table
}

const over = { key: `${pair}|8.5|over`, decimal: 2.1 }

describe("the closing line value of a bet", () => {
  const three = [
    ...both("caesars", 8.5, -110, -110),
    ...both("draftkings", 8.5, -105, -115),
    ...both("fanduel", 8.5, -115, -105),
  ]

  it("is by the price at its own sportsbook, and by the fair probability of the reference", () => {
    expect(tableOf(three).compare({ ...over, sportsbook: "DraftKings" })).toEqual({
      clv: "compared",
      close: -105,
      close_decimal: decimalOf(-105),
      close_sportsbook: "draftkings",
      price_clv: 2.1 / decimalOf(-105) - 1,
      fair: expect.closeTo(0.5, 12) as number,
      reference: "consensus",
      families: 3,
      fair_clv: expect.closeTo(0.05, 12) as number,
      close_line: 8.5,
      line_clv: 0,
      push: false,
      start_moved: false,
    })
  })

  it("is by the best closing price where the bet names no sportsbook", () => {
    expect(tableOf(three).compare(over)).toMatchObject({ close: -105, close_sportsbook: "draftkings" })
  })

  it("takes the margin out by the method, of a reference that is named", () => {
    const skewed = both("draftkings", 8.5, -250, 210)
    const fairOf = (method: "power" | "multiplicative") =>
      tableOf(skewed, { method, reference: ["draftkings"] }).compare(over).fair
    expect([fairOf("multiplicative"), fairOf("power")].map((p) => p!.toFixed(4))).toEqual(["0.6889", "0.6994"])
  })

  it("says why a price is missing, and still has the fair probability", () => {
    const records = [...three, closing("betmgm", over.key, null)]
    expect(tableOf(records).compare({ ...over, sportsbook: "betmgm" })).toMatchObject({
      clv: "compared",
      close: null,
      price_clv: null,
      reason: "suspended",
      fair: expect.closeTo(0.5, 12) as number,
    })
    expect(tableOf(records).compare({ ...over, sportsbook: "kalshi" })).toMatchObject({ reason: "not_found" })
  })

  it("is in points where the market closed at another line", () => {
    const other = tableOf(["caesars", "draftkings", "fanduel"].flatMap((name) => both(name, 9, -110, -110)))
    expect(other.compare(over)).toMatchObject({ clv: "incomparable", reason: "line", close_line: 9, line_clv: 0.5 })
    expect(other.compare({ ...over, key: `${pair}|8.5|under` })).toMatchObject({ line_clv: -0.5 })
    const spread = "e1|game|spread|game||runs"
    const records = ["home", "away"].map((side) => closing("caesars", `${spread}|-1.5|${side}`, -110))
    expect(tableOf(records).compare({ key: `${spread}|-2.5|away`, decimal: 1.9 })).toMatchObject({
      close_line: 1.5,
      line_clv: 1,
    })
  })

  it("has no fair probability of a pair that is torn, dominated, or lacks a side", () => {
    const fairOf = (records: ReadonlyArray<Closing>) =>
      tableOf(records, { reference: ["caesars"] }).compare(over).reference
    expect(fairOf(both("caesars", 8.5, -110, -110))).toBe("caesars")
    expect(fairOf(both("caesars", 8.5, 150, -110))).toBeNull()
    expect(fairOf(both("caesars", 8.5, -110, -110, { warnings: ["dominated"] }))).toBeNull()
    expect(fairOf(both("caesars", 8.5, null, -110))).toBeNull()
    expect(fairOf([closing("caesars", over.key, -110)])).toBeNull()
    expect(fairOf(both("caesars", 8.5, -110, -110, { outcomes: 3 }))).toBeNull()
  })

  it("is by the newest closing, and by none that was withdrawn", () => {
    const table = tableOf(three)
    table.take(closing("caesars", over.key, 120))
    expect(table.compare({ ...over, sportsbook: "caesars" }).close).toBe(120)
    table.take(closing("caesars", over.key, null, { closing: "withdrawn", reason: "start_moved" }))
    expect(table.compare({ ...over, sportsbook: "caesars" })).toMatchObject({ close: null, reason: "not_found" })
  })

  it("finds the sides of a key with a bar in a name", () => {
    const key = String.raw`e\|1|game|total|player|a \\ b|points|8.5`
    const records = ["over", "under"].map((side) => closing("caesars", `${key}|${side}`, -110))
    expect(tableOf(records, { reference: ["caesars"] }).compare({ key: `${key}|over`, decimal: 2 }).fair).toBeCloseTo(
      0.5,
    )
  })
})
