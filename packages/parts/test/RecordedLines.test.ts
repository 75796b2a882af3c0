import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { afterAll, describe, expect, it } from "vitest"
import { readLines } from "@boltodds/text"
import { decompressed, lineLimit, RecordedLines } from "../src/recording.ts"

const folder = mkdtempSync(join(tmpdir(), "boltodds-lines-"))
afterAll(() => rmSync(folder, { recursive: true }))

const parts = Array.from(
  { length: 50 },
  (_, part) =>
    Array.from(
      { length: 400 },
      (_, line) => `{"part":${part},"line":${line},"noise":"${Math.sin(part * 400 + line)}"}`,
    ),
)
const lines = parts.flat()
const text = (part: ReadonlyArray<string>): string => part.map((line) => `${line}\n`).join("")
const file = (name: string, bytes: string | Buffer): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
const read = async (...files: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const all: Array<string> = []
  for await (const line of new RecordedLines(files)) all.push(line)
  return all
}

/** The open files of this process in the folder. Needs Linux. */
const openFiles = (): ReadonlyArray<string> =>
  readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`)
      return path.startsWith(folder) ? [path] : []
    } catch {
      // It was closed meanwhile, such as the one that reads this folder.
      return []
    }
  })

describe("the lines of a recording", () => {
  it("are those of a plain file, and of many one after another", async () => {
    expect(await read(file("a.ndjson", text(lines)))).toEqual(lines)
    expect(await read(file("b.ndjson", text(parts[0]!)), file("c.ndjson", text(parts[1]!)))).toEqual(
      [...parts[0]!, ...parts[1]!],
    )
  })

  it("are those of all members of a gzip file, and of all frames of a zstd file", async () => {
    const gzip = Buffer.concat(parts.map((part) => gzipSync(text(part))))
    const zstd = Buffer.concat(parts.map((part) => zstdCompressSync(text(part))))
    expect(await read(file("a.ndjson.gz", gzip))).toEqual(lines)
    expect(await read(file("a.ndjson.zst", zstd))).toEqual(lines)
    expect(await read(file("one.zst", zstdCompressSync(text(lines))))).toEqual(lines)
    expect(await read(file("empty.zst", zstdCompressSync("")))).toEqual([])
  })

  it("end at LF and nowhere else, whatever a name holds", async () => {
    const odd = ["u2028", "\u2028", "\u2029", "\u0085", "é😀"].map((text) => JSON.stringify({ text }))
    const whole = odd.join("\r\n")
    expect(whole).toContain("\u2028")
    expect(await read(file("odd.ndjson", whole))).toEqual(odd)
    expect(await read(file("odd.ndjson.gz", gzipSync(whole)))).toEqual(odd)
    expect(await read(file("odd.ndjson.zst", zstdCompressSync(whole)))).toEqual(odd)
  })

  it("are called by their file and their number in it, the one to come too", async () => {
    const lines = new RecordedLines([file("x.ndjson", "1\n2\n"), file("y.ndjson", ""), file("z.ndjson", "3\n4\n")])
    const places: Array<string> = []
    let number = 0
    for await (const _ of lines) places.push(lines.placeOf(++number).replace(`${folder}/`, ""))
    expect(places).toEqual(["line 1 of x.ndjson", "line 2 of x.ndjson", "line 1 of z.ndjson", "line 2 of z.ndjson"])
    expect(lines.placeOf(2)).toBe(`line 2 of ${folder}/x.ndjson`)
    expect(lines.placeOf(5)).toBe(`line 3 of ${folder}/z.ndjson`)
    expect(new RecordedLines(["only.ndjson"]).placeOf(1)).toBe("line 1 of only.ndjson")
  })

  it("end with the failure of a file that is not there, damaged or something else", async () => {
    await expect(read(join(folder, "nowhere.ndjson"))).rejects.toThrow("ENOENT")
    await expect(read(join(folder, "nowhere.gz"))).rejects.toThrow("ENOENT")
    await expect(read(join(folder, "nowhere.zst"))).rejects.toThrow("ENOENT")
    await expect(read(file("bad.gz", "no gzip"))).rejects.toThrow()
    await expect(read(file("bad.zst", "this is no zstd at all"))).rejects.toThrow()
  })

  describe.skipIf(!existsSync("/proc/self/fd"))("leave no file open", () => {
    const whole = { "": Buffer.from(text(lines)), ".gz": gzipSync(text(lines)), ".zst": zstdCompressSync(text(lines)) }
    const endings = Object.entries(whole)
    const pieces = { begin: (bytes: Buffer) => bytes.subarray(0, 5_000), later: (bytes: Buffer) => bytes.subarray(9) }

    it.each(endings)("where the reader stops (%s)", async (ending, bytes) => {
      for await (const _ of new RecordedLines([file(`stop.ndjson${ending}`, bytes)])) break
      await expect.poll(openFiles, { timeout: 60_000 }).toEqual([])
    })

    it.each(endings)("where all is read (%s)", async (ending, bytes) => {
      expect(await read(file(`all.ndjson${ending}`, bytes))).toHaveLength(lines.length)
      await expect.poll(openFiles, { timeout: 60_000 }).toEqual([])
    })

    it.each(
      endings.slice(1).flatMap(([ending, bytes]) =>
        Object.entries(pieces).map(([name, cut]) => [name, ending, cut(bytes)] as const)
      ),
    )("where it is damaged (%s, %s)", async (name, ending, bytes) => {
      await expect(read(file(`${name}.ndjson${ending}`, bytes))).rejects.toThrow()
      await expect.poll(openFiles, { timeout: 60_000 }).toEqual([])
    })

    it.each(endings)("where a line is too long (%s)", async (ending) => {
      const long = { "": Buffer.from, ".gz": gzipSync, ".zst": zstdCompressSync }[ending]!
      const bytes = decompressed(file(`long.ndjson${ending}`, long(Buffer.alloc(3_000_000, "x") as never) as Buffer))
      const reading = async (): Promise<void> => {
        for await (const _ of readLines(bytes, lineLimit(1_000_000)));
      }
      await expect(reading()).rejects.toThrow("longer than 1000000 bytes")
      await expect.poll(openFiles, { timeout: 60_000 }).toEqual([])
    })
  })
})
