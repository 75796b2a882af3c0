import {
  arbitrage,
  clv,
  edge,
  expectedValue,
  expectedValueWithPush,
  fairClv,
  type Fee,
  kelly,
  kellyWithPush,
  lineClv,
  middle,
  netOdds,
  priceClv,
  roundStakes,
  type Settlement,
} from "@boltodds/odds"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { anyNumber, decimal, law } from "./laws.ts"

const unit = fc.double({ min: 0, max: 1, noNaN: true })

/** Ways to end that add up to 1: quarter lines among them. */
const settlement: fc.Arbitrary<Settlement> = fc.tuple(unit, unit, unit, unit, unit).filter((parts) =>
  parts.reduce((sum, part) => sum + part, 0) > 0.1
).map(([win, lose, push, halfWin, halfLose]) => {
  const sum = win + lose + push + halfWin + halfLose
  return { win: win / sum, lose: lose / sum, push: push / sum, halfWin: halfWin / sum, halfLose: halfLose / sum }
})

describe("expected value", () => {
  it("is pd - 1, and counts a push as nothing and a half result as half", () => {
    expect(expectedValue(0.5, 2.5)).toBe(0.25)
    expect(expectedValue(0, 2)).toBe(-1)
    expect(expectedValue(1, 2)).toBe(1)
    // 0.5·0.9 - 0.4
    expect(expectedValueWithPush({ win: 0.5, push: 0.1, lose: 0.4 }, 1.9)).toBeCloseTo(0.05, 14)
    // (0.4 + 0.1/2)·0.9 - 0.3 - 0.2/2
    expect(expectedValueWithPush({ win: 0.4, halfWin: 0.1, halfLose: 0.2, lose: 0.3 }, 1.9)).toBeCloseTo(0.005, 14)
    expect(edge(0.55, 0.5)).toBeCloseTo(0.05, 15)
  })

  it("of a quarter line is the mean of its two halves", () => {
    law(fc.tuple(unit, unit, decimal), ([first, second, odds]) => {
      // Over 2.25: half on over 2 (a push at two goals), half on over 2.5.
      const [two, more] = [Math.min(first, second) / 2, Math.max(first, second) / 2]
      const less = 1 - two - more
      const over2 = expectedValueWithPush({ win: more, push: two, lose: less }, odds)!
      const over25 = expectedValueWithPush({ win: more, lose: two + less }, odds)!
      const quarter = expectedValueWithPush({ win: more, halfLose: two, lose: less }, odds)!
      expect(Math.abs(quarter - (over2 + over25) / 2)).toBeLessThan(1e-10 * odds)
    })
  })

  it("is undefined where a number is not what it should be", () => {
    for (const value of [NaN, Infinity, -0.1, 1.1]) expect(expectedValue(value, 2)).toBeUndefined()
    for (const value of [NaN, Infinity, 1, 0, -2]) expect(expectedValue(0.5, value)).toBeUndefined()
    expect(expectedValueWithPush({ win: 0.5, lose: 0.4 }, 2)).toBeUndefined()
    expect(expectedValueWithPush({ win: 1.5, lose: -0.5 }, 2)).toBeUndefined()
    expect(edge(NaN, 0.5)).toBeUndefined()
  })
})

describe("Kelly's stake", () => {
  // The example of Kelly (1956) and most textbooks: even money at 60 %.
  it("is a fifth at even money and 60 %", () => {
    expect(kelly(0.6, 2)).toBeCloseTo(0.2, 15)
    expect(kelly(0.6, 2, { fraction: 0.25 })).toBeCloseTo(0.05, 15)
    expect(kelly(0.6, 2, { max: 0.1 })).toBe(0.1)
    expect(kelly(1, 2)).toBe(1)
    expect(kelly(0, 2)).toBe(0)
    expect(kelly(0.5, 2)).toBe(0)
    expect(Object.is(kelly(0.1, 2), 0)).toBe(true)
  })

  it("of pushes only is that of the bets that are settled", () => {
    law(fc.tuple(unit, fc.double({ min: 0, max: 0.9, noNaN: true }), decimal), ([p, push, odds]) => {
      const plain = kelly(p, odds)!
      const pushed = kellyWithPush({ win: p * (1 - push), lose: (1 - p) * (1 - push), push }, odds)!
      expect(Math.abs(plain - pushed)).toBeLessThan(1e-7)
    })
  })

  it("makes the bankroll grow faster than every other stake", () => {
    law(fc.tuple(settlement, decimal), ([ways, odds]) => {
      const { win, lose, halfWin = 0, halfLose = 0 } = ways
      const growth = (share: number): number =>
        win * Math.log1p(share * (odds - 1)) + halfWin * Math.log1p(share * (odds - 1) / 2) +
        (halfLose === 0 ? 0 : halfLose * Math.log1p(-share / 2)) + (lose === 0 ? 0 : lose * Math.log1p(-share))
      const share = kellyWithPush(ways, odds)!
      expect(share >= 0 && share <= 1).toBe(true)
      for (let step = 0; step < 100; step++) expect(growth(step / 100)).toBeLessThanOrEqual(growth(share) + 1e-12)
    })
  })

  it("is undefined for what is no price or probability, and throws for a wrong setting", () => {
    expect(kelly(NaN, 2)).toBeUndefined()
    expect(kelly(0.5, 1)).toBeUndefined()
    expect(kellyWithPush({ win: 0.9, lose: 0.2 }, 2)).toBeUndefined()
    expect(() => kelly(0.5, 2, { fraction: 2 })).toThrow(
      new RangeError("Cannot size a stake: fraction must be between 0 and 1: current value is 2"),
    )
    expect(() => kellyWithPush({ win: 0.5, lose: 0.5 }, 2, { max: NaN })).toThrow(RangeError)
  })
})

describe("an arbitrage", () => {
  it("of +105 and +100 makes 1.2 %", () => {
    // Fractions: 1/2.05 + 1/2 = 20/41 + 1/2 = 81/82.
    const { booksum, profit, shares } = arbitrage([2.05, 2])!
    expect(booksum).toBeCloseTo(81 / 82, 15)
    expect(profit).toBeCloseTo(1 / 81, 15)
    expect(shares[0]).toBeCloseTo(40 / 81, 15)
    expect(shares[1]).toBeCloseTo(41 / 81, 15)
  })

  it("has shares that add up to 1 and pay the same", () => {
    law(fc.array(decimal, { minLength: 2, maxLength: 30 }), (decimals) => {
      const { booksum, profit, shares } = arbitrage(decimals)!
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 13)
      for (const [index, share] of shares.entries()) expect(share * decimals[index]! * booksum).toBeCloseTo(1, 13)
      expect(profit > 0).toBe(booksum < 1)
    })
  })

  it("is undefined where a price is invalid or alone", () => {
    for (const decimals of [[], [2], [2, 1], [2, NaN], [2, Infinity], [0, 0]]) {
      expect(arbitrage(decimals)).toBeUndefined()
    }
  })
})

describe("rounded stakes", () => {
  it("leave the most in the worst case, and stake no more than that needs", () => {
    expect(roundStakes({ total: 100, step: 5 }, [2.2, 2])).toEqual(
      {
        stakes: [45, 50],
        staked: 95,
        payouts: [99.00000000000001, 100],
        worst: 99.00000000000001,
        best: 100,
        profit: 4.000000000000014,
      },
    )
    // 130 and 70 pay more in the worst case, and lose 5.
    expect(roundStakes({ total: 200, step: 10 }, [1.5, 3.2])).toMatchObject({ stakes: [130, 60], profit: 2 })
    // Without an arbitrage the smallest stakes lose the least.
    expect(roundStakes({ total: 100, step: 1 }, [1.9, 1.9])?.stakes).toEqual([1, 1])
    expect(roundStakes({ total: 1e9, step: 0.01 }, [2, 2])?.stakes).toEqual([0.01, 0.01])
    expect(roundStakes({ total: 0.3, step: 0.1 }, [2, 4.5])?.stakes).toEqual([0.2, 0.1])
    // One step on the longest price is enough.
    expect(roundStakes({ total: 10, step: 1 }, [1.02, 100, 100])?.stakes).toEqual([8, 1, 1])
    expect(roundStakes({ total: 2, step: 1 }, [2, 3, 4])).toBeUndefined()
    expect(roundStakes({ total: 100, step: 1 }, [2, NaN])).toBeUndefined()
    expect(roundStakes({ total: 100, step: 1 }, [2])).toBeUndefined()
  })

  it("are never worse than any other stakes in steps", () => {
    law(fc.tuple(fc.integer({ min: 2, max: 14 }), decimal, decimal, decimal), ([steps, first, second, third]) => {
      const decimals = [first, second, third]
      const rounded = roundStakes({ total: steps, step: 1 }, decimals)
      if (steps < 3) return expect(rounded).toBeUndefined()
      let best = -Infinity
      for (let a = 1; a < steps; a++) {
        for (let b = 1; a + b < steps; b++) {
          for (let c = 1; a + b + c <= steps; c++) {
            best = Math.max(best, Math.min(a * first, b * second, c * third) - a - b - c)
          }
        }
      }
      expect(rounded!.profit).toBeCloseTo(best, 9)
      expect(rounded!.profit).toBe(rounded!.worst - rounded!.staked)
      expect(rounded!.staked).toBeLessThanOrEqual(steps)
      for (const [index, stake] of rounded!.stakes.entries()) {
        expect(Number.isInteger(stake)).toBe(true)
        expect(stake * decimals[index]!).toBe(rounded!.payouts[index])
        // One step less would pay less than the worst.
        if (stake > 1) expect((stake - 1) * decimals[index]!).toBeLessThan(rounded!.worst)
      }
    })
  })

  it("never cost more than the total, and use all of it that steps can", () => {
    expect(roundStakes({ total: 9_999_999_999.995, step: 0.01 }, [2.2, 2])!.staked).toBeLessThan(9_999_999_999.995)
    expect(roundStakes({ total: 0.21, step: 0.07 }, [2, 4])?.stakes).toEqual([0.14, 0.07])
    law(
      fc.tuple(fc.double({ min: 0.5, max: 1e6, noNaN: true }), fc.constantFrom(0.01, 0.05, 0.07, 1, 2.5)),
      ([total, step]) => {
        const rounded = roundStakes({ total, step }, [2.2, 2])
        if (rounded !== undefined) expect(rounded.staked).toBeLessThanOrEqual(total)
      },
    )
  })

  it("refuse a total or a step that is not a positive number", () => {
    for (const value of [0, -1, NaN, Infinity]) {
      expect(() => roundStakes({ total: value, step: 1 }, [2, 2])).toThrow(RangeError)
      expect(() => roundStakes({ total: 100, step: value }, [2, 2])).toThrow(
        new RangeError(`Cannot round stakes: step must be a positive number: current value is ${value}`),
      )
    }
    expect(() => roundStakes({ total: 1e15, step: 0.01 }, [2, 2])).toThrow(RangeError)
    expect(roundStakes({ total: 1000, step: 1 }, [1e308, 1.5])?.stakes).toEqual([1, 999])
  })
})

describe("a middle", () => {
  it("at 1.95 twice loses 2.5 % or makes 95 %", () => {
    // Fractions: S = 40/39.
    const found = middle(1.95, 1.95)!
    expect(found.miss).toBeCloseTo(-1 / 40, 15)
    expect(found.both).toBeCloseTo(38 / 40, 15)
    expect(found.breakEven).toBeCloseTo(1 / 39, 15)
    expect(found.firstPushes).toBeCloseTo(19 / 40, 15)
  })

  it("breaks even exactly there, and pays what its stakes pay", () => {
    law(fc.tuple(decimal, decimal), ([first, second]) => {
      const { miss, both, breakEven, firstPushes, secondPushes, shares } = middle(first, second)!
      const scale = 1 + Math.abs(both)
      if (breakEven > 0 && breakEven < 1) {
        expect(Math.abs(breakEven * both + (1 - breakEven) * miss) / scale).toBeLessThan(1e-13)
      } else if (breakEven === 0) expect(miss).toBeGreaterThanOrEqual(0)
      expect(Math.abs(shares[0] * first - 1 - miss) / scale).toBeLessThan(1e-13)
      expect(Math.abs(shares[0] + shares[1] * second - 1 - firstPushes) / scale).toBeLessThan(1e-13)
      expect(Math.abs(shares[0] * first + shares[1] - 1 - secondPushes) / scale).toBeLessThan(1e-13)
    })
    expect(middle(1, 2)).toBeUndefined()
    expect(middle(2, NaN)).toBeUndefined()
  })
})

describe("closing line value", () => {
  it("compares prices of one line only", () => {
    expect(priceClv(2.1, 2)).toBeCloseTo(0.05, 14)
    expect(fairClv(2.1, 0.49)).toBeCloseTo(0.029, 14)
    expect(clv({ odds: 2.1, line: 8.5 }, { odds: 2, line: 8.5, fair: 0.49 })).toEqual({
      _tag: "Clv",
      price: 2.1 / 2 - 1,
      fair: 2.1 * 0.49 - 1,
    })
    expect(clv({ odds: 2.1, line: null }, { odds: 2, line: null })).toEqual({
      _tag: "Clv",
      price: 2.1 / 2 - 1,
      fair: undefined,
    })
    expect(clv({ odds: 2.1, line: 8.5 }, { odds: 2, line: 9 })).toEqual({ _tag: "Incomparable", reason: "line" })
    expect(clv({ odds: 2.1, line: NaN }, { odds: 2, line: NaN })).toEqual({ _tag: "Incomparable", reason: "line" })
    expect(clv({ odds: 1, line: 8.5 }, { odds: 2, line: 8.5 })).toEqual({ _tag: "Incomparable", reason: "odds" })
  })

  it("of a line is in points for the side that was bet on", () => {
    expect(lineClv("over", 8.5, 9)).toBe(0.5)
    expect(lineClv("under", 8.5, 9)).toBe(-0.5)
    expect(lineClv("spread", 3.5, 3)).toBe(0.5)
    expect(lineClv("spread", -3.5, -3)).toBe(-0.5)
    expect(lineClv("over", NaN, 9)).toBeUndefined()
    expect(Object.is(lineClv("over", 0, -0), 0)).toBe(true)
  })
})

describe("fees", () => {
  it.each<[number, Fee, number]>([
    [2, {}, 2],
    [2, { winnings: 0.02 }, 1.98],
    [2, { stake: 0.25 }, 1.6],
    // 1 / (1/2 + 0.07/4)
    [2, { contract: 0.07 }, 400 / 207],
    // All three, one after the other: 400/207, then 1 + 193/207·0.98, then over 1.01.
    [2, { contract: 0.07, winnings: 0.02, stake: 0.01 }, (1 + 193 / 207 * 0.98) / 1.01],
  ])("leave of %d with %j %d", (odds, fee, net) => {
    expect(netOdds(odds, fee)).toBeCloseTo(net, 14)
  })

  it("leave nothing where nothing is left to win", () => {
    expect(netOdds(1.01, { stake: 0.02 })).toBeUndefined()
    expect(netOdds(2, { winnings: 1 })).toBeUndefined()
    for (const odds of [1, 0, NaN, Infinity]) expect(netOdds(odds, {})).toBeUndefined()
    for (const value of [-0.01, 1.01, NaN]) {
      expect(() => netOdds(2, { winnings: value })).toThrow(
        new RangeError(`Cannot apply a fee: winnings must be between 0 and 1: current value is ${value}`),
      )
    }
  })

  it("never make odds better, and leave them as they are where there is none", () => {
    law(fc.tuple(fc.oneof(decimal, anyNumber), unit, unit, unit), ([odds, winnings, stake, contract]) => {
      const net = netOdds(odds, { winnings, stake, contract })
      expect(net === undefined || (net > 1 && net <= odds * (1 + 1e-15))).toBe(true)
      if (odds > 1 && odds < Infinity) expect(netOdds(odds, { winnings: 0, stake: 0, contract: 0 })).toBe(odds)
    })
  })
})
