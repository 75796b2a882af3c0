import { describe, expect, it } from "vitest"
import { LeaseClock } from "../../src/lease/LeaseClock.ts"

describe("the clock of a lease", () => {
  /** A machine: time passes by both clocks, or by one of them. */
  const machine = () => {
    let [monotonic, wall] = [5_000, 1_800_000_000_000]
    const clock = new LeaseClock(() => monotonic, () => wall)
    return (elapsed: number, set = 0) => {
      monotonic += elapsed
      wall += elapsed + set
      return clock.read()
    }
  }

  it("counts the same by both clocks while they agree, from where the monotonic clock begins", () => {
    const pass = machine()
    expect(pass(0)).toEqual({ least: 5_000, most: 5_000 })
    expect(pass(250)).toEqual({ least: 5_250, most: 5_250 })
  })

  it("adds a sleep of the machine to `most` alone, and keeps it", () => {
    const pass = machine()
    expect(pass(100, 60_000)).toEqual({ least: 5_100, most: 65_100 })
    expect(pass(100)).toEqual({ least: 5_200, most: 65_200 })
    expect(pass(100, 2_000)).toEqual({ least: 5_300, most: 67_300 })
  })

  it("does not go back when the wall clock is set back, and takes its way forward again for a sleep", () => {
    const pass = machine()
    expect(pass(100, -3_600_000)).toEqual({ least: 5_100, most: 5_100 })
    expect(pass(100)).toEqual({ least: 5_200, most: 5_200 })
    expect(pass(100, 3_600_000)).toEqual({ least: 5_300, most: 3_605_300 })
  })

  it("takes small differences for those of the clocks", () => {
    const pass = machine()
    for (let count = 1; count <= 10; count++) pass(100, count % 2 === 0 ? 900 : -900)
    expect(pass(0)).toEqual({ least: 6_000, most: 6_000 })
  })
})
