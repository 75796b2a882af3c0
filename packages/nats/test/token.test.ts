import { textOf, tokenOf } from "@boltodds/nats"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"

const numRuns = Number(process.env["LAW_RUNS"] ?? 1_000)
const seed = Number(process.env["LAW_SEED"] ?? 1)
const text = fc.string({ unit: "binary", maxLength: 40 })

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

  it("is not read where no text has it", () => {
    for (const token of ["a.b", "a b", "=2", "=zz", "=FF", "", "*", ">"]) expect(textOf(token)).toBeUndefined()
  })
})
