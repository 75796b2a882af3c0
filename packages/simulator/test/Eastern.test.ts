import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { easternOf, millisOf, nextDay } from "../src/world/Eastern.ts"

const format = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
})

const byIntl = (millis: number): ReturnType<typeof easternOf> => {
  const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type)!
  const date = `${part("year")}-${part("month")}-${part("day")}`
  return { date, minute: Number(part("hour")) * 60 + Number(part("minute")) }
}

const hour = 3_600_000
const times = fc.integer({ min: Date.UTC(2007, 0, 1), max: Date.UTC(2100, 0, 1) })

describe("the clock in New York", () => {
  it("shows what the time zone database says, from 2007", () => {
    fc.assert(fc.property(times, (millis) => void expect(easternOf(millis)).toEqual(byIntl(millis))))
  })

  it("changes at 2:00 on the second Sunday in March and on the first one in November", () => {
    for (let year = 2007; year < 2100; year++) {
      for (const [month, first, last] of [[2, 8, 14], [10, 1, 7]] as const) {
        for (let millis = Date.UTC(year, month, first); millis < Date.UTC(year, month, last + 2); millis += hour) {
          expect([easternOf(millis - 1), easternOf(millis)]).toEqual([byIntl(millis - 1), byIntl(millis)])
        }
      }
    }
  })

  it("is read back, in the hour that happens twice as the first", () => {
    fc.assert(fc.property(times, (millis) => {
      const whole = millis - millis % 60_000
      expect([whole, whole - hour]).toContain(millisOf(easternOf(whole)))
    }))
    expect(millisOf({ date: "2026-11-01", minute: 90 })).toBe(Date.UTC(2026, 10, 1, 5, 30))
    expect(millisOf({ date: "2026-03-08", minute: 150 })).toBe(Date.UTC(2026, 2, 8, 7, 30))
    expect(nextDay("2026-12-31")).toBe("2027-01-01")
  })
})
