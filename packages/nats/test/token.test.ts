import { textOf, tokenOf } from "@boltodds/nats"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const numRuns = Number(process.env["LAW_RUNS"] ?? 1_000)
const seed = Number(process.env["LAW_SEED"] ?? 1)
/** With halves of characters in it, which JSON can write and UTF-8 cannot. */
const halves = fc.array(fc.constantFrom("\ud83d", "\ude00", "\ud800", "\udfff", "\ufffd", "a", "é", "😀", "="), {
  maxLength: 6,
})
const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), halves.map((units) => units.join("")))

describe("a token of a subject", () => {
  it("has no separator, wildcard or blank in it, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (name) => {
        expect(tokenOf(name)).toMatch(/^[A-Za-z0-9_=-]{1,200}$/)
      }),
      { numRuns, seed },
    )
  })

  it("is read back as the text", () => {
    fc.assert(
      fc.property(text, (name) => {
        expect(textOf(tokenOf(name))).toBe(name)
      }),
      { numRuns, seed },
    )
  })

  it("differs for different texts, also where they are long", () => {
    const long = "x".repeat(400)
    expect(tokenOf(`${long}a`)).not.toBe(tokenOf(`${long}b`))
    expect(tokenOf("NBA")).not.toBe(tokenOf("nba"))
    expect(textOf(tokenOf(long))).toBeUndefined()
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(tokenOf(one) === tokenOf(other)).toBe(one === other)
      }),
      { numRuns, seed },
    )
  })

  it("is another one for names that differ in half a character only", () => {
    const names = ["A\ud83d", "A\ud83c", "A\ude00", "A\ufffd"]
    expect(names.map(tokenOf)).toEqual(["A=ED=A0=BD", "A=ED=A0=BC", "A=ED=B8=80", "A=EF=BF=BD"])
    const long = "x".repeat(400)
    expect(new Set(names.map((name) => tokenOf(long + name))).size).toBe(names.length)
  })

  it("is not read where no text has it", () => {
    // The last is half a character twice, which together are one: that has four bytes.
    for (const token of ["a.b", "a b", "=2", "=zz", "=FF", "", "*", ">", "=ED=A0=BD=ED=B8=80"]) {
      expect(textOf(token)).toBeUndefined()
    }
  })
})
