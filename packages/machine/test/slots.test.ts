import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { describe, expect, it } from "vitest"
import { takeSlot } from "../src/slots.ts"

/** A disk, or a process, for which each look at the clock is this much later. */
const slowClock = (millis: number) => {
  let time = Date.now()
  return () => time += millis
}

describe("a slot of a shared window", () => {
  it("is granted on a disk that is too slow to write its time at once", async () => {
    const folder = temporaryFolder()
    expect(await takeSlot(folder, [1, 2], 60_000, slowClock(60))).toBe(0)
    expect(await takeSlot(folder, [1, 2], 60_000, slowClock(60))).toBe(0)
  })

  it("is granted once in a window", async () => {
    const folder = temporaryFolder()
    const now = () => Date.UTC(2026, 6, 16)
    expect(await takeSlot(folder, [1], 60_000, now)).toBe(0)
    expect(await takeSlot(folder, [1], 60_000, now)).toBe(60_000)
  })
})
