import { describe, expect, it } from "@effect/vitest"
import { dropOldest, imbalance, makeLane, memoryStore } from "@boltodds/lane"
import { type Envelope, makeRecord, type Sink, type Store } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number): Envelope<number> => makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)

/** A store of which one thing fails. */
const failing = (what: keyof Store<number>, isDurable: boolean): Store<number> => {
  const good = memoryStore<number>()
  return new Proxy(good, {
    get: (target, name) => {
      if (name === "isDurable") return isDurable
      if (name === what) {
        return () => {
          throw new Error(`cannot ${what}`)
        }
      }
      const value: unknown = Reflect.get(target, name)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
}

describe("the counters of a lane", () => {
  for (const what of ["add", "take", "settle", "dropUntil", "expire", "older", "clear"] as const) {
    for (const isDurable of [false, true]) {
      it.effect(`add up where a ${isDurable ? "durable " : ""}store cannot ${what}`, () =>
        Effect.gen(function* () {
          const sink: Sink<number> = { guarantee: "at-least-once", write: () => Effect.void }
          const lane = yield* makeLane(sink, {
            name: "l",
            store: failing(what, isDurable),
            overflow: dropOldest(),
            bounds: { records: 3, bytes: 1e9 },
            maxAge: Duration.minutes(1),
            notice: (loss) => one(-loss.count),
          })
          for (let n = 1; n <= 9; n += 3) {
            lane.push([one(n), one(n + 1)])
            lane.push([one(n + 2), one(n + 3), one(n + 4), one(n + 5)])
            expect(imbalance(yield* lane.counts)).toBe(0)
            yield* TestClock.adjust(2_000)
            expect(imbalance(yield* lane.counts)).toBe(0)
          }
          const draining = yield* Effect.forkChild(lane.drain(Duration.seconds(1)))
          yield* TestClock.adjust(1_000)
          const counts = yield* Fiber.join(draining)
          expect(imbalance(counts)).toBe(0)
          expect(["Drained", "Disabled"]).toContain((yield* lane.ended)._tag)
        }))
    }
  }
})
