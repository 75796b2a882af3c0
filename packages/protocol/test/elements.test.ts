import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { elementTexts } from "../src/elements.ts"

const texts = (text: string): ReadonlyArray<string> => elementTexts(text, JSON.parse(text) as ReadonlyArray<object>)

/** Parts of what stands between two messages, to be mistaken for it. */
const bits = ["a", "ab", ":1,", ":2,", "", "},{", '},{"a":', "[", "]", "x", "\\", '"', "{"]
const word = fc.oneof(
  fc.constantFrom(...bits),
  fc.array(fc.constantFrom(...bits), { maxLength: 3 }).map((p) => p.join("")),
)
const { object } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, 1, 2),
    word,
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.array(fc.tuple(word, tie("value")), { maxLength: 4 }).map((fields) => Object.fromEntries(fields)),
}))

/** JSON with blanks as they may stand anywhere between its tokens. */
const write = (value: unknown, blank: () => string): string => {
  if (Array.isArray(value)) return `[${value.map((each) => blank() + write(each, blank) + blank()).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).map(([name, each]) =>
    `${blank()}${JSON.stringify(name)}${blank()}:${blank()}${write(each, blank)}${blank()}`
  )
  return `{${fields.join(",")}}`
}

describe("the texts of an array's objects", () => {
  it("are those of the objects, whatever they hold and however they are spaced", () => {
    fc.assert(
      fc.property(
        fc.array(object, { minLength: 1, maxLength: 4 }),
        fc.array(fc.constantFrom("", "", "", "", " ", "\n"), { minLength: 1, maxLength: 40 }),
        (objects, blanks) => {
          let next = 0
          const pieces = objects.map((each) => write(each, () => blanks[next++ % blanks.length]!))
          const text = pieces.reduce((all, piece) =>
            `${all}${blanks[next++ % blanks.length]},${blanks[next++ % blanks.length]}${piece}`
          )
          const cut = texts(`[${blanks[next++ % blanks.length]}${text}${blanks[next++ % blanks.length]}]`)
          expect(cut).toEqual(pieces)
        },
      ),
      { numRuns: 5000, seed: 7 },
    )
  })

  it("are not cut within one, where a list in it looks like what stands between two", () => {
    const listed = '{"a":"x","list":[{"a":"1"},{"a":"x"}]}'
    expect(texts(`[${listed}, {"a":"x"}]`)).toEqual([listed, '{"a":"x"}'])
    const listedLater = '{"a":"x","list":["]",{"a":"1"},{"a":"x"}]}'
    expect(texts(`[{"a":"y"},${listedLater},\n{"a":"x"}]`)).toEqual(['{"a":"y"}', listedLater, '{"a":"x"}'])
  })

  it("are not cut within a name that looks like what stands between two", () => {
    const odd = '{":1,":":2,","},{":1,"x":2,"y":3}'
    expect(texts(`[${odd}, {":1,":":2,"}]`)).toEqual([odd, '{":1,":":2,"}'])
  })

  it("hold no blank before the end of the array", () => {
    expect(texts('[{"a":"x"},{"a":"y"} ]')).toEqual(['{"a":"x"}', '{"a":"y"}'])
  })

  it("are found where brackets stand in strings, and with the spacing of Python", () => {
    expect(texts('[{"a":"x[0]"},{"a":"},{"}]')).toEqual(['{"a":"x[0]"}', '{"a":"},{"}'])
    expect(texts('[{"a": "x"}, {"a": [1, 2]}]')).toEqual(['{"a": "x"}', '{"a": [1, 2]}'])
  })
})
