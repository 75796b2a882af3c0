import { describe, expect, it } from "vitest"
import { Keys } from "../src/internal/Keys.ts"
import { envelopeOf } from "../src/internal/StoredEnvelope.ts"

const envelope = (id: number) =>
  envelopeOf<unknown>({ id, key: "a", control: 0, newer: 0, text: "1" }, { name: "R", term: 1 })

describe("the keys of what is held", () => {
  it("are forgotten with the last one of a key", () => {
    const keys = new Keys()
    keys.hold("a", 3)
    keys.hold("a", 5)
    keys.release(envelope(5))
    expect(keys.hasNewer("a", 3)).toBe(true)
    keys.release(envelope(3))
    expect(keys.hasNewer("a", 3)).toBe(false)
  })

  it("know the taken one that a newer one makes history, until that is released", () => {
    const keys = new Keys()
    const taken = envelope(3)
    keys.hold("a", 3)
    keys.take(taken)
    expect(keys.takenOf("a")).toBe(taken)
    keys.passed("a")
    expect(taken.newer).toBe(true)
    expect(keys.takenOf("a")).toBeUndefined()
    const next = envelope(4)
    keys.hold("a", 4)
    keys.take(next)
    keys.release(next)
    expect(keys.takenOf("a")).toBeUndefined()
  })

  it("forget a dead letter, but not the next one of its key", () => {
    const keys = new Keys()
    keys.deadLetter("a", 3)
    keys.forget("a", 2)
    expect(keys.deadOf("a")).toBe(3)
    keys.forget("a", 3)
    expect(keys.deadOf("a")).toBeUndefined()
  })
})
