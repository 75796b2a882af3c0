import { defaultRateLimits, makeLimiter, type RequestKind } from "@boltodds/connection"
import { parseRetryAfter } from "../../src/transport/Http.ts"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { admit, type RateWindow } from "../../src/transport/RateWindow.ts"

describe("the rate window", () => {
  it("admits 10 requests a minute, 8 of them dials", () => {
    let window: RateWindow = []
    const ask = (now: number, kind: RequestKind): number => {
      const answer = admit(window, now, kind)
      window = answer.window
      return answer.waitMillis
    }
    for (let n = 0; n < 8; n++) expect(ask(n * 1000, "dial")).toBe(0)
    expect(ask(8000, "dial")).toBe(52_000)
    expect(ask(8000, "rest")).toBe(0)
    expect(ask(9000, "rest")).toBe(0)
    expect(ask(10_000, "rest")).toBe(50_000)
    expect(ask(59_999, "dial")).toBe(1)
    expect(ask(60_000, "dial")).toBe(0)
    expect(ask(60_000, "dial")).toBe(1000)
  })
})

describe("the limiter", () => {
  const after = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 90_000 }))
  const demand = Schema.Array(Schema.Tuple([after, Schema.Boolean])).check(Schema.isMaxLength(40))
  it.effect.prop(
    "never lets through more than 10 requests, nor 8 dials, in any minute, and lets through all in the end",
    [demand],
    ([demands]) =>
      Effect.gen(function* () {
        const limiter = makeLimiter()
        const granted: Array<{ readonly at: number; readonly kind: RequestKind }> = []
        const fibers = yield* Effect.forEach(demands, ([after, dial]) => {
          const kind = dial ? "dial" : "rest"
          return Effect.forkChild(Effect.gen(function* () {
            yield* Effect.sleep(after)
            yield* limiter.take("host", kind)
            granted.push({ at: yield* Clock.currentTimeMillis, kind })
          }))
        })
        yield* TestClock.adjust("20 minutes")
        yield* Fiber.joinAll(fibers)
        expect(granted.length).toBe(demands.length)
        for (const { at } of granted) {
          const minute = granted.filter((other) => other.at >= at && other.at < at + 60_000)
          expect(minute.length).toBeLessThanOrEqual(defaultRateLimits.total)
          expect(minute.filter(({ kind }) => kind === "dial").length).toBeLessThanOrEqual(defaultRateLimits.dials)
        }
      }),
  )

  it.effect("serves dials in order, and reports how long one waits", () =>
    Effect.gen(function* () {
      const limiter = makeLimiter({ windowMillis: 1000, total: 1, dials: 1 })
      const order: Array<string> = []
      const waits: Array<number> = []
      for (const name of ["a", "b", "c"]) {
        yield* Effect.forkChild(
          Effect.andThen(
            limiter.take("host", "dial", (millis) => waits.push(millis)),
            Effect.sync(() => order.push(name)),
          ),
        )
      }
      yield* TestClock.adjust(1999)
      expect(order).toEqual(["a", "b"])
      yield* TestClock.adjust(1)
      expect(order).toEqual(["a", "b", "c"])
      expect(waits).toEqual([1000, 1000])
    }))

  it.effect("has no limit for loopback hosts", () =>
    Effect.gen(function* () {
      const limiter = makeLimiter()
      const waits: Array<number> = []
      for (const host of ["127.0.0.1:4711", "[::1]:4711", "localhost:4711"]) {
        for (let n = 0; n < 30; n++) yield* limiter.take(host, "dial", (millis) => waits.push(millis))
      }
      expect(waits).toEqual([])
    }))

  it.effect("keeps hosts apart", () =>
    Effect.gen(function* () {
      const limiter = makeLimiter({ windowMillis: 1000, total: 1, dials: 1 })
      yield* limiter.take("one", "dial")
      yield* limiter.take("two", "dial")
      expect(yield* Clock.currentTimeMillis).toBe(0)
    }))
})

describe("Retry-After", () => {
  const now = Date.UTC(2026, 6, 16, 17, 0, 0)
  it.each(
    [
      ["120", 120_000],
      [" 0 ", 0],
      ["Thu, 16 Jul 2026 17:00:30 GMT", 30_000],
      ["Thu, 16 Jul 2026 16:59:00 GMT", 0],
      ["-1", undefined],
      ["soon", undefined],
      [undefined, undefined],
    ] as const,
  )("%s is %s ms", (text, millis) => {
    expect(parseRetryAfter(text, now)).toBe(millis)
  })
})
