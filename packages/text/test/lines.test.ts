import { LineSplitter, LineTooLong, longestLineFor, readLines } from "@boltodds/text"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The bytes in pieces of this size. */
const pieces = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))

const split = (chunks: ReadonlyArray<Uint8Array>, options = {}): ReadonlyArray<string> => {
  const splitter = new LineSplitter(options)
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)])
  const last = splitter.end()
  return last === undefined ? lines : [...lines, last]
}

describe("the longest line", () => {
  it("is a quarter of the memory, within 32 and 500 MiB", () => {
    const mebibyte = 1024 * 1024
    expect([0, 128, 512, 1024, 4096].map((heap) => longestLineFor(heap * mebibyte) / mebibyte)).toEqual([
      32,
      32,
      128,
      256,
      500,
    ])
  })
})

describe("splitting lines", () => {
  it.each([
    ["ends a line at LF, the last one without LF too", "a\nb", ["a", "b"]],
    ["makes no line after the last LF", "a\nb\n", ["a", "b"]],
    ["keeps empty lines", "\n\na\n\n", ["", "", "a", ""]],
    ["makes no line of nothing", "", []],
    ["leaves out one CR before LF, and no more", "a\r\nb\r\r\n\r\n", ["a", "b\r", ""]],
    ["keeps a CR that no LF follows", "a\rb\nc\r", ["a\rb", "c\r"]],
    [
      "never ends a line at another separator of Unicode",
      "u2028\u2028u2029\u2029nel\u0085vt\vff\ffs\u001c\nb",
      ["u2028\u2028u2029\u2029nel\u0085vt\vff\ffs\u001c", "b"],
    ],
    ["leaves out a byte order mark before the first line only", "\uFEFFa\n\uFEFFb", ["a", "\uFEFFb"]],
  ])("%s", (_what, text, lines) => {
    for (const size of [1, 2, 3, 1000]) expect(split(pieces(encode(text), size))).toEqual(lines)
  })

  it("puts characters together that chunks cut in two", () => {
    fc.assert(fc.property(
      fc.array(fc.string({ unit: fc.constantFrom(..."ab é€😀\u2028\u2029\u0085\u0000") }), { maxLength: 8 }),
      fc.integer({ min: 1, max: 9 }),
      (lines, size) => {
        expect(split(pieces(encode(lines.map((line) => `${line}\n`).join("")), size))).toEqual(lines)
      },
    ))
  })

  it("replaces bytes that are not UTF-8", () => {
    expect(split([new Uint8Array([0x61, 0xff, 0x62, 0x0a, 0xc3])])).toEqual(["a\uFFFDb", "\uFFFD"])
  })

  it("does not keep the chunks that it was given", () => {
    const splitter = new LineSplitter()
    const chunk = encode("ab")
    expect([...splitter.push(chunk)]).toEqual([])
    chunk.fill(0)
    expect([...splitter.push(encode("c\n"))]).toEqual(["abc"])
  })
})

describe("a bound on the length of lines", () => {
  const text = "1234\n12345\n1\r\n123456789\n12é\nlast!"

  it("counts bytes and lets a line of its length pass", () => {
    for (const size of [1, 2, 5, 1000]) {
      const found: Array<number> = []
      const options = { maxBytes: 4, onTooLong: ({ line }: LineTooLong) => found.push(line) }
      expect(split(pieces(encode(text), size), options)).toEqual(["1234", "1", "12é"])
      expect(found).toEqual([2, 4, 6])
    }
  })

  it("fails by default, after the lines before it", async () => {
    const lines: Array<string> = []
    const reading = (async () => {
      for await (const line of readLines(new Blob([text]).stream(), { maxBytes: 4 })) lines.push(line)
    })()
    await expect(reading).rejects.toEqual(new LineTooLong(2, 4))
    await expect(reading).rejects.toMatchObject({
      _tag: "LineTooLong",
      message: "Cannot read line 2: it is longer than 4 bytes",
    })
    expect(lines).toEqual(["1234"])
  })

  it("is known before the line ends, and holds nothing of the rest", () => {
    const found: Array<LineTooLong> = []
    const splitter = new LineSplitter({ maxBytes: 1_000_000, onTooLong: (error) => found.push(error) })
    const chunk = new Uint8Array(64 * 1024).fill(0x61)
    const before = process.memoryUsage().arrayBuffers
    const push = (times: number): void => {
      for (let index = 0; index < times; index++) expect([...splitter.push(chunk)]).toEqual([])
    }
    push(15)
    expect(found).toEqual([])
    push(1)
    expect(found).toHaveLength(1)
    push(1000)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000)
    expect(found).toHaveLength(1)
    expect([...splitter.push(encode("\nnext\n"))]).toEqual(["next"])
  })
})

describe("reading lines", () => {
  it("fails as the stream does, after the lines before", async () => {
    const failing = async function* () {
      yield encode("a\nb")
      throw new Error("the disk is gone")
    }
    const lines: Array<string> = []
    await expect((async () => {
      for await (const line of readLines(failing())) lines.push(line)
    })()).rejects.toThrow("the disk is gone")
    expect(lines).toEqual(["a"])
  })

  it("ends the stream when its reader stops", async () => {
    let ended = false
    const endless = async function* () {
      try {
        for (;;) yield encode("a\n")
      } finally {
        ended = true
      }
    }
    for await (const line of readLines(endless())) {
      expect(line).toBe("a")
      break
    }
    expect(ended).toBe(true)
  })
})
