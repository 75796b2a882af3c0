import { describe, expect, it } from "vitest"
import { ulid } from "../src/Stamp.ts"

describe("ulid", () => {
  it("makes ten letters of time and sixteen random ones", () => {
    // The time is the example of the ULID specification's own implementation.
    expect(ulid(1_469_918_176_385, new Uint8Array(10))).toBe("01ARYZ6S410000000000000000")
    expect(ulid(1_469_918_176_385, new Uint8Array(10).fill(255))).toBe("01ARYZ6S41ZZZZZZZZZZZZZZZZ")
    expect(ulid()).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
  })
})
