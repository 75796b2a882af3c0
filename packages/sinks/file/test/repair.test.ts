import { it } from "@effect/vitest"
import type { Compress } from "@boltodds/sink-file"
import * as Effect from "effect/Effect"
import { appendFileSync, linkSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { open } from "node:fs/promises"
import { join } from "node:path"
import { constants, gunzipSync, gzipSync, inflateRawSync, zstdDecompressSync } from "node:zlib"
import { describe, expect } from "vitest"
import { codecOf } from "../src/internal/codecOf.ts"
import { batch, contents, opened, record, seqsOf, tempFolder, tree } from "./fixtures/files.ts"

const suffixes: Readonly<Record<Compress, string>> = { none: "", gzip: ".gz", zstd: ".zst" }
const pad = (seq: number) => ({ pad: "a price ".repeat(seq % 7), noise: Math.sin(seq) })

/** What a process leaves that dies after these batches, and where each batch ended. */
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

describe.each<Compress>(["none", "gzip", "zstd"])("a file of a dead process, %s", (compress) => {
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

  it.effect("is cut where garbage follows it, as after a loss of power", () =>
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
      expect(events).toEqual([{ _tag: "Repaired", path: part, cutBytes: 9, keptBytes: 0, rescuedLines: 0 }])
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

/** The lines of a compressed file, of which all frames or members are whole. */
const linesOf = (compress: Compress, bytes: Buffer): ReadonlyArray<string> => {
  const text = compress === "gzip" ? gunzipSync(bytes) : zstdText(bytes)
  return text.toString("utf8").split("\n").filter((line) => line !== "")
}

/** Node decodes the first frame only: the others begin with the magic number that follows it. */
const zstdText = (bytes: Buffer): Buffer => {
  const starts: Array<number> = []
  for (let at = bytes.indexOf(zstdMagic); at !== -1; at = bytes.indexOf(zstdMagic, at + 1)) starts.push(at)
  return Buffer.concat(starts.map((start, index) => zstdDecompressSync(bytes.subarray(start, starts[index + 1]))))
}

const zstdMagic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])

describe.each<Compress>(["gzip", "zstd"])("a file that is cut anywhere, %s", (compress) => {
  /** What stays of these bytes, put together as a repair does. */
  const repaired = async (path: string, bytes: Buffer) => {
    writeFileSync(path, bytes)
    const handle = await open(path, "r")
    try {
      const sound = await codecOf(compress).findSound(handle, bytes.length)
      if (sound === undefined) throw new Error("set aside")
      return { ...sound, bytes: Buffer.concat([bytes.subarray(0, sound.keep), sound.end]) }
    } finally {
      await handle.close()
    }
  }

  it.effect(
    "keeps every line that was acknowledged, and every whole line that can be read of the torn batch",
    () =>
      Effect.gen(function* () {
        const batches = [3, 1, 60]
        const { folder, part, ends } = yield* leftBehind(compress, batches)
        const whole = readFileSync(part)
        const all = linesOf(compress, (yield* Effect.promise(() => repaired(join(folder, "all"), whole))).bytes)
        expect(all).toHaveLength(64)
        let most = 0
        for (let size = 0; size <= whole.length; size++) {
          const { bytes, rescuedLines } = yield* Effect.promise(() =>
            repaired(join(folder, "cut"), whole.subarray(0, size))
          )
          const lines = bytes.length === 0 ? [] : linesOf(compress, bytes)
          const done = ends.filter((end) => end <= size).length
          const acknowledged = batches.slice(0, done).reduce((sum, count) => sum + count, 0)
          expect(lines).toEqual(all.slice(0, lines.length))
          expect(lines.length).toBeGreaterThanOrEqual(acknowledged)
          if (compress === "gzip") {
            const readable = size < 10 ? "" : inflated(whole.subarray(10, size))
            expect(lines.length).toBe(readable.split("\n").length - 1)
          }
          // More bytes never leave fewer lines.
          expect(lines.length).toBeGreaterThanOrEqual(most)
          expect(rescuedLines).toBeLessThanOrEqual(lines.length)
          most = lines.length
        }
      }),
    60_000,
  )

  it.effect("keeps the whole lines of a batch of many blocks", () =>
    Effect.gen(function* () {
      const { folder, part, ends } = yield* leftBehind(compress, [2, 6_000])
      const whole = readFileSync(part)
      for (const share of [0.5, 0.8, 0.999]) {
        const size = Math.floor(ends[0]! + share * (ends[1]! - ends[0]!))
        const { bytes, rescuedLines } = yield* Effect.promise(() =>
          repaired(join(folder, "cut"), whole.subarray(0, size))
        )
        const lines = linesOf(compress, bytes)
        expect(lines.map((line) => (JSON.parse(line) as { readonly seq: number }).seq))
          .toEqual(lines.map((_, index) => index + 1))
        expect(rescuedLines).toBeGreaterThan(1_000)
        expect(lines.length).toBeGreaterThanOrEqual(2 + rescuedLines)
      }
    }), 60_000)

  it.effect("is whole again after a repair that was itself cut off anywhere", () =>
    Effect.gen(function* () {
      const { folder, part, ends } = yield* leftBehind(compress, [2, 40])
      const whole = readFileSync(part)
      const cut = whole.subarray(0, Math.floor((ends[0]! + ends[1]!) / 2))
      const { keep, bytes } = yield* Effect.promise(() => repaired(join(folder, "cut"), cut))
      const lines = linesOf(compress, bytes)
      for (let size = keep; size <= bytes.length; size++) {
        const again = yield* Effect.promise(() => repaired(join(folder, "again"), bytes.subarray(0, size)))
        const kept = linesOf(compress, again.bytes)
        expect(kept).toEqual(lines.slice(0, kept.length))
        expect(kept.length).toBeGreaterThanOrEqual(2)
      }
    }), 60_000)

  it.effect("takes nothing from the zeros that a loss of power leaves after the cut", () =>
    Effect.gen(function* () {
      const { folder, part, ends } = yield* leftBehind(compress, [3, 40])
      const whole = readFileSync(part)
      for (let size = ends[0]! + 1; size < ends[1]!; size += 37) {
        const cut = whole.subarray(0, size)
        const plain = yield* Effect.promise(() => repaired(join(folder, "plain"), cut))
        const zeros = yield* Effect.promise(() =>
          repaired(join(folder, "zeros"), Buffer.concat([cut, Buffer.alloc(4096)]))
        )
        const lines = linesOf(compress, plain.bytes)
        expect(linesOf(compress, zeros.bytes)).toEqual(lines.slice(0, linesOf(compress, zeros.bytes).length))
        expect(linesOf(compress, zeros.bytes).length).toBeGreaterThanOrEqual(3)
      }
    }))
})

const inflated = (body: Buffer): string =>
  inflateRawSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).toString("utf8")

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
