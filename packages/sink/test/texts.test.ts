import { ByteSize, DurationText, PositiveDuration } from "@boltodds/sink"
import { formatMillis } from "@boltodds/text"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

describe("a duration in a configuration", () => {
  it("is read as it is written", () => {
    fc.assert(fc.property(fc.nat(10_000_000_000), (millis) => {
      const text = formatMillis(millis)
      const duration = Schema.decodeUnknownSync(DurationText)(text)
      expect(Duration.toMillis(duration)).toBe(millis)
      expect(Schema.encodeSync(DurationText)(duration)).toBe(text)
    }))
  })

  it("is refused where it is no duration, or must be above zero and is not", () => {
    const reads = (schema: typeof DurationText) => (text: string) => Schema.decodeUnknownResult(schema)(text)._tag
    expect(["1m30s", "0s", "soon", "30"].map(reads(DurationText))).toEqual(["Success", "Success", "Failure", "Failure"])
    expect(["1m30s", "0s", "0.1ms"].map(reads(PositiveDuration))).toEqual(["Success", "Failure", "Failure"])
  })
})

describe("a size in a configuration", () => {
  it("is a number of bytes, or a number with a unit", () => {
    const decode = Schema.decodeUnknownResult(ByteSize)
    expect([5, "5kB", 0, "0B", 1.5, "x"].map((size) => decode(size)._tag)).toEqual(
      ["Success", "Success", "Failure", "Failure", "Failure", "Failure"],
    )
  })
})
