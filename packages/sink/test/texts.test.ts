import { ByteSize, DurationText, formatDuration, parseBytes, parseDuration, PositiveDuration } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

describe("a duration", () => {
  it("is numbers with units", () => {
    const millis = (text: string) => {
      const duration = parseDuration(text)
      return duration === undefined ? undefined : Duration.toMillis(duration)
    }
    expect(["30s", "500ms", "1h30m", "1.5s", "2d", "0s"].map(millis)).toEqual([
      30_000,
      500,
      5_400_000,
      1_500,
      172_800_000,
      0,
    ])
    expect(["30", "", "s", "5 s", "-5s", "1h 30m", "5seconds", "1e3s"].map(millis)).toEqual(Array(8).fill(undefined))
    expect(Schema.is(Schema.toType(PositiveDuration))(Duration.zero)).toBe(false)
  })

  it("is written as it is read", () => {
    fc.assert(fc.property(fc.nat(10_000_000_000), (millis) => {
      const text = formatDuration(Duration.millis(millis))
      expect(Duration.toMillis(Schema.decodeUnknownSync(DurationText)(text))).toBe(millis)
    }))
  })
})

describe("a size", () => {
  it("is a number of bytes, or a number with a unit", () => {
    expect(["16MiB", "1.5 kB", "256KiB", "1GB", "7B", "2TiB"].map(parseBytes)).toEqual(
      [16_777_216, 1_500, 262_144, 1e9, 7, 2 ** 41],
    )
    expect(["16", "MiB", "16mib", "-1B", "", "99999999TiB"].map(parseBytes)).toEqual(Array(6).fill(undefined))
    const decode = Schema.decodeUnknownResult(ByteSize)
    expect([5, "5kB", 0, "0B", 1.5, "x"].map((size) => decode(size)._tag)).toEqual(
      ["Success", "Success", "Failure", "Failure", "Failure", "Failure"],
    )
  })
})
