import { it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { readdirSync, readlinkSync, statSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { batch, contents, opened, record, seqsOf, tempFolder, ten, tree } from "./fixtures/files.ts"

const minute = 60_000
const hour = 60 * minute

describe("rotation", () => {
  it.effect("writes into NAME.part, and gives it its name when the sink closes", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "odds.ndjson") })
        expect(tree(folder)).toEqual([])
        yield* sink.write(batch(record(1)))
        expect(contents(folder)).toEqual({ "odds.ndjson.part": [1] })
      }))
      expect(contents(folder)).toEqual({ "odds.ndjson": [1] })
    }))

  it.effect("by size: no file is larger than asked, and none is cut within a batch", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), rotate: { bytes: 100 } })
        for (const first of [1, 4, 7, 10]) yield* sink.write(batch(record(first), record(first + 1), record(first + 2)))
        // Larger than a file may be: a file of its own.
        yield* sink.write(batch(...Array.from({ length: 20 }, (_, index) => record(13 + index))))
        yield* sink.write(batch(record(33)))
      }))
      const found = contents(folder)
      expect(Object.keys(found)).toEqual(["odds.1.ndjson", "odds.2.ndjson", "odds.3.ndjson", "odds.ndjson"])
      expect(found["odds.ndjson"]).toEqual([1, 2, 3, 4, 5, 6])
      expect(found["odds.1.ndjson"]).toEqual([7, 8, 9, 10, 11, 12])
      expect(found["odds.2.ndjson"]?.length).toBe(20)
      expect(found["odds.3.ndjson"]).toEqual([33])
    }))

  it.effect("by size: counts compressed bytes", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), rotate: { bytes: 2000 }, compress: "gzip" })
        for (let seq = 1; seq <= 300; seq++) yield* sink.write(batch(record(seq, { noise: Math.sin(seq) })))
      }))
      const names = tree(folder)
      expect(names.length).toBeGreaterThan(2)
      for (const name of names) expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(2000)
      expect(names.flatMap((name) => seqsOf(join(folder, name))).toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 300 }, (_, index) => index + 1),
      )
    }))

  it.effect("by the time in the path: a batch that spans the hour is divided between its groups", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const path = join(folder, "odds-{yyyy}{MM}{dd}T{HH}.ndjson")
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path })
        yield* sink.write(batch(
          record(1, {}, ten + 59 * minute),
          record(2, {}, ten + hour - 1, false),
          record(3, {}, ten + hour - 1),
          record(4, {}, ten + hour),
        ))
        expect(contents(folder)).toEqual({
          "odds-20260101T10.ndjson": [1, 2, 3],
          "odds-20260101T11.ndjson.part": [4],
        })
        // One that comes late: a complete file is never gone back to.
        yield* sink.write(batch(record(5, {}, ten)))
      }))
      expect(contents(folder)).toEqual({ "odds-20260101T10.ndjson": [1, 2, 3], "odds-20260101T11.ndjson": [4, 5] })
    }))

  it.effect("every so often: at multiples of the interval, UTC, by the records' time", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), rotate: { every: Duration.minutes(15) } })
        for (const [seq, at] of [[1, 7], [2, 14.99], [3, 15], [4, 29], [5, 65]] as const) {
          yield* sink.write(batch(record(seq, {}, ten + at * minute)))
        }
      }))
      expect(contents(folder)).toEqual({ "odds.ndjson": [1, 2], "odds.1.ndjson": [3, 4], "odds.2.ndjson": [5] })
    }))

  it.effect("completes a file five seconds after its time when nothing more comes", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink, events } = yield* opened({ path: join(folder, "odds-{HH}.ndjson") })
        yield* sink.write(batch(record(1, {}, ten + 59 * minute)))
        for (let second = 0; second < 64; second++) yield* passSecond
        expect(tree(folder)).toEqual(["odds-10.ndjson.part"])
        while (events.length === 0) yield* passSecond
        expect(events).toEqual([{ _tag: "Completed", path: join(folder, "odds-10.ndjson"), bytes: 10 }])
        // Who was held up gets a file of that hour all the same.
        yield* sink.write(batch(record(2, {}, ten + hour - 1)))
      }))
      expect(contents(folder)).toEqual({ "odds-10.ndjson": [1], "odds-10.1.ndjson": [2] })
    }))

  it.effect("keeps no more files open than asked, and appends to those it closed", () =>
    Effect.gen(function* () {
      for (const compress of ["none", "gzip", "zstd"] as const) {
        const folder = tempFolder()
        const before = openFiles(folder)
        yield* Effect.scoped(Effect.gen(function* () {
          const { sink } = yield* opened({ path: join(folder, "{sport}.ndjson"), compress, max_open: 2 })
          for (let seq = 1; seq <= 20; seq++) {
            yield* sink.write(batch(record(seq, { sport: `s${seq % 5}` })))
            expect(openFiles(folder)).toBeLessThanOrEqual(2)
          }
        }))
        expect(before).toBe(0)
        const suffix = { none: "", gzip: ".gz", zstd: ".zst" }[compress]
        expect(seqsOf(join(folder, `s3.ndjson${suffix}`))).toEqual([3, 8, 13, 18])
        expect(tree(folder).length).toBe(5)
      }
    }))
})

/** Lets a second pass, and what it sets off come to its end: that is work on a disk, which the test clock does not know. */
const passSecond = Effect.gen(function* () {
  yield* TestClock.adjust(Duration.seconds(1))
  for (let turn = 0; turn < 5; turn++) yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
})

/** How many files below a folder this process has open (Linux; elsewhere 0). */
const openFiles = (folder: string): number => {
  try {
    return readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
      } catch {
        // Closed since it was listed.
        return false
      }
    }).length
  } catch {
    return 0
  }
}
