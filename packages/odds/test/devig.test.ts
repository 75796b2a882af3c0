import {
  americanToImplied,
  booksum,
  devig,
  type DevigMethod,
  devigMethods,
  type FairProbabilities,
  hold,
  overround,
  worstCase,
} from "@boltodds/odds"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import computed from "./fixtures/devig.json" with { type: "json" }
import { anyNumber, law, market } from "./laws.ts"

const fairOf = (implied: ReadonlyArray<number>, method: DevigMethod, winners = 1): FairProbabilities => {
  const result = devig(implied, method, { winners })
  if (result._tag !== "Fair") throw new Error(`${method} does not apply: ${result.reason}`)
  return result
}
const inverse = (...decimals: ReadonlyArray<number>): ReadonlyArray<number> => decimals.map((each) => 1 / each)
const sumOf = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0)
const expectNear = (found: ReadonlyArray<number>, expected: ReadonlyArray<number>, within: number): void => {
  expect(found.length).toBe(expected.length)
  for (const [index, value] of found.entries()) {
    if (!(Math.abs(value - expected[index]!) <= within)) expect.fail(`${found.join()} is not ${expected.join()}`)
  }
}

/**
 * The README of the R package `implied` (Jonas Lindstrøm, github.com/opisthokonta/implied), seven decimals. What
 * it solves for (Shin, odds ratio, power) is wrong from the sixth decimal on: R's `uniroot` stops early by default. The
 * right numbers for the same odds are in fixtures/devig.json. Its closed forms are right to the last digit.
 */
const impliedPackage: ReadonlyArray<
  { readonly odds: ReadonlyArray<number>; readonly p: Readonly<Partial<Record<DevigMethod, ReadonlyArray<number>>>> }
> = [
  {
    odds: [4.2, 3.7, 1.95],
    p: {
      multiplicative: [0.2331556, 0.2646631, 0.5021813],
      shin: [0.2315716, 0.2635742, 0.5048542],
      additive: [0.2310332, 0.2632083, 0.5057585],
      odds_ratio: [0.2320048, 0.2636415, 0.5043537],
      power: [0.2311414, 0.2630644, 0.5057942],
    },
  },
  {
    odds: [2.45, 3.7, 2.9],
    p: {
      multiplicative: [0.3988848, 0.2641264, 0.3369888],
      shin: [0.4000221, 0.2629271, 0.3370508],
      additive: [0.4004096, 0.2625166, 0.3370739],
      odds_ratio: [0.3996912, 0.2633869, 0.3369219],
      power: [0.4003156, 0.2627189, 0.3369655],
    },
  },
  {
    odds: [2.05, 3.2, 3.8],
    p: {
      multiplicative: [0.4586948, 0.2938514, 0.2474538],
      shin: [0.4645882, 0.2919788, 0.2434331],
      additive: [0.4666506, 0.2913457, 0.2420036],
      odds_ratio: [0.4634406, 0.2919032, 0.2446562],
      power: [0.4667139, 0.2908985, 0.2423876],
    },
  },
]

describe("published probabilities", () => {
  it.each(impliedPackage)("of the R package implied, for %j", ({ odds, p }) => {
    for (const [method, expected] of Object.entries(p)) {
      const within = method === "multiplicative" || method === "additive" ? 6e-8 : 3e-6
      expectNear(fairOf(inverse(...odds), method as DevigMethod).p, expected, within)
    }
  })

  it("of the R package implied: insiders, exponents (its n is 1/k), odds ratios, margins", () => {
    const sets = impliedPackage.map(({ odds }) => inverse(...odds))
    const parameters = (method: DevigMethod) => sets.map((set) => fairOf(set, method).parameter!)
    expectNear(parameters("shin"), [0.01061048, 0.01163552, 0.03182353], 2e-5)
    expectNear(parameters("power").map((k) => 1 / k), [0.9797664, 0.9788115, 0.9419744], 2e-5)
    expectNear(parameters("odds_ratio"), [1.034449, 1.035805, 1.102606], 5e-5)
    expectNear(sets.map((set) => overround(set)!), [0.02118602, 0.02326112, 0.06346277], 6e-9)
  })

  // README of the Python package shin 0.2 (Mark Berk, github.com/mberk/shin). It stops at 1e-12 in z.
  it("of the Python package shin, three outcomes and two", () => {
    const three = fairOf(inverse(2.6, 2.4, 4.3), "shin")
    expectNear(three.p, [0.37299406033208965, 0.4047794109200184, 0.2222265287474275], 1e-12)
    expect(three.parameter).toBeCloseTo(0.01694251276407055, 11)
    const two = fairOf(inverse(1.5, 2.74), "shin")
    expectNear(two.p, [0.6508515815085157, 0.3491484184914841], 1e-15)
    expect(two.parameter).toBeCloseTo(0.03172728540646625, 14)
  })

  // The documentation of the Python package penaltyblog (Martin Eastwood, github.com/martineastwood/penaltyblog).
  it("of the Python package penaltyblog", () => {
    expectNear(fairOf(inverse(2.7, 2.3, 4.4), "multiplicative").p, [
      0.35873803615739097,
      0.4211272598369373,
      0.22013470400567173,
    ], 1e-15)
    const shin = fairOf([170, 130, 340].map((odds) => americanToImplied(odds)!), "shin")
    expectNear(shin.p, [0.35934391959159157, 0.42324384818283234, 0.21741223222458853], 1e-8)
    expect(shin.parameter).toBeCloseTo(0.0162, 4)
  })

  // Clarke, Kovalchik and Ingram (2017) choose these prices to show that the additive method can go below zero.
  it("of the additive method can be impossible, and are then not given", () => {
    const prices = [0.87, 0.2, 0.1, 0.05, 0.02, 0.01]
    expect(devig(prices, "additive")).toEqual({ _tag: "NotApplicable", reason: "out_of_range" })
    for (const method of devigMethods) if (method !== "additive") expect(devig(prices, method)._tag).toBe("Fair")
  })
})

describe("probabilities computed with 50 digits (fixtures/devig.py)", () => {
  it.each(computed)("$method of $format $odds", ({ format, odds, winners, method, p, parameter }) => {
    const implied = odds.map((value) =>
      format === "american" ? americanToImplied(value)! : format === "decimal" ? 1 / value : value
    )
    const result = fairOf(implied, method as DevigMethod, winners)
    expectNear(result.p, p, 2e-14)
    if (parameter === undefined) expect(result.parameter).toBeUndefined()
    else if (Math.abs(parameter) < 1e-40) expect(result.parameter).toBeCloseTo(0, 15)
    else expect(result.parameter! / parameter).toBeCloseTo(1, 12)
  })
})

describe("devig", () => {
  it("gives why there is no answer", () => {
    const reason = (implied: ReadonlyArray<number>, method: DevigMethod, winners = 1) => {
      const result = devig(implied, method, { winners })
      return result._tag === "NotApplicable" ? result.reason : result.p
    }
    for (const method of devigMethods) {
      expect(reason([], method)).toBe("one_sided")
      expect(reason([0.5], method)).toBe("one_sided")
      expect(reason([0.5, 0.6], method, 2)).toBe("one_sided")
      for (const value of [0, -0.1, 1, 1.2, NaN, Infinity, -Infinity]) {
        expect(reason([0.5, value], method)).toBe("out_of_range")
      }
    }
    expect(reason([0.45, 0.5], "shin")).toBe("underround")
    expect(reason([0.2, 0.3, 0.4], "shin")).toBe("underround")
    expect(reason([0.8, 0.7, 0.6], "shin", 2)).toBe("winners")
    expect(reason([0.8, 0.7, 0.6], "probit", 2)).toBe("winners")
    // The longest of the three would be certain to win.
    expect(reason([0.95, 0.5, 0.3], "multiplicative", 2)).toBe("out_of_range")
  })

  it("refuses a number of winners that is not a positive whole number", () => {
    for (const winners of [0, -1, 1.5, NaN, Infinity]) {
      expect(() => devig([0.5, 0.6], "power", { winners })).toThrow(
        new RangeError(`Cannot devig: winners must be a positive whole number: current value is ${winners}`),
      )
    }
  })

  it("leaves prices without margin as they are, with the neutral parameter", () => {
    const neutral = { multiplicative: undefined, additive: undefined, power: 1, shin: 0, odds_ratio: 1, probit: 0 }
    for (const method of devigMethods) {
      for (const prices of [[0.5, 0.5], [0.1, 0.2, 0.7]]) {
        const { p, parameter } = fairOf(prices, method)
        expect(p).toEqual(prices)
        expect(parameter).toBe(neutral[method])
      }
    }
  })

  it("gives a distribution in the order of the prices, whatever the market", () => {
    law(fc.tuple(market, fc.constantFrom(...devigMethods)), ([prices, method]) => {
      const result = devig(prices, method)
      if (result._tag === "NotApplicable") {
        const under = method === "shin" && booksum(prices)! < 1
        expect(result.reason).toBe(under ? "underround" : "out_of_range")
        return
      }
      expect(result.p.every((p) => p > 0 && p < 1)).toBe(true)
      expect(Math.abs(sumOf(result.p) - 1)).toBeLessThanOrEqual(1e-12)
      const order = prices.map((_, index) => index).toSorted((a, b) => prices[a]! - prices[b]!)
      for (let at = 1; at < order.length; at++) {
        expect(result.p[order[at]!]! >= result.p[order[at - 1]!]!).toBe(true)
      }
    })
  })

  it("does not depend on the order of outcomes", () => {
    law(fc.tuple(market, fc.constantFrom(...devigMethods)), ([prices, method]) => {
      const [straight, back] = [devig(prices, method), devig(prices.toReversed(), method)]
      expect(back._tag).toBe(straight._tag)
      if (straight._tag === "Fair" && back._tag === "Fair") expectNear(back.p.toReversed(), straight.p, 1e-12)
    })
  })

  it("is multiplicative without regard to scale, and its own inverse where a margin was put on in its way", () => {
    law(fc.tuple(market, fc.double({ min: 0.5, max: 1, noNaN: true })), ([prices, scale]) => {
      const [whole, scaled] = [devig(prices, "multiplicative"), devig(prices.map((q) => q * scale), "multiplicative")]
      if (whole._tag === "Fair" && scaled._tag === "Fair") expectNear(scaled.p, whole.p, 1e-14)
    })
    law(fc.tuple(market, fc.double({ min: 0.7, max: 1, noNaN: true })), ([prices, k]) => {
      const fair = fairOf(prices, "multiplicative").p
      const raised = fair.map((p) => p ** k)
      if (raised.some((q) => q >= 1)) return
      expectNear(fairOf(raised, "power").p, fair, 1e-11)
      const ratio = fair.map((p) => p / (k + p - k * p))
      expectNear(fairOf(ratio, "odds_ratio").p, fair, 1e-11)
    })
  })

  it("recovers the insiders of Shin's model from the prices that they make", () => {
    // Shin (1993), equation 5: the price of an outcome is the root of z·p + (1 - z)·p², times the sum of all the roots.
    law(fc.tuple(market, fc.double({ min: 0.001, max: 0.3, noNaN: true })), ([prices, z]) => {
      const fair = fairOf(prices, "multiplicative").p
      const roots = fair.map((p) => Math.sqrt(z * p + (1 - z) * p * p))
      const made = roots.map((root) => root * sumOf(roots))
      if (made.some((q) => q >= 1)) return
      const found = fairOf(made, "shin")
      expectNear(found.p, fair, 1e-9)
      expect(Math.abs(found.parameter! - z)).toBeLessThan(1e-9)
    })
  })

  it("answers whatever numbers it gets", () => {
    law(
      fc.tuple(
        fc.array(fc.oneof(anyNumber, fc.double({ min: 0, max: 1 })), { maxLength: 30 }),
        fc.constantFrom(...devigMethods),
        fc.integer({ min: 1, max: 4 }),
      ),
      ([prices, method, winners]) => {
        const result = devig(prices, method, { winners })
        if (result._tag !== "Fair") return
        expect(result.p.every((p) => p > 0 && p < 1)).toBe(true)
        expect(Math.abs(sumOf(result.p) - winners)).toBeLessThanOrEqual(1e-12)
      },
    )
    const extreme = [1 - 2 ** -53, 2 ** -53, 1e-300, 5e-324, 0.5]
    for (const method of devigMethods) {
      for (const first of extreme) {
        for (const second of extreme) expect(["Fair", "NotApplicable"]).toContain(devig([first, second], method)._tag)
        expect(["Fair", "NotApplicable"]).toContain(devig([first, ...extreme], method)._tag)
      }
    }
  })

  it("solves markets that are nearly certain", () => {
    for (const method of ["power", "odds_ratio", "shin", "probit", "multiplicative"] as const) {
      const { p } = fairOf([0.9999, 0.02, 0.01], method)
      expect(p[0]).toBeGreaterThan(0.95)
    }
    const sure = fairOf([0.999, 0.999, 0.999], "shin")
    expectNear(sure.p, [1 / 3, 1 / 3, 1 / 3], 1e-13)
  })
})

describe("the worst case", () => {
  it("is the least of the methods that apply, outcome by outcome", () => {
    const prices = [0.8, 0.25]
    const result = worstCase(prices)
    if (result._tag !== "WorstCase") throw new Error(result.reason)
    expect(result.methods).toEqual(devigMethods)
    for (const index of [0, 1]) {
      expect(result.p[index]).toBe(Math.min(...devigMethods.map((method) => fairOf(prices, method).p[index]!)))
    }
    expect(sumOf(result.p)).toBeLessThan(1)
  })

  it("leaves out what does not apply, and gives the first reason where nothing does", () => {
    const under = worstCase([0.45, 0.5])
    expect(under._tag === "WorstCase" && under.methods).toEqual(devigMethods.filter((method) => method !== "shin"))
    expect(worstCase([0.5])).toEqual({ _tag: "NotApplicable", reason: "one_sided" })
    expect(worstCase([0.45, 0.5], { methods: ["shin"] })).toEqual({ _tag: "NotApplicable", reason: "underround" })
    expect(() => worstCase([0.5, 0.6], { methods: [] })).toThrow(RangeError)
  })
})

describe("the margin", () => {
  it("is 4.76 % of overround and 4.55 % of hold at -110 on both sides", () => {
    const both = [11 / 21, 11 / 21]
    expect(booksum(both)).toBeCloseTo(22 / 21, 15)
    expect(overround(both)).toBeCloseTo(1 / 21, 15)
    expect(hold(both)).toBeCloseTo(1 / 22, 15)
    expect(overround([0.45, 0.5])).toBeCloseTo(-0.05, 15)
  })

  it("is undefined where a price is invalid", () => {
    for (const prices of [[], [0], [0.5, 1], [NaN], [Infinity, 0.5], [-0.5]]) {
      for (const read of [booksum, overround, hold]) expect(read(prices)).toBeUndefined()
    }
  })
})
