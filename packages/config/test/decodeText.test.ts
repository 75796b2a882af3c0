/** The bytes of a configuration, in the encodings that editors write. */
import { decodeText } from "@boltodds/config"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"

const text = "version: 1\n# größer: ½ 🏀\nsource: demo\n"

const utf16 = (value: string, isLittle: boolean, mark = true): Uint8Array => {
  const units = (mark ? "\ufeff" : "") + value
  const bytes = Buffer.alloc(units.length * 2)
  for (let index = 0; index < units.length; index++) {
    if (isLittle) bytes.writeUInt16LE(units.charCodeAt(index), index * 2)
    else bytes.writeUInt16BE(units.charCodeAt(index), index * 2)
  }
  return bytes
}

const mistakeIn = (bytes: Uint8Array): string =>
  Effect.runSync(Effect.match(decodeText(bytes, "a.yaml"), {
    onSuccess: (read) => `no mistake in ${JSON.stringify(read)}`,
    onFailure: ({ problems: [problem] }) =>
      `${problem!.line}:${problem!.column} ${problem!.message} → ${problem!.remedy} [${problem!.source}]`,
  }))

describe("the bytes of a configuration", () => {
  it.each<[string, Uint8Array]>([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte order mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16 LE with a byte order mark", utf16(text, true)],
    ["UTF-16 BE with a byte order mark", utf16(text, false)],
  ])("are the same text in %s", (_, bytes) => {
    expect(Effect.runSync(decodeText(bytes, "a.yaml"))).toBe(text)
  })

  it.each<[string, Uint8Array, string]>([
    [
      "Latin-1",
      Buffer.from("version: 1\nx-a: Größe\n", "latin1"),
      '2:8 Cannot read the text: it is not UTF-8, found the byte 0xF6 at offset 18 → save the file as UTF-8 (in Latin-1 this byte is "ö") [x-a: Gr]',
    ],
    [
      "a character of UTF-8 that is cut off",
      Buffer.from("a: 🏀").subarray(0, 5),
      '1:4 Cannot read the text: it is not UTF-8, found the byte 0xF0 at offset 3 → save the file as UTF-8 (in Latin-1 this byte is "ð") [a: ]',
    ],
    [
      "an overlong form",
      Buffer.from([0x61, 0xc0, 0xaf]),
      '1:2 Cannot read the text: it is not UTF-8, found the byte 0xC0 at offset 1 → save the file as UTF-8 (in Latin-1 this byte is "À") [a]',
    ],
    [
      "UTF-16 LE without a byte order mark",
      utf16(text, true, false),
      "1:2 Cannot read the text: it looks like UTF-16, found a NUL byte at offset 1 → save the file as UTF-8; UTF-16 needs a byte order mark [v]",
    ],
    [
      "UTF-16 BE without a byte order mark",
      utf16(text, false, false),
      "1:1 Cannot read the text: it looks like UTF-16, found a NUL byte at offset 0 → save the file as UTF-8; UTF-16 needs a byte order mark []",
    ],
    [
      "UTF-16 with half a character",
      utf16("a: 1\nb: \ud83c!", true),
      "2:4 Cannot read the text: it is not UTF-16LE at offset 18 → save the file as UTF-8 [b: ]",
    ],
    [
      "UTF-16 with half a unit at its end",
      Buffer.concat([utf16("a: 1", true), Buffer.from([0x61])]),
      "1:5 Cannot read the text: it is not UTF-16LE at offset 10 → save the file as UTF-8 [a: 1]",
    ],
    [
      "UTF-32",
      Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]),
      "1:1 Cannot read the text: its byte order mark says UTF-32, found at offset 0 → save the file as UTF-8 []",
    ],
    [
      "gzip",
      Buffer.from([0x1f, 0x8b, 8, 0]),
      "1:2 Cannot read the text: it is not UTF-8, found the byte 0x8B at offset 1 → save the file as UTF-8 [\u001f]",
    ],
  ])("are refused at the first wrong byte of %s", (_, bytes, expected) => {
    expect(mistakeIn(bytes)).toBe(expected)
  })
})
