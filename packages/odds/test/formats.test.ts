import {
  americanToDecimal,
  americanToFraction,
  americanToImplied,
  centsBetween,
  decimalToAmerican,
  decimalToImplied,
  formatAmerican,
  fractionLadder,
  fractionToDecimal,
  impliedToAmerican,
  impliedToDecimal,
  isAmerican,
  isDecimal,
  nearestFraction,
  parseFractional,
  parseOddsText,
  roundAmerican,
} from "@boltodds/odds"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { american, anyNumber, decimal, law } from "./laws.ts"

describe("American odds", () => {
  // The definition: profit over stake.
  it.each([
    [100, 2, 1 / 2, [1, 1]],
    [-100, 2, 1 / 2, [1, 1]],
    [150, 2.5, 2 / 5, [3, 2]],
    [-150, 1 + 2 / 3, 3 / 5, [2, 3]],
    [-110, 1 + 10 / 11, 11 / 21, [10, 11]],
    [-10_000, 1.01, 100 / 101, [1, 100]],
    [99_900, 1000, 1 / 1000, [999, 1]],
    [-112.5, 1 + 8 / 9, 9 / 17, [8, 9]],
  ])("%d pays %d, implies %d and is %j", (odds, pays, implied, fraction) => {
    expect(americanToDecimal(odds)).toBe(pays)
    expect(americanToImplied(odds)).toBeCloseTo(implied, 15)
    expect(americanToFraction(odds)).toEqual(fraction)
  })

  it.each([0, -0, 1, 99, -99.999, NaN, Infinity, -Infinity, -1e308])("do not include %d", (value) => {
    expect(isAmerican(value)).toBe(false)
    for (const read of [americanToDecimal, americanToImplied, americanToFraction, roundAmerican, formatAmerican]) {
      expect(read(value)).toBeUndefined()
    }
    expect(centsBetween(value, 110)).toBeUndefined()
    expect(centsBetween(110, value)).toBeUndefined()
  })

  it("become exact fractions and come back, for every whole number up to 99,999", () => {
    for (let odds = 100; odds <= 99_999; odds++) {
      for (const signed of [odds, -odds]) {
        const [profit, stake] = americanToFraction(signed)!
        if (profit * (signed > 0 ? 100 : odds) !== stake * (signed > 0 ? odds : 100)) {
          expect.fail(`${signed} is not exact`)
        }
        const back = roundAmerican(decimalToAmerican(fractionToDecimal(profit, stake)!)!)
        if (back !== (odds === 100 ? 100 : signed)) expect.fail(`${signed} comes back as ${back}`)
        if (roundAmerican(impliedToAmerican(americanToImplied(signed)!)!) !== back) {
          expect.fail(`${signed} by probability`)
        }
      }
    }
  })

  it("round halves away from zero, never into (-100, 100), and write even money as +100", () => {
    expect([110.5, -110.5, -100, -100.4, 100.4, 109.4].map(roundAmerican)).toEqual([111, -111, 100, 100, 100, 109])
    expect([100, -100, 150, -110, -110.5].map(formatAmerican)).toEqual(["+100", "+100", "+150", "-110", "-110.5"])
    law(anyNumber, (value) => {
      const rounded = roundAmerican(value)
      expect(rounded === undefined || (isAmerican(rounded) && rounded !== -100)).toBe(true)
    })
  })

  it("have no cents between -100 and +100", () => {
    expect(centsBetween(-110, 105)).toBe(15)
    expect(centsBetween(-105, 105)).toBe(10)
    expect(centsBetween(105, -110)).toBe(-15)
    expect(centsBetween(-100, 100)).toBe(0)
    law(fc.tuple(american, american), ([from, to]) => {
      expect(Math.sign(centsBetween(from, to)!)).toBe(Math.sign(americanToDecimal(to)! - americanToDecimal(from)!))
    })
  })
})

describe("decimal odds and probabilities", () => {
  it("are inverses of each other, whatever the number", () => {
    expect(decimalToImplied(2.5)).toBe(0.4)
    expect(impliedToDecimal(0.4)).toBe(2.5)
    expect(decimalToAmerican(1.5)).toBe(-200)
    expect(impliedToAmerican(0.4)).toBeCloseTo(150, 12)
    expect(impliedToAmerican(0.6)).toBeCloseTo(-150, 12)
    law(decimal, (odds) => {
      expect(impliedToDecimal(decimalToImplied(odds)!)! / odds).toBeCloseTo(1, 14)
      expect(americanToDecimal(decimalToAmerican(odds)!)! / odds).toBeCloseTo(1, 14)
      expect(impliedToAmerican(1 / odds)! / decimalToAmerican(odds)!).toBeCloseTo(1, 9)
    })
  })

  it("are undefined where there is no price, and never throw", () => {
    for (const value of [1, 0.5, 0, -2, NaN, Infinity, -Infinity]) {
      expect(isDecimal(value)).toBe(false)
      expect(decimalToAmerican(value)).toBeUndefined()
      expect(decimalToImplied(value)).toBeUndefined()
    }
    for (const value of [0, 1, -0.1, 1.1, NaN, Infinity, 5e-324]) expect(impliedToDecimal(value)).toBeUndefined()
    law(anyNumber, (value) => {
      const price = impliedToDecimal(value)
      expect(price === undefined || isDecimal(price)).toBe(true)
      const odds = impliedToAmerican(value)
      expect(odds === undefined || Math.abs(odds) >= 100).toBe(true)
      const fromDecimal = decimalToAmerican(value)
      expect(fromDecimal === undefined || Math.abs(fromDecimal) >= 100).toBe(true)
    })
  })
})

describe("fractional odds", () => {
  it("are read as written", () => {
    expect(parseFractional("10/11")).toEqual([10, 11])
    expect(parseFractional(" 6 / 4 ")).toEqual([6, 4])
    expect(parseFractional("Evens")).toEqual([1, 1])
    for (const text of ["", "10", "0/1", "1/0", "-1/2", "1/2/3", "1.5/2", "1/00", "12345678/1", "x".repeat(1e6)]) {
      expect(parseFractional(text)).toBeUndefined()
    }
    expect(fractionToDecimal(10, 11)).toBe(1 + 10 / 11)
    expect(fractionToDecimal(0, 1)).toBeUndefined()
    expect(fractionToDecimal(1, NaN)).toBeUndefined()
  })

  it("have a ladder in order, and the nearest of it by probability", () => {
    const odds = fractionLadder.map(([profit, stake]) => profit / stake)
    expect(odds).toEqual(odds.toSorted((a, b) => a - b))
    expect(nearestFraction(1.91)).toEqual([10, 11])
    expect(nearestFraction(2)).toEqual([1, 1])
    expect(nearestFraction(1e9)).toEqual([1000, 1])
    expect(nearestFraction(NaN)).toBeUndefined()
    expect(nearestFraction(2, [])).toBeUndefined()
    expect(nearestFraction(2, [[0, 1], [3, 1], [1, 3]])).toEqual([1, 3])
    for (const fraction of fractionLadder) {
      expect(nearestFraction(fractionToDecimal(...fraction)!)).toEqual(fraction)
    }
  })
})

describe("odds as text", () => {
  it.each(
    [
      ["-110", "american", 1 + 10 / 11],
      ["\u2212110", "american", 1 + 10 / 11],
      ["150", "american", 2.5],
      ["EVEN", "american", 2],
      ["108", "american", 2.08],
      ["108", "decimal", 108],
      ["1.91", "decimal", 1.91],
      ["3/2", "fractional", 2.5],
      ["0.4", "probability", 2.5],
      [".4", "probability", 2.5],
      ["40%", "probability", 2.5],
      ["40 %", "probability", 2.5],
    ] as const,
  )("%j as %s pays %d", (text, format, pays) => {
    expect(parseOddsText(text, format)).toBeCloseTo(pays, 14)
  })

  it.each(
    [
      ["1.91", "american"],
      ["99", "american"],
      ["0110", "american"],
      ["", "american"],
      ["1", "decimal"],
      ["1,91", "decimal"],
      ["-110", "decimal"],
      ["Infinity", "decimal"],
      ["1e3", "decimal"],
      ["2.5", "fractional"],
      ["40", "probability"],
      ["1", "probability"],
      ["0", "probability"],
      ["0%", "probability"],
      ["100%", "probability"],
    ] as const,
  )("%j is no %s odds", (text, format) => {
    expect(parseOddsText(text, format)).toBeUndefined()
  })

  it("never throws", () => {
    law(fc.tuple(fc.string({ unit: "binary" }), fc.constantFrom("american", "decimal", "fractional", "probability")), (
      [text, format],
    ) => {
      const read = parseOddsText(text, format)
      expect(read === undefined || isDecimal(read)).toBe(true)
    })
  })
})
