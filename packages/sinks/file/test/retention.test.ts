import { it } from "@effect/vitest"
import type { KeepOptions } from "@boltodds/sink-file"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { batch, opened, record, tempFolder, ten, tree } from "./fixtures/files.ts"

const day = 86_400_000

/** A file of this many bytes, changed so many days before `ten`. */
const aged = (path: string, days: number, bytes = 10): void => {
  writeFileSync(path, "x".repeat(bytes))
  const at = new Date(ten - days * day)
  utimesSync(path, at, at)
}

const openIn = (folder: string, keep: KeepOptions) =>
  Effect.andThen(TestClock.setTime(ten), opened({ path: join(folder, "odds-{dd}.ndjson"), keep }))

describe("retention", () => {
  it.effect("keeps the newest so many files, and reports what it deletes", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      for (let number = 1; number <= 5; number++) aged(join(folder, `odds-0${number}.ndjson`), 10 - number)
      const { events } = yield* openIn(folder, { files: 2 })
      expect(tree(folder)).toEqual(["odds-04.ndjson", "odds-05.ndjson"])
      expect(events).toEqual(
        [1, 2, 3].map((number) => ({
          _tag: "Removed",
          path: join(folder, `odds-0${number}.ndjson`),
          bytes: 10,
          by: "files",
        })),
      )
    })))

  it.effect.runIf(process.getuid?.() === 0)(
    "does not count what another user put where everybody can write",
    () =>
      Effect.scoped(Effect.gen(function* () {
        const folder = tempFolder()
        chmodSync(folder, 0o1777)
        aged(join(folder, "odds-01.ndjson"), 9)
        for (const number of [2, 3, 4]) {
          const planted = join(folder, `odds-0${number}.ndjson`)
          aged(planted, 0)
          chownSync(planted, 4242, 4242)
        }
        const { events } = yield* openIn(folder, { files: 1 })
        expect(events).toEqual([])
        expect(tree(folder)).toEqual([1, 2, 3, 4].map((number) => `odds-0${number}.ndjson`))
      })),
  )

  it.effect("keeps what is younger than asked, also as time goes by", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      aged(join(folder, "odds-01.ndjson"), 8)
      aged(join(folder, "odds-02.ndjson"), 6.99)
      const { events } = yield* openIn(folder, { age: Duration.days(7) })
      expect(tree(folder)).toEqual(["odds-02.ndjson"])
      yield* TestClock.adjust(Duration.hours(1))
      while (events.length < 2) yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
      expect(tree(folder)).toEqual([])
    })))

  it.effect("keeps the newest of together so many bytes", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      for (let number = 1; number <= 4; number++) aged(join(folder, `odds-0${number}.ndjson`), 10 - number, 100)
      yield* openIn(folder, { bytes: 250 })
      expect(tree(folder)).toEqual(["odds-03.ndjson", "odds-04.ndjson"])
    })))

  it.effect("acts when a file is completed, and leaves the one that is being written", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      const { sink } = yield* openIn(folder, { bytes: 1 })
      yield* sink.write(batch(record(1)))
      expect(tree(folder)).toEqual(["odds-01.ndjson.part"])
      yield* sink.write(batch(record(2, {}, ten + day)))
      expect(tree(folder)).toEqual(["odds-02.ndjson.part"])
    })))

  it.effect("deletes nothing that the template could not have made, nor through a link", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      const elsewhere = tempFolder()
      const others = ["odds-1.ndjson", "odds-01.ndjson.gz", "odds-01.ndjson.bak", "odds-01.txt", "notes"]
      for (const name of others) aged(join(folder, name), 100)
      aged(join(elsewhere, "odds-01.ndjson"), 100)
      symlinkSync(join(elsewhere, "odds-01.ndjson"), join(folder, "odds-07.ndjson"))
      mkdirSync(join(folder, "odds-08.ndjson"))
      yield* openIn(folder, { files: 1, age: Duration.seconds(1) })
      expect(tree(folder)).toEqual([...others, "odds-07.ndjson"].toSorted())
      expect(tree(elsewhere)).toEqual(["odds-01.ndjson"])
    })))

  it.effect("removes the folders that it empties, up to the base", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      mkdirSync(join(folder, "NBA", "01"), { recursive: true })
      mkdirSync(join(folder, "MLB", "01"), { recursive: true })
      aged(join(folder, "NBA", "01", "x.ndjson"), 3)
      aged(join(folder, "MLB", "01", "x.ndjson"), 1)
      yield* TestClock.setTime(ten)
      yield* opened({ path: join(folder, "{sport}/{dd}/x.ndjson"), keep: { files: 1 } })
      expect(tree(folder)).toEqual(["MLB/01/x.ndjson"])
      expect(existsSync(join(folder, "NBA"))).toBe(false)
    })))
})
