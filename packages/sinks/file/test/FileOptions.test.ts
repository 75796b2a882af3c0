import { FileOptions } from "@boltodds/sink-file"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
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
      mode: "0640",
    })).toEqual({
      path: "odds/{sport}.ndjson",
      rotate: { bytes: 64 * 1024 * 1024, every: Duration.hours(1) },
      compress: "zstd",
      fsync: Duration.seconds(5),
      keep: { files: 10, age: Duration.days(7), bytes: 1_000_000 },
      max_open: 8,
      mode: "0640",
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
    [{ path: "a", rotate: { bytes: "64 megs" } }, /a size such as 64KiB, 16MiB, 1GB/],
    [{ path: "a", rotate: { bytes: 0 } }, /rotate/],
    [{ path: "a", rotate: { every: "soon" } }, /a duration such as/],
    [{ path: "a", rotate: { every: "10ms" } }, /at least 1s/],
    [{ path: "a", fsync: "always" }, /fsync/],
    [{ path: "a", compress: "brotli" }, /compress/],
    [{ path: "a", keep: { files: 0 } }, /files/],
    [{ path: "a", max_open: 0.5 }, /max_open/],
    // YAML reads 0640 as a number, which would be another mode.
    [{ path: "a", mode: 640 }, /mode/],
    [{ path: "a", mode: "0777" }, /octal digits in quotes, such as "0640"/],
    [{ path: "a", mode: "0200" }, /octal digits in quotes/],
  ])("are refused: %j", (options, message) => expect(() => decode(options)).toThrow(message))
})
