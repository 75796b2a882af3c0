import { fileText } from "@boltodds/text"
import { describe, expect, it } from "vitest"

const utf16 = (text: string, isLittle: boolean): Uint8Array => {
  const bytes = new Uint8Array(2 * text.length)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < text.length; at++) view.setUint16(2 * at, text.charCodeAt(at), isLittle)
  return bytes
}

describe("the text of a file", () => {
  it.each([
    ["UTF-8", new TextEncoder().encode("käy\r\n")],
    ["UTF-8 with a byte order mark", new TextEncoder().encode("\ufeffkäy\r\n")],
    ["UTF-16 LE with a byte order mark", utf16("\ufeffkäy\r\n", true)],
    ["UTF-16 BE with a byte order mark", utf16("\ufeffkäy\r\n", false)],
  ])("is read as %s", (_, bytes) => {
    expect(fileText(bytes)).toBe("käy\r\n")
  })

  it("is undefined where bytes are no text in their encoding", () => {
    expect(fileText(Uint8Array.of(0x6b, 0xe4, 0x79))).toBe(undefined)
    expect(fileText(utf16("\ufeff\ud800", true))).toBe(undefined)
    expect(fileText(utf16("\ufeffab", true).subarray(0, 5))).toBe(undefined)
  })
})
