import { it } from "@effect/vitest"
import type { Compress } from "@boltodds/sink-file"
import * as Effect from "effect/Effect"
import { appendFileSync, linkSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { describe, expect } from "vitest"
import { batch, contents, opened, record, seqsOf, tempFolder, tree } from "./fixtures/files.ts"

const suffixes: Readonly<Record<Compress, string>> = { none: "", gzip: ".gz", zstd: ".zst" }
const pad = (seq: number) => ({ pad: "a price ".repeat(seq % 7), noise: Math.sin(seq) })

/** What a process leaves behind that dies after these batches, and where each batch ended. */
const leftBehind = (compress: Compress, batches: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const folder = tempFolder()
    const part = join(folder, `odds.ndjson${suffixes[compress]}.part`)
    const ends: Array<number> = []
    const other = tempFolder()
    let kept = Buffer.alloc(0)
    yield* Effect.scoped(Effect.gen(function* () {
      const { sink } = yield* opened({ path: join(other, "odds.ndjson"), compress })
      let seq = 0
      for (const count of batches) {
        yield* sink.write(batch(...Array.from({ length: count }, () => record(++seq, pad(seq)))))
        kept = readFileSync(join(other, `odds.ndjson${suffixes[compress]}.part`))
        ends.push(kept.length)
      }
    }))
    writeFileSync(part, kept)
    return { folder, part, ends, final: join(folder, `odds.ndjson${suffixes[compress]}`) }
  })

const restart = (folder: string, compress: Compress) =>
  Effect.scoped(Effect.map(opened({ path: join(folder, "odds.ndjson"), compress }), ({ events }) => events))

describe.each<Compress>(["none", "gzip", "zstd"])("a file left behind, %s", (compress) => {
  it.effect("is completed as it is where it ends with a batch", () =>
    Effect.gen(function* () {
      const { folder, ends, final } = yield* leftBehind(compress, [3, 4])
      const events = yield* restart(folder, compress)
      expect(events.map(({ _tag }) => _tag)).toEqual(["Completed"])
      expect(seqsOf(final)).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(statSync(final).size).toBeGreaterThanOrEqual(ends[1]!)
    }))

  it.effect("loses its torn end, wherever it was cut, and nothing before it", () =>
    Effect.gen(function* () {
      const { folder, part, ends, final } = yield* leftBehind(compress, [3, 1, 40])
      const whole = readFileSync(part)
      for (let size = ends[1]!; size < ends[2]!; size += Math.ceil((ends[2]! - ends[1]!) / 25)) {
        writeFileSync(part, whole.subarray(0, size))
        const events = yield* restart(folder, compress)
        const seqs = seqsOf(final)
        // Of plain text and of blocks, whole lines of the torn batch may stay.
        expect(seqs.slice(0, 4)).toEqual([1, 2, 3, 4])
        expect(seqs).toEqual(seqs.map((_, index) => index + 1))
        const repaired = events.find((event) => event._tag === "Repaired")
        if (repaired !== undefined) {
          expect(repaired.cutBytes + repaired.keptBytes).toBe(size)
          expect(readFileSync(final).subarray(0, repaired.keptBytes)).toEqual(whole.subarray(0, repaired.keptBytes))
        }
        expect(tree(folder)).toEqual([`odds.ndjson${suffixes[compress]}`])
        rmSync(final)
      }
    }))

  it.effect("is cut where garbage stands behind it, as after a loss of power", () =>
    Effect.gen(function* () {
      const { folder, part, final } = yield* leftBehind(compress, [3, 4])
      appendFileSync(part, Buffer.alloc(5000))
      const events = yield* restart(folder, compress)
      expect(seqsOf(final)).toEqual([1, 2, 3, 4, 5, 6, 7])
      if (compress === "none") expect(events[0]).toMatchObject({ _tag: "Repaired", cutBytes: 5000 })
    }))

  it.effect("vanishes where not one line of it is whole, and says so", () =>
    Effect.gen(function* () {
      const { folder, part } = yield* leftBehind(compress, [1])
      truncateSync(part, 9)
      const events = yield* restart(folder, compress)
      expect(events).toEqual([{ _tag: "Repaired", path: part, cutBytes: 9, keptBytes: 0 }])
      expect(tree(folder)).toEqual([])
    }))

  it.effect("gets a number where its final name is taken, and what has that name stays", () =>
    Effect.gen(function* () {
      const { folder, final } = yield* leftBehind(compress, [2])
      writeFileSync(final, "somebody's")
      yield* restart(folder, compress)
      expect(readFileSync(final, "utf8")).toBe("somebody's")
      expect(seqsOf(join(folder, `odds.1.ndjson${suffixes[compress]}`))).toEqual([1, 2])
    }))

  it.effect("does not come twice where its process died between giving the one name and taking the other", () =>
    Effect.gen(function* () {
      const { folder, part, final } = yield* leftBehind(compress, [2])
      // As complete as it is when the link is made.
      yield* restart(folder, compress)
      linkSync(final, part)
      yield* restart(folder, compress)
      expect(contents(folder)).toEqual({ [`odds.ndjson${suffixes[compress]}`]: [1, 2] })
    }))
})

describe.each<Compress>(["gzip", "zstd"])("a damaged file, %s", (compress) => {
  it.effect("is set aside untouched where it begins with something else", () =>
    Effect.gen(function* () {
      const { folder, part } = yield* leftBehind(compress, [1])
      writeFileSync(part, "not compressed at all")
      const events = yield* restart(folder, compress)
      expect(events).toEqual([{ _tag: "Unreadable", path: part, movedTo: `${part}.broken` }])
      expect(readFileSync(`${part}.broken`, "utf8")).toBe("not compressed at all")
    }))

  it.effect("is set aside untouched where whole members follow the damage", () =>
    Effect.gen(function* () {
      const { folder, part } = yield* leftBehind(compress, [200])
      yield* restart(folder, compress)
      const whole = readFileSync(join(folder, tree(folder)[0]!))
      const damaged = Buffer.concat([whole, whole, whole])
      damaged.fill(0xff, whole.length + 40, whole.length + 60)
      writeFileSync(part, damaged)
      const events = yield* restart(folder, compress)
      expect(events.map(({ _tag }) => _tag)).toEqual(["Unreadable"])
      expect(readFileSync(`${part}.broken`)).toEqual(damaged)
    }))
})

describe("a file with many members", () => {
  it.effect("is read over all of them", () =>
    Effect.gen(function* () {
      const folder = tempFolder()
      const part = join(folder, "odds.ndjson.gz.part")
      const member = Buffer.from(gzipSync('{"seq":1}\n'))
      // As ours: no time, an unknown system.
      member[9] = 0xff
      writeFileSync(part, Buffer.concat([...Array.from({ length: 1000 }, () => member), member.subarray(0, 20)]))
      const events = yield* restart(folder, "gzip")
      expect(events[0]).toMatchObject({ _tag: "Repaired", cutBytes: 20, keptBytes: 1000 * member.length })
      expect(seqsOf(join(folder, "odds.ndjson.gz")).length).toBe(1000)
    }))
})
