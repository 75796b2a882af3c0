import { coalescingStore, makeLane, memoryStore } from "@boltodds/lane"
import { type Envelope, makeRecord, type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number): Envelope<number> => makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)

describe("how a lane gets on with its destination", () => {
  it.effect("is a value: failures in a row, how long the breaker is open, the last error, the age of what waits", () =>
    Effect.gen(function* () {
      let fails = true
      const sink: Sink<number> = {
        guarantee: "at-least-once",
        write: () => fails ? Effect.fail(new SinkError({ rest: "retry", cause: new Error("refused") })) : Effect.void,
      }
      const retry = { base: Duration.seconds(1), cap: Duration.seconds(1) }
      const lane = yield* makeLane(sink, {
        name: "hook",
        retry,
        breaker: { failures: 3, cool: Duration.seconds(30) },
      })
      expect(yield* lane.delivery).toEqual({
        oldestMillis: undefined,
        failures: 0,
        openMillis: 0,
        lastError: undefined,
        lastErrorAt: undefined,
      })
      yield* TestClock.adjust("5 seconds")
      lane.push([one(1)])
      yield* TestClock.adjust("10 seconds")
      const failing = yield* lane.delivery
      expect(failing).toMatchObject({ oldestMillis: 10_000, failures: 3, lastError: "refused" })
      expect(failing.openMillis).toBeGreaterThan(15_000)
      expect(failing.openMillis).toBeLessThanOrEqual(30_000)
      fails = false
      yield* TestClock.adjust("40 seconds")
      expect(yield* lane.delivery).toMatchObject({
        oldestMillis: undefined,
        failures: 0,
        openMillis: 0,
        lastError: "refused",
      })
    }))

  it("knows the oldest of a store that merges by what waits in front, in its turn, and in flight", () => {
    const store = coalescingStore<number>({
      key: String,
      compose: (_, newer) => newer,
      place: (merged) => merged < 0 ? "front" : "keep",
      invalidated: (value) => value,
    })
    expect(store.oldest?.()).toBeUndefined()
    store.add([one(1)], 100)
    store.add([one(2)], 200)
    expect(store.oldest?.()).toBe(100)
    const taken = store.take({ records: 1, bytes: 1e9 })
    expect(store.oldest?.()).toBe(100)
    store.settle(taken)
    expect(store.oldest?.()).toBe(200)
    store.add([one(-3)], 300)
    expect(store.oldest?.()).toBe(200)
    store.clear()
    expect(store.oldest?.()).toBeUndefined()
  })

  it.effect("counts the age from the oldest record that is held, waiting or in flight", () =>
    Effect.gen(function* () {
      const stuck: Sink<number> = { guarantee: "at-most-once", write: () => Effect.never }
      const lane = yield* makeLane(stuck, { name: "l", store: memoryStore<number>() })
      lane.push([one(1)])
      yield* TestClock.adjust("3 seconds")
      lane.push([one(2)])
      yield* TestClock.adjust("4 seconds")
      expect((yield* lane.delivery).oldestMillis).toBe(7_000)
    }))
})
