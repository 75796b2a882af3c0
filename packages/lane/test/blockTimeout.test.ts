import { describe, expect, it } from "@effect/vitest"
import { block, imbalance, type LaneEvent, makeLane } from "@boltodds/lane"
import { type Envelope, makeRecord, type Sink, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number): Envelope<number> => makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)

/** A lane of four records with a block timeout of five seconds, and a sink that answers when the test says so. */
const blocking = Effect.gen(function* () {
  const events: Array<LaneEvent> = []
  const answers: Array<(effect: Effect.Effect<void, SinkError>) => void> = []
  const sink: Sink<number> = {
    guarantee: "at-least-once",
    write: () => Effect.callback((resume) => void answers.push(resume)),
  }
  const lane = yield* makeLane(sink, {
    name: "l",
    overflow: block({ blockTimeout: Duration.seconds(5) }),
    bounds: { records: 4, bytes: 1e9 },
    batch: { records: 2, bytes: 1e9 },
    retry: { base: Duration.seconds(1) },
    breaker: { failures: Infinity },
    onEvent: (event) => void events.push(event),
  })
  const answer = (effect: Effect.Effect<void, SinkError> = Effect.void) =>
    Effect.suspend(() => {
      answers.shift()!(effect)
      return TestClock.adjust(0)
    })
  return { lane, answer, answers, tags: () => events.map(({ _tag }) => _tag) }
})

describe("a source that waits for a lane", () => {
  it.effect("counts the time of each wait by itself, also where it waits again at once", () =>
    Effect.gen(function* () {
      const { lane, answer, tags } = yield* blocking
      lane.push([one(1)])
      yield* TestClock.adjust(0)
      lane.push([one(2), one(3)])
      expect(lane.push([one(4)])).toBe(false)
      yield* TestClock.adjust(4_000)
      // There is room, and it is used up before anybody else has had a turn.
      const room = yield* Effect.forkChild(Effect.andThen(lane.room, Effect.sync(() => lane.push([one(5), one(6)]))))
      yield* answer()
      yield* answer()
      expect(room.pollUnsafe()).toBeDefined()
      lane.push([one(7), one(8)])
      yield* TestClock.adjust(4_000)
      expect(tags()).toEqual([])
      yield* TestClock.adjust(1_000)
      expect(tags()).toEqual(["BlockTimedOut", "Lost"])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("does not wait for each try of a sink that is down", () =>
    Effect.gen(function* () {
      const { lane, answer, answers, tags } = yield* blocking
      lane.push([one(1)])
      yield* TestClock.adjust(0)
      expect(lane.push([one(2), one(3), one(4)])).toBe(false)
      yield* TestClock.adjust(5_000)
      expect(tags()).toEqual(["BlockTimedOut", "Lost"])
      for (let n = 5; n < 20; n += 4) {
        yield* answer(Effect.fail(new SinkError({ rest: "retry", cause: "down" })))
        // Nothing has arrived, so the block timeout does not begin anew.
        expect([n, n + 1, n + 2, n + 3].map((seq) => lane.push([one(seq)]))).toEqual([true, true, true, true])
        yield* TestClock.adjust(30_000)
      }
      expect(tags().filter((tag) => tag === "BlockTimedOut")).toHaveLength(1)
      yield* answer()
      expect(lane.push([one(20), one(21), one(22), one(23)])).toBe(true)
      while (answers.length > 0) yield* answer()
      // It has caught up.
      expect(lane.push([one(24), one(25), one(26), one(27), one(28)])).toBe(false)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("does not wait for a sink that loses everything, though nothing waits any more", () =>
    Effect.gen(function* () {
      const { lane, answer, tags } = yield* blocking
      lane.push([one(1)])
      yield* TestClock.adjust(0)
      expect(lane.push([one(2), one(3), one(4)])).toBe(false)
      yield* TestClock.adjust(5_000)
      expect(tags()).toEqual(["BlockTimedOut", "Lost"])
      yield* answer(Effect.fail(new SinkError({ rest: "degrade", cause: "timeout" })))
      // All that was left is in its hands.
      expect(lane.push([one(5), one(6), one(7), one(8)])).toBe(true)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))
})
