import { describe, expect, it } from "vitest"
import { decodeFrame, deriveLine, parseLine } from "../src/index.ts"
import { mentionsInText } from "../src/Mentions.ts"
import { readNonFinite } from "../src/nonFinite.ts"
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
  "NaN ",
  "NaN",
  "-Infinity ",
  "NaN,",
  '{"a":NaN,',
  "\\ud800",
  "_",
]

describe("numbers that JSON does not have", () => {
  const frameOf = (element: string): string => `[${Array.from({ length: 40 }, () => element.repeat(20_000)).join(",")}]`

  it("are not collected from a text that is no JSON for another reason", () => {
    for (const element of ["NaN ", "-Infinity ", "inf\n", "nan="]) {
      expect(decodeFrame(frameOf(element)).map(({ text }) => text.length), element).toEqual(
        Array.from({ length: 40 }, () => expect.any(Number)),
      )
      expect(readNonFinite(element.repeat(2))).toBeUndefined()
    }
  })

  it("are read where values stand", () => {
    expect(readNonFinite('{"a":NaN , "b":[-Infinity,null,-1e+2],"NaN":inf}')).toEqual({
      text: '{"a":"NaN" , "b":["-Infinity",null,-1e+2],"NaN":"inf"}',
      value: { a: NaN, b: [-Infinity, null, -100], NaN: Infinity },
    })
    expect(readNonFinite('{"__proto__":NaN}')?.value).toEqual(
      JSON.parse('{"__proto__":null}', (name, value) => name === "__proto__" ? NaN : value),
    )
    expect(readNonFinite("NaN")).toEqual({ text: '"NaN"', value: NaN })
    for (const broken of ["{NaN:1}", '{"a":1 NaN}', '{"a":NaN 1}', '{"a":+NaN-}', '{"a":null NaN}']) {
      expect(readNonFinite(broken), broken).toBeUndefined()
    }
  })
})

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
