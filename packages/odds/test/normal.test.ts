import { describe, expect, it } from "vitest"
import { normalBelow, normalQuantile } from "../src/internal/normal.ts"

describe("the normal distribution", () => {
  // Wichura (1988) prints these to check an implementation.
  it.each([
    [0.25, -0.6744897501960817],
    [0.001, -3.090232306167814],
    [1e-20, -9.26234008979841],
  ])("has the published quantile at %d", (p, x) => {
    expect(normalQuantile(p) / x).toBeCloseTo(1, 14)
    expect(normalQuantile(1 - p) === -normalQuantile(p) || p < 0.25).toBe(true)
  })

  // mpmath 1.3 with 30 digits: ncdf(x). One value in each range of the approximation.
  it.each([
    [-37, 5.72557122252458e-300],
    [-10, 7.61985302416053e-24],
    [-4.5, 3.3976731247300603e-6],
    [-1.5, 0.06680720126885807],
    [-0.5, 0.3085375387259869],
    [0, 0.5],
    [1, 0.8413447460685429],
    [3, 0.9986501019683699],
    [40, 1],
  ])("is right at %d", (x, p) => {
    expect(normalBelow(x) / p).toBeCloseTo(1, 12)
  })

  it("is the inverse of its quantile", () => {
    for (let p = 1e-9; p < 0.5; p *= 1.7) {
      expect(normalBelow(normalQuantile(p)) / p).toBeCloseTo(1, 13)
      expect(normalBelow(normalQuantile(1 - p))).toBeCloseTo(1 - p, 15)
    }
  })
})
