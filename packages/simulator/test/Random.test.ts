import { describe, expect, it } from "vitest"
import { Random } from "../src/Random.ts"

describe("Random", () => {
  it("gives the same numbers for a seed as it always did", () => {
    const random = new Random(1)
    expect([random.next(), random.next(), random.int(1000), random.hex(12), random.chance(0.5)]).toEqual([
      0.5636717735324055,
      0.5851113414391875,
      895,
      "f4497a431de1",
      false,
    ])
  })

  it("gives other numbers for other seeds, and the same for seeds of the same low 32 bits", () => {
    const first = (seed: number): number => new Random(seed).next()
    expect(first(1)).not.toBe(first(2))
    expect(first(7)).toBe(first(7 + 2 ** 32))
  })

  it("spreads evenly", () => {
    const random = new Random(3)
    const counts = Array.from({ length: 10 }, () => 0)
    for (let index = 0; index < 100_000; index++) counts[random.int(10)]!++
    expect(Math.min(...counts)).toBeGreaterThan(9_600)
    expect(Math.max(...counts)).toBeLessThan(10_400)
  })

  it("shuffles without losing anything", () => {
    const shuffled = new Random(5).shuffle([1, 2, 3, 4, 5, 6])
    expect(shuffled).not.toEqual([1, 2, 3, 4, 5, 6])
    expect(shuffled.toSorted()).toEqual([1, 2, 3, 4, 5, 6])
  })
})
