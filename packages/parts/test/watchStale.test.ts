import type { Status } from "@boltodds/connection"
import type { Control } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { watchStale } from "../src/feed/watchStale.ts"

const live: Status = { _tag: "Live", epoch: 1, filters: {} }
const silent: Status = { _tag: "Stale", epoch: 1, reason: "silent" }
const limit = 300_000
const step = (session: string, record: object): Step => ({
  event: { _tag: "Tick", session, epoch: 1, at: 0, wall: 0 },
  records: [{ session, ...record } as unknown as Control],
})

describe("the watch of exit_on_stale", () => {
  it.effect("ends when nothing was live for the whole time, with the reason", () =>
    Effect.gen(function* () {
      const watch = watchStale(limit)
      const fiber = yield* Effect.forkChild(watch.expired)
      yield* TestClock.adjust(limit - 1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      watch.onStatus({ _tag: "BackingOff", until: 0, why: "ECONNREFUSED", attempt: 7 }, "s")
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(fiber)).toBe("nothing was live for 300 s: no connection (ECONNREFUSED)")
    }))

  it.effect("starts again each time that live data ends", () =>
    Effect.gen(function* () {
      const watch = watchStale(limit)
      const fiber = yield* Effect.forkChild(watch.expired)
      yield* TestClock.adjust(limit - 1)
      watch.onStatus(live, "s")
      yield* TestClock.adjust(10 * limit)
      watch.onStatus(silent, "s")
      yield* TestClock.adjust(limit - 1)
      watch.onStatus(live, "s")
      yield* TestClock.adjust(1)
      watch.onStatus(silent, "s")
      yield* TestClock.adjust(limit - 1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(fiber)).toBe("nothing was live for 300 s: connected, but nothing came")
    }))

  it.effect("ends when no session can be read, not while one can", () =>
    Effect.gen(function* () {
      const watch = watchStale(limit)
      const fiber = yield* Effect.forkChild(watch.expired)
      watch.onStatus(live, "s")
      const read = { change: "line_moved", frame: 3 }
      watch.onStep(step("feed", read))
      watch.onStep(step("other", read))
      watch.onStep(step("feed", { control: "quarantined", touches: "session", reason: "gzip-compressed frame" }))
      yield* TestClock.adjust(10 * limit)
      expect(fiber.pollUnsafe()).toBeUndefined()
      watch.onStep(step("other", { control: "quarantined", touches: "session", reason: "gzip-compressed frame" }))
      yield* TestClock.adjust(limit - 1)
      watch.onStep(step("feed", read))
      yield* TestClock.adjust(10 * limit)
      watch.onStep(step("feed", { control: "quarantined", touches: "session", reason: "gzip-compressed frame" }))
      yield* TestClock.adjust(limit - 1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(fiber)).toBe(
        "nothing was live for 300 s: connected, but the data cannot be read (gzip-compressed frame)",
      )
    }))
})
