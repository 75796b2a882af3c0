import { visible, visibleJson, visibleLines } from "@boltodds/text"
import { describe, expect, it } from "vitest"

/** ESC, BEL, DEL, CSI of C1, soft hyphen, zero width space and joiner, bidi override and isolate, BOM, tag, filler. */
const hidden = [
  0x1b,
  0x07,
  0x7f,
  0x9b,
  0xad,
  0x200b,
  0x200d,
  0x202e,
  0x2066,
  0x2028,
  0xfeff,
  0xe0041,
  0x3164,
  0x0a,
  0x0d,
]

describe("a text that is made visible", () => {
  it("has every character written out that a terminal would obey or hide", () => {
    for (const code of hidden) {
      expect(visible(`a${String.fromCodePoint(code)}b`)).toBe(`a\\u{${code.toString(16)}}b`)
    }
    expect(visible("\ud800x")).toBe("\\u{d800}x")
  })

  it("stays as it is otherwise", () => {
    const plain = "São Paulo – Ñublense 8½ “Lakers” 東京 🏀 ‑ \u00a0"
    expect(visible(plain)).toBe(plain)
  })

  it("keeps its lines where it has several", () => {
    expect(visibleLines("a\nb\u001b\r\nc")).toBe("a\nb\\u{1b}\\u{d}\nc")
  })
})

describe("JSON that is made visible", () => {
  it("means the same", () => {
    const value = { name: hidden.map((code) => String.fromCodePoint(code)).join("x"), plain: "é🏀" }
    const json = visibleJson(JSON.stringify(value))
    expect(JSON.parse(json)).toEqual(value)
    expect(json).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u3164]/u)
    expect(json).toContain("é🏀")
  })

  it("keeps the blanks between its values, but no carriage return", () => {
    const json = visibleJson('{"a":\t1,\r\n"b":\r2}\n')
    expect(json).toBe('{"a":\t1, \n"b": 2}\n')
    expect(JSON.parse(json)).toEqual({ a: 1, b: 2 })
  })
})
