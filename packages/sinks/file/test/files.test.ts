import { it } from "@effect/vitest"
import { type Compress, file, type FileError } from "@boltodds/sink-file"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { constants, gunzipSync } from "node:zlib"
import { describe, expect } from "vitest"
import { batch, contents, opened, record, seqsOf, tempFolder, tree } from "./fixtures/files.ts"

const failing = (path: string) => Effect.map(Effect.flip(Effect.scoped(file({ path }))), (error) => error)

describe("the file sink", () => {
  it.effect("has everything in the file, to be read, when write returns", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), compress: "gzip" })
      for (let seq = 1; seq <= 3; seq++) {
        yield* sink.write(batch(record(seq)))
        // As `zcat` does with a file that goes on: everything, then a complaint.
        const text = gunzipSync(readFileSync(join(folder, "odds.ndjson.gz.part")), {
          finishFlush: constants.Z_SYNC_FLUSH,
        })
        expect(text.toString().trim().split("\n").length).toBe(seq)
      }
    })))

  it.effect("says that it delivers at least once", () =>
    Effect.scoped(Effect.gen(function* () {
      const { sink } = yield* opened({ path: join(tempFolder(), "odds.ndjson"), fsync: "batch" })
      expect(sink.guarantee).toBe("at-least-once")
    })))

  it.effect("makes files only when there is something to write", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      yield* Effect.scoped(opened({ path: join(folder, "deep", "er", "odds.ndjson") }))
      expect(tree(folder)).toEqual([])
      expect(existsSync(join(folder, "deep", "er"))).toBe(true)
    }))

  it.effect("gives files their mode whatever the umask, and folders the same with the right to enter", () =>
    Effect.gen(function* () {
      const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8)
      const before = process.umask(0o077)
      try {
        for (const [mode, of] of [["0600", "700"], ["0640", "750"], ["644", "755"], [undefined, "700"]] as const) {
          const folder = tempFolder()
          const path = join(folder, "base", "{sport}", "odds.ndjson")
          yield* Effect.scoped(Effect.gen(function* () {
            const { sink } = yield* opened({ path, ...(mode === undefined ? {} : { mode }) })
            yield* sink.write(batch(record(1, { sport: "NBA" })))
            expect(
              readdirSync(join(folder, "base")).filter((name) => name.endsWith(".lock")).map((name) =>
                modeOf(join(folder, "base", name))
              ),
            ).toEqual(["600"])
          }))
          const places = ["base/NBA/odds.ndjson", "base/NBA"].map((place) => modeOf(join(folder, place)))
          expect(places).toEqual([mode?.slice(-3) ?? "600", of])
        }
      } finally {
        process.umask(before)
      }
    }))

  it.effect("never writes over a file that is there", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      writeFileSync(join(folder, "odds.ndjson"), '{"seq":-1}\n')
      writeFileSync(join(folder, "odds.7.ndjson"), '{"seq":-7}\n')
      for (const seq of [1, 2]) {
        yield* Effect.scoped(
          Effect.flatMap(opened({ path: join(folder, "odds.ndjson") }), ({ sink }) => sink.write(batch(record(seq)))),
        )
      }
      expect(contents(folder)).toEqual({
        "odds.ndjson": [-1],
        "odds.7.ndjson": [-7],
        "odds.8.ndjson": [1],
        "odds.9.ndjson": [2],
      })
    }))

  it.effect("reads as one file, whatever was opened, closed and begun anew within it", () =>
    Effect.gen(function* () {
      for (const compress of ["none", "gzip", "zstd"] satisfies ReadonlyArray<Compress>) {
        const folder = tempFolder()
        yield* Effect.scoped(Effect.gen(function* () {
          const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), compress })
          for (let seq = 1; seq <= 6; seq++) {
            // More than a member holds.
            yield* sink.write(batch(record(seq, { pad: "x".repeat(3_000_000) })))
            if (seq % 4 === 0) yield* sink.reopen!
          }
        }))
        expect(seqsOf(join(folder, tree(folder)[0]!))).toEqual([1, 2, 3, 4, 5, 6])
      }
    }))
})

describe("reopening", () => {
  it.effect("goes on in a new file of the same name after somebody moved the old one away", () =>
    Effect.gen(function* () {
      for (const compress of ["none", "gzip", "zstd"] satisfies ReadonlyArray<Compress>) {
        const folder = tempFolder()
        const suffix = { none: "", gzip: ".gz", zstd: ".zst" }[compress]
        const part = join(folder, `odds.ndjson${suffix}.part`)
        const moved = join(folder, `moved${suffix}`)
        yield* Effect.scoped(Effect.gen(function* () {
          const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), compress })
          yield* sink.write(batch(record(1)))
          renameSync(part, moved)
          // `reopen` was not called yet.
          yield* sink.write(batch(record(2)))
          yield* sink.reopen!
          yield* sink.write(batch(record(3)))
          // As with logrotate's `create`.
          renameSync(part, `${moved}-2${suffix}`)
          writeFileSync(part, "")
          yield* sink.reopen!
          yield* sink.write(batch(record(4)))
        }))
        expect(seqsOf(moved)).toEqual([1, 2])
        expect(seqsOf(`${moved}-2${suffix}`)).toEqual([3])
        expect(seqsOf(join(folder, `odds.ndjson${suffix}`))).toEqual([4])
      }
    }))
})

describe("a file that is taken away", () => {
  it.effect("is noticed within a second, reported, and begun anew", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const part = join(folder, "odds.ndjson.part")
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink, events } = yield* opened({ path: join(folder, "odds.ndjson") })
        yield* sink.write(batch(record(1)))
        rmSync(part)
        yield* TestClock.adjust(Duration.seconds(1))
        yield* sink.write(batch(record(2)))
        expect(events).toEqual([{ _tag: "Gone", path: part }])
        expect(seqsOf(part)).toEqual([2])
        // With its folder, and all it was in.
        rmSync(folder, { recursive: true })
        yield* TestClock.adjust(Duration.seconds(1))
        yield* sink.write(batch(record(3)))
        expect(seqsOf(part)).toEqual([3])
      }))
      expect(contents(folder)).toEqual({ "odds.ndjson": [3] })
    }))

  it.effect("may have been emptied in place, as logrotate's copytruncate does", () =>
    Effect.gen(function* () {
      for (const compress of ["none", "gzip"] satisfies ReadonlyArray<Compress>) {
        const folder = tempFolder()
        yield* Effect.scoped(Effect.gen(function* () {
          const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), compress })
          yield* sink.write(batch(record(1)))
          truncateSync(join(folder, tree(folder)[0]!), 0)
          yield* TestClock.adjust(Duration.seconds(1))
          yield* sink.write(batch(record(2)))
        }))
        expect(Object.values(contents(folder))).toEqual([[2]])
      }
    }))

  it.effect("and not missed by anybody does not stop the sink from closing", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const { events } = yield* Effect.scoped(Effect.gen(function* () {
        const made = yield* opened({ path: join(folder, "odds.ndjson") })
        yield* made.sink.write(batch(record(1)))
        rmSync(join(folder, "odds.ndjson.part"))
        return made
      }))
      expect(events).toEqual([{ _tag: "Gone", path: join(folder, "odds.ndjson.part") }])
      expect(readdirSync(folder)).toEqual([])
    }))
})

describe("a path that cannot be used", () => {
  it.effect("is refused at opening, with the reason and what to do", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      writeFileSync(join(folder, "plain"), "")
      const error = yield* failing(join(folder, "plain", "odds.ndjson"))
      expect(error.rest).toBe("disable")
      expect(error.message).toContain("there is a file of that name; write elsewhere")
      const below = yield* failing(join(folder, "plain", "below", "odds.ndjson"))
      expect(below.message).toContain("a part of the path is not a folder; remove it, or write elsewhere (ENOTDIR)")
      expect((yield* failing("{sprot}.ndjson")).message).toContain("did you mean {sport}?")
      const long = yield* failing(`/${"x/".repeat(3000)}odds.ndjson`)
      expect((long.cause as FileError).code).toBe("ENAMETOOLONG")
    }))

  it.effect("leads out of its base folder by a link, and is not followed", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const outside = tempFolder()
      symlinkSync(outside, join(folder, "NBA"))
      mkdirSync(join(folder, "real"))
      symlinkSync(join(folder, "real"), join(folder, "MLB"))
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}/odds.ndjson") })
        const error = yield* Effect.flip(sink.write(batch(record(1, { sport: "MLB" }), record(2, { sport: "NBA" }))))
        expect(error.rest).toBe("disable")
        expect(error.message).toContain(`a symbolic link leads to ${outside}`)
        // A link that stays within is a folder like any other.
        yield* sink.write(batch(record(3, { sport: "MLB" })))
      }))
      expect(tree(outside)).toEqual([])
      expect(seqsOf(join(folder, "real", "odds.ndjson"))).toEqual([3])
    }))

  it.effect("is a link itself, and is not followed", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      const target = join(tempFolder(), "target")
      const { sink } = yield* opened({ path: join(folder, "odds.ndjson") })
      symlinkSync(target, join(folder, "odds.ndjson.part"))
      const error = yield* Effect.flip(sink.write(batch(record(1))))
      expect(error.rest).toBe("disable")
      expect(error.message).toContain("it is no plain file; remove it")
      expect(existsSync(target)).toBe(false)
    })))

  it.effect("is a device", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      mkdirSync(join(folder, "odds.ndjson"))
      const { sink } = yield* opened({ path: join(folder, "odds.ndjson") })
      expect((yield* Effect.flip(sink.write(batch(record(1))))).message).toContain("it is a folder")
      const { sink: device } = yield* opened({ path: "/dev/null" })
      expect((yield* Effect.flip(device.write(batch(record(1))))).message).toContain("use the sink stdout with >")
    })))
})

describe("a lock that somebody deletes", () => {
  it.effect("is there again within five seconds", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      yield* opened({ path: join(folder, "odds.ndjson") })
      const [lock] = readdirSync(folder)
      rmSync(join(folder, lock!))
      yield* TestClock.adjust(Duration.seconds(5))
      while (readdirSync(folder).length === 0) yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
      expect(readdirSync(folder)).toEqual([lock])
    })))
})

describe("check", () => {
  it.effect("succeeds where the folder can be written in, and leaves nothing there", () =>
    Effect.scoped(Effect.gen(function* () {
      const folder = tempFolder()
      const { sink } = yield* opened({ path: join(folder, "odds.ndjson") })
      yield* sink.check!
      expect(tree(folder)).toEqual([])
      rmSync(folder, { recursive: true })
      expect((yield* Effect.flip(sink.check!)).message).toContain(`Cannot write in ${folder}`)
    })))
})
