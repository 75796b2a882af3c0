import { ByteSize, DurationText, formatDuration, parseBytes, parseDuration, PositiveDuration } from "@boltodds/config"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { nearest } from "../src/internal/nearest.ts"
import { readTree } from "../src/internal/readTree.ts"
import { sourceOffsets } from "../src/internal/sourceOffsets.ts"
import { entryOf } from "../src/internal/Tree.ts"

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
    expect(["16MiB", "1.5 kB", "256KiB", "1GB", "7B"].map(parseBytes)).toEqual([16_777_216, 1_500, 262_144, 1e9, 7])
    expect(["16", "MiB", "16mib", "-1B", ""].map(parseBytes)).toEqual(Array(5).fill(undefined))
    const decode = Schema.decodeUnknownResult(ByteSize)
    expect([5, "5kB", 0, "0B", 1.5, "x"].map((size) => decode(size)._tag)).toEqual(
      ["Success", "Success", "Failure", "Failure", "Failure", "Failure"],
    )
  })
})

describe("the nearest name", () => {
  it("is the one that was probably meant, or none", () => {
    const names = ["sports", "sportsbooks", "games", "markets"]
    expect(["sport", "sprots", "sportsbok", "GAMES", "mrkets", "game"].map((name) => nearest(name, names))).toEqual(
      ["sports", "sports", "sportsbooks", "games", "markets", "games"],
    )
    expect(["xyz", "", "teams?", "a".repeat(1_000)].map((name) => nearest(name, names))).toEqual(
      Array(4).fill(undefined),
    )
  })
})

describe("the places of a text's characters", () => {
  const placesIn = (yaml: string): string => {
    const { tree } = readTree(yaml)
    const node = entryOf(tree, "a")?.node
    if (node?._tag !== "Scalar") throw new Error("not a text")
    const offsets = sourceOffsets(yaml, node)
    expect(offsets).toHaveLength(String(node.written).length + 1)
    return offsets.slice(0, -1).map((offset) => yaml[offset]).join("")
  }

  it("are found behind quotes, escapes, folds and indentation", () => {
    expect(placesIn("a: plain text # comment")).toBe("plain text")
    expect(placesIn("a: 'it''s'")).toBe("it's")
    expect(placesIn('a: "x\\"y\\u0041\\tz"')).toBe("x\\y\\\\z")
    expect(placesIn("a: one\n  two")).toBe("one\ntwo")
    expect(placesIn("a: >-\n    one\n    two\nb: 1")).toBe("one\ntwo")
    expect(placesIn("a: |\n    one\n\n      two\n")).toBe("one\n\n  two\n")
  })

  it("rise, and each holds its character wherever nothing is escaped or folded", () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z "=&|.()0-9]{1,40}$/), (text) => {
      const yaml = `a: '${text}'`
      expect(placesIn(yaml)).toBe(text)
    }))
  })
})
