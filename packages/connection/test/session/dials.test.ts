import { makeLimiter } from "@boltodds/connection"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { dialStateOf } from "../../src/session/dialState.ts"

describe("what a session says of its dials", () => {
  it.effect("has how many are left: of the dials, of all requests, and again a minute later", () =>
    Effect.gen(function* () {
      const limiter = makeLimiter()
      const left = limiter.dialsLeft!("feed.example")
      expect(yield* left).toBe(8)
      for (let dial = 0; dial < 3; dial++) yield* limiter.take("feed.example", "dial")
      expect(yield* left).toBe(5)
      for (let request = 0; request < 4; request++) yield* limiter.take("feed.example", "rest")
      expect(yield* left).toBe(3)
      expect(yield* limiter.dialsLeft!("other.example")).toBe(8)
      expect(yield* limiter.dialsLeft!("127.0.0.1")).toBeNull()
      yield* TestClock.adjust("61 seconds")
      expect(yield* left).toBe(8)
    }))

  it("has why there is no connection, and when the next dial is", () => {
    const until = Date.UTC(2026, 6, 16)
    expect(dialStateOf("feed", { _tag: "BackingOff", until, why: "HTTP 503", attempt: 2 }, 7)).toEqual({
      session: "feed",
      why: "HTTP 503",
      nextAt: until,
      dialsLeft: 7,
    })
    expect(dialStateOf("feed", { _tag: "Live", epoch: 1, filters: {} }, null)).toEqual({
      session: "feed",
      why: null,
      nextAt: null,
      dialsLeft: null,
    })
  })
})
