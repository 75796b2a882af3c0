import {
  ByteCount,
  DurationText,
  FileOptions,
  formatDuration,
  parseByteCount,
  parseDuration,
} from "@boltodds/sink-file"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const decode = Schema.decodeUnknownSync(FileOptions)

describe("the options of the file sink", () => {
  it("are read from a configuration", () => {
    expect(decode({
      path: "odds/{sport}.ndjson",
      rotate: { bytes: "64MiB", every: "1h" },
      compress: "zstd",
      fsync: "5s",
      keep: { files: 10, age: "7d", bytes: 1_000_000 },
      max_open: 8,
    })).toEqual({
      path: "odds/{sport}.ndjson",
      rotate: { bytes: 64 * 1024 * 1024, every: Duration.hours(1) },
      compress: "zstd",
      fsync: Duration.seconds(5),
      keep: { files: 10, age: Duration.days(7), bytes: 1_000_000 },
      max_open: 8,
    })
    expect(decode({ path: "odds.ndjson", fsync: "batch" })).toEqual({ path: "odds.ndjson", fsync: "batch" })
  })

  it("are written back as they are read", () => {
    const text = { path: "a", rotate: { bytes: 5, every: "1h30m" }, fsync: "never", keep: { age: "1d" } } as const
    expect(Schema.encodeSync(FileOptions)(decode(text))).toEqual(text)
  })

  it.each([
    [{}, /path/],
    [{ path: "{sprot}.ndjson" }, /did you mean \{sport\}/],
    [{ path: "a", rotate: { bytes: "64 megs" } }, /a size like 64MiB/],
    [{ path: "a", rotate: { bytes: 0 } }, /rotate/],
    [{ path: "a", rotate: { every: "soon" } }, /a time like/],
    [{ path: "a", rotate: { every: "10ms" } }, /at least 1s/],
    [{ path: "a", fsync: "always" }, /fsync/],
    [{ path: "a", compress: "brotli" }, /compress/],
    [{ path: "a", keep: { files: 0 } }, /files/],
    [{ path: "a", max_open: 0.5 }, /max_open/],
  ])("are refused: %j", (options, message) => expect(() => decode(options)).toThrow(message))
})

describe("a time", () => {
  it("is read and written in days, hours, minutes, seconds and milliseconds", () => {
    expect(parseDuration("1h30m")).toEqual(Duration.minutes(90))
    expect(parseDuration("1.5s")).toEqual(Duration.millis(1500))
    expect(parseDuration("500ms")).toEqual(Duration.millis(500))
    for (const text of ["", "1", "h", "1 h", "-1s", "1h ", "1y", "1sm"]) expect(parseDuration(text)).toBe(undefined)
    fc.assert(fc.property(fc.nat(10_000_000_000), (millis) => {
      expect(parseDuration(formatDuration(Duration.millis(millis)))).toEqual(Duration.millis(millis))
    }))
    expect(Schema.decodeUnknownSync(DurationText)("2m")).toEqual(Duration.minutes(2))
  })
})

describe("a size", () => {
  it("is read in units of 1000 and of 1024", () => {
    expect(["5B", "1kB", "1.5 MB", "2GiB"].map(parseByteCount)).toEqual([5, 1000, 1_500_000, 2 ** 31])
    for (const text of ["", "5", "MiB", "1mb", "-1B", "99999999TiB"]) expect(parseByteCount(text)).toBe(undefined)
    expect(Schema.decodeUnknownSync(ByteCount)(7)).toBe(7)
    expect(() => Schema.decodeUnknownSync(ByteCount)(1.5)).toThrow()
  })
})
