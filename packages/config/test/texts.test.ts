import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readTree } from "../src/internal/readTree.ts"
import { sourceOffsets } from "../src/internal/sourceOffsets.ts"
import { entryOf } from "../src/internal/Tree.ts"

describe("the places of a text's characters", () => {
  const placesIn = (yaml: string): string => {
    const { tree } = readTree(yaml)
    const node = entryOf(tree, "a")?.node
    if (node?._tag !== "Scalar") throw new Error("not a text")
    const offsets = sourceOffsets(yaml, node)
    expect(offsets).toHaveLength(String(node.written).length + 1)
    return offsets.slice(0, -1).map((offset) => yaml[offset]).join("")
  }

  it("are found after quotes, escapes, folds and indentation", () => {
    expect(placesIn("a: plain text # comment")).toBe("plain text")
    expect(placesIn("a: 'it''s'")).toBe("it's")
    expect(placesIn('a: "x\\"y\\u0041\\tz"')).toBe("x\\y\\\\z")
    expect(placesIn("a: one\n  two")).toBe("one\ntwo")
    expect(placesIn("a: >-\n    one\n    two\nb: 1")).toBe("one\ntwo")
    expect(placesIn("a: |\n    one\n\n      two\n")).toBe("one\n\n  two\n")
  })

  it("rise, and each holds its character wherever nothing is escaped or folded", () => {
    fc.assert(fc.property(fc.stringMatching(/^[a-z "=&|.()0-9]{1,40}$/), (text) => {
      const yaml = `a: '${text}'`
      expect(placesIn(yaml)).toBe(text)
    }))
  })
})
