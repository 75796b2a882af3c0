import { describe, expect, it } from "vitest"
import { decodeFrame, deriveLine, parseLine } from "../src/index.ts"
import { mentionsInText } from "../src/Mentions.ts"
import { cleanNotice } from "../src/Notice.ts"
import { salvageScope } from "../src/salvage.ts"

// With a pattern that takes the square of a length, each of these runs for hours.
const megabytes = (text: string): string => text.repeat(Math.ceil(1_000_000 / text.length))

const hostile = [
  "\\",
  "?",
  "?a",
  '"',
  '\\"',
  "'",
  "{",
  "[",
  " ",
  "\t\n",
  "1",
  "1.",
  "x, ",
  ", ",
  "/",
  " / ",
  "-",
  "½",
  "key",
  "key ",
  "key=",
  "\u001b[",
  "\u001b]",
  "a vs ",
  '"game"',
  '"game" : ',
  '"game":"a',
]

describe("texts of the feed that are long and of one kind", () => {
  it.each(hostile)("are read in time with their length: %j", (piece) => {
    const text = `${megabytes(piece)}\\"\u0000`
    expect(["object", "undefined"]).toContain(typeof salvageScope(text))
    expect(typeof mentionsInText(text).isOpaque).toBe("boolean")
    expect(cleanNotice(text).length).toBeLessThanOrEqual(300)
    expect(parseLine(text)).toBe(null)
    expect(deriveLine(`A ${text} Spread`, "Spread", "A")).toBe(null)
    expect(decodeFrame(text).length).toBeGreaterThanOrEqual(0)
    expect(decodeFrame(JSON.stringify({ action: "new_kind", data: text })).length).toBe(1)
  })
})
