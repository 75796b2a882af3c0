import { countText, formatMillis, parseBytes, parseMillis } from "@boltodds/text"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

describe("a duration", () => {
  it("is the sum of numbers with units", () => {
    expect(["30s", "500ms", "1h30m", "1m30s", "1.5s", "7d", "0s", "1.1s", "0.4ms"].map(parseMillis)).toEqual(
      [30_000, 500, 5_400_000, 90_000, 1500, 604_800_000, 0, 1100, 0],
    )
  })

  it("is no other text", () => {
    const others = ["30", "", "s", "5 s", "-5s", "1h 30m", "5seconds", "1e3s", "5S", "٣s", " 5s", `${"9".repeat(400)}d`]
    expect(others.map(parseMillis)).toEqual(others.map(() => undefined))
  })

  it("is written as it is read", () => {
    fc.assert(fc.property(fc.nat(10_000_000_000), (millis) => {
      expect(parseMillis(formatMillis(millis))).toBe(millis)
    }))
    expect([0, -1, 0.4, 90_061_001].map(formatMillis)).toEqual(["0ms", "0ms", "0ms", "1d1h1m1s1ms"])
  })
})

describe("a size", () => {
  it("is a number with a unit", () => {
    expect(["16MiB", "1.5 kB", "256KiB", "1GB", "7B", "2TiB", "0B"].map(parseBytes)).toEqual(
      [16_777_216, 1500, 262_144, 1e9, 7, 2 ** 41, 0],
    )
    expect(["16", "MiB", "16mib", "-1B", "", "99999999TiB", "1  B"].map(parseBytes)).toEqual(Array(7).fill(undefined))
  })
})

describe("a count", () => {
  it("has commas between groups of three digits", () => {
    const counts = [0, 7, 999, 1000, 65_536, 1_234_567, -1000, -999]
    expect(counts.map(countText)).toEqual(["0", "7", "999", "1,000", "65,536", "1,234,567", "-1,000", "-999"])
  })
})
