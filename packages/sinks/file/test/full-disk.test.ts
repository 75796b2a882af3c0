import { it } from "@effect/vitest"
import { type LaneEvent, makeLane } from "@boltodds/lane"
import type { Compress, FileError } from "@boltodds/sink-file"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { SmallDisk } from "@boltodds/testing/SmallDisk"
import { describe, expect } from "vitest"
import { batch, opened, record, seqsOf, tempFolder, tree } from "./fixtures/files.ts"

const fixture = fileURLToPath(new URL("fixtures/limited.ts", import.meta.url))
const disk = new SmallDisk()

const noise = (bytes: number) => ({ noise: randomBytes(bytes / 2).toString("hex") })
const seqs = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

describe("the largest size that the system allows", () => {
  it("ends a file, and the next takes what did not fit", () => {
    const folder = tempFolder()
    const args = ["--conditions=@boltodds/source", fixture, join(folder, "odds.ndjson"), "100"]
    const { status, stdout } = spawnSync("bash", ["-c", 'ulimit -f 32; exec "$0" "$@"', process.execPath, ...args])
    expect(status).toBe(0)
    expect(stdout.toString().split("\n").filter((line) => line.includes("EFBIG")).length).toBe(3)
    expect(tree(folder).flatMap((name) => seqsOf(join(folder, name))).toSorted((a, b) => a - b)).toEqual(seqs(1, 100))
  })
})

describe.each<Compress>(["none", "gzip", "zstd"])("a full disk, %s", (compress) => {
  const test = it.live.skipIf(!disk.isMounted)

  test("takes nothing of a batch that does not fit, says retry, and takes all of it once there is room (a tmpfs is mounted, as root)", () =>
    Effect.gen(function* () {
      const folder = join(disk.path, `${compress}-one`)
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), compress })
        yield* sink.write(batch(record(1, noise(100)), record(2, noise(100))))
        const part = join(folder, tree(folder)[0]!)
        const before = readFileSync(part)
        disk.fill(8192)
        const large = batch(...seqs(3, 20).map((seq) => record(seq, noise(2000))))
        for (let attempt = 0; attempt < 3; attempt++) {
          const error = yield* Effect.flip(sink.write(large))
          expect(error.rest).toBe("retry")
          expect(error.delivered).toBe(0)
          expect((error.cause as FileError).code).toBe("ENOSPC")
          expect(error.message).toContain("the disk is full; make room (ENOSPC)")
          expect(readFileSync(part)).toEqual(before)
        }
        // What is small still fits, and stands in its place.
        yield* sink.write(batch(record(100)))
        disk.makeRoom()
        yield* sink.write(large)
      }))
      expect(seqsOf(join(folder, tree(folder)[0]!))).toEqual([1, 2, 100, ...seqs(3, 20)])
      rmSync(folder, { recursive: true })
    }))

  test("takes back what other files got of a batch of which one does not fit", () =>
    Effect.gen(function* () {
      const folder = join(disk.path, `${compress}-many`)
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "{sport}.ndjson"), compress, max_open: 1 })
        yield* sink.write(batch(record(1, { sport: "a" }), record(2, { sport: "b" })))
        disk.fill(12_288)
        const both = batch(
          record(3, { sport: "a" }),
          record(4, { sport: "b", ...noise(40_000) }),
          record(5, { sport: "c" }),
        )
        expect((yield* Effect.flip(sink.write(both))).rest).toBe("retry")
        disk.makeRoom()
        yield* sink.write(both)
      }))
      const [a, b, c] = tree(folder)
      expect([a, b, c].map((name) => seqsOf(join(folder, name!)))).toEqual([[1, 3], [2, 4], [5]])
      rmSync(folder, { recursive: true })
    }))

  test("holds up its lane, which goes on by itself when there is room and has lost nothing", () =>
    Effect.gen(function* () {
      const folder = join(disk.path, `${compress}-lane`)
      yield* Effect.scoped(Effect.gen(function* () {
        const { sink } = yield* opened({ path: join(folder, "odds.ndjson"), compress })
        const retrying = yield* Deferred.make<void>()
        const onEvent = (event: LaneEvent): void => {
          if (event._tag === "Retrying" && event.attempt > 2) Deferred.doneUnsafe(retrying, Effect.void)
        }
        const lane = yield* makeLane(sink, { name: "file", onEvent, retry: { base: Duration.millis(5) } })
        disk.fill(4096)
        for (let seq = 1; seq <= 40; seq++) lane.push([record(seq, noise(1000))])
        yield* Deferred.await(retrying)
        disk.makeRoom()
        const counts = yield* lane.drain(Duration.seconds(30))
        expect(counts).toMatchObject({ in: 40, delivered: 40, pending: 0, dropped: 0 })
        expect(counts.retries).toBeGreaterThan(2)
      }))
      expect(seqsOf(join(folder, tree(folder)[0]!))).toEqual(seqs(1, 40))
      rmSync(folder, { recursive: true })
    }))
})

describe("a read-only disk", () => {
  it.live.skipIf(!disk.isMounted)(
    "is refused at opening, and while running disables the sink",
    () =>
      Effect.gen(function* () {
        const path = join(disk.path, "read-only", "odds-{HH}.ndjson")
        const remount = (how: string) => expect(spawnSync("mount", ["-o", `remount,${how}`, disk.path]).status).toBe(0)
        const error = yield* Effect.scoped(Effect.gen(function* () {
          const { sink } = yield* opened({ path })
          remount("ro")
          expect((yield* Effect.flip(sink.check!)).rest).toBe("disable")
          return yield* Effect.flip(sink.write(batch(record(1))))
        }))
        expect(error.rest).toBe("disable")
        const sentence = "the file system is read-only; write elsewhere, or mount it writable (EROFS)"
        expect(error.message).toContain(sentence)
        expect((yield* Effect.flip(Effect.scoped(opened({ path })))).message).toContain(sentence)
        remount("rw")
        rmSync(join(disk.path, "read-only"), { recursive: true })
      }),
  )
})
