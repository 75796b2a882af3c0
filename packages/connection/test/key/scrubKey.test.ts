import { scrubKey } from "@boltodds/connection"
import { describe, expect, it } from "vitest"

const key = 'a"b\\c/d é+0%1'
const json = (text: string) => JSON.stringify(text).slice(1, -1)

describe("the text of a file", () => {
  it("loses the key in every spelling, and counts it", () => {
    const form = new URLSearchParams({ key }).toString().slice("key=".length)
    const spellings = [
      key,
      json(key),
      json(json(key)),
      json(json(json(key))),
      encodeURIComponent(key),
      form,
      json(key).replace("/", "\\/"),
      json(key).replace("é", "\\u00E9"),
      json(json(key).replace("a", "\\u0061")),
      encodeURIComponent(key).toLowerCase(),
    ]
    for (const spelling of spellings) {
      expect(scrubKey(`x ${spelling} y ${spelling}`, key)).toEqual({ text: "x [redacted] y [redacted]", count: 2 })
    }
  })

  it("without the key stays as it is", () => {
    expect(scrubKey('{"a":"b\\\\c"}', key)).toEqual({ text: '{"a":"b\\\\c"}', count: 0 })
  })

  it("is searched in time with its length", () => {
    for (const piece of ["\\", '"', "a", "%", "\\u0061", 'a"b\\\\c']) {
      expect(scrubKey(piece.repeat(500_000), key).count).toBe(0)
    }
  })

  it("is not searched for a key that is part of words", () => {
    expect(() => scrubKey("text", "abc")).toThrow(/fewer than 4 characters/)
  })
})
