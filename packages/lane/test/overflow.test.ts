import { describe, expect, it } from "@effect/vitest"
import {
  block,
  dropNewest,
  dropOldest,
  fail,
  imbalance,
  type LaneEvent,
  makeLane,
  memoryStore,
  type Overflow,
} from "@boltodds/lane"
import { type Envelope, makeRecord, type Sink } from "@boltodds/sink"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number, last = true): Envelope<number> =>
  makeRecord({ seq: n, at: n, session: "s", epoch: 1, last }, n, form)
const group = (from: number, to: number): ReadonlyArray<Envelope<number>> =>
  Array.from({ length: to - from + 1 }, (_, index) => one(from + index, from + index === to))

/** A lane of four records whose sink stands still until the gate is opened. */
const stuckLane = (overflow: Overflow<number>, notice = true) =>
  Effect.gen(function* () {
    const gate = Deferred.makeUnsafe<void>()
    const arrived: Array<number> = []
    const events: Array<LaneEvent> = []
    const sink: Sink<number> = {
      guarantee: "at-most-once",
      write: (batch) =>
        Effect.andThen(
          Deferred.await(gate),
          Effect.sync(() => void arrived.push(...batch.envelopes.map(({ seq }) => seq))),
        ),
    }
    const lane = yield* makeLane(sink, {
      name: "l",
      overflow,
      bounds: { records: 4, bytes: 1e9 },
      ...notice ? { notice: (loss) => one(-loss.count) } : {},
      onEvent: (event) => events.push(event),
    })
    return { lane, gate, arrived, events, open: () => Deferred.doneUnsafe(gate, Effect.void) }
  })

describe("a lane over its bounds", () => {
  it.effect("drops the oldest groups, and says so ahead of the rest", () =>
    Effect.gen(function* () {
      const { lane, arrived, events, open } = yield* stuckLane(dropOldest())
      lane.push(group(1, 1))
      yield* TestClock.adjust(0)
      expect([lane.push(group(2, 3)), lane.push(group(4, 5)), lane.push(group(6, 6))]).toEqual([true, true, true])
      expect(yield* lane.counts).toMatchObject({ in: 6, dropped: 2, pending: 4 })
      open()
      yield* TestClock.adjust(0)
      expect(arrived).toEqual([1, -2, 4, 5, 6])
      expect(events).toEqual([{ _tag: "Lost", reason: "drop_oldest", lost: 2 }])
    }))

  it.effect("drops what comes, and keeps what waits", () =>
    Effect.gen(function* () {
      const { lane, arrived, open } = yield* stuckLane(dropNewest())
      expect([lane.push(group(1, 3)), lane.push(group(4, 5)), lane.push(group(6, 9))]).toEqual([true, true, true])
      open()
      yield* TestClock.adjust(0)
      expect(arrived).toEqual([-4, 1, 2, 3, 4, 5])
      expect(yield* lane.counts).toMatchObject({ in: 10, dropped: 4, delivered: 6, pending: 0 })
    }))

  it.effect("fails: its sink is disabled, and nobody waits", () =>
    Effect.gen(function* () {
      const { lane, events } = yield* stuckLane(fail())
      lane.push(group(1, 4))
      yield* TestClock.adjust(0)
      expect(lane.push(group(5, 6))).toBe(true)
      yield* TestClock.adjust(0)
      const end = yield* lane.ended
      expect(end._tag === "Disabled" && end.error.message).toContain("more waits than the lane may hold (4 records")
      expect(events.map(({ _tag }) => _tag)).toEqual(["Disabled"])
      const counts = yield* lane.counts
      expect([imbalance(counts), lane.push([one(7)])]).toEqual([0, true])
    }))

  it.effect("fails at once, and holds no more, also where its sink cannot be interrupted", () =>
    Effect.gen(function* () {
      let release = (): void => {}
      const deaf: Sink<number> = {
        guarantee: "at-most-once",
        write: () => Effect.uninterruptible(Effect.callback((resume) => void (release = () => resume(Effect.void)))),
      }
      const lane = yield* makeLane(deaf, { name: "l", overflow: fail(), bounds: { records: 4, bytes: 1e9 } })
      lane.push(group(1, 3))
      yield* TestClock.adjust(0)
      for (let n = 4; n < 1_000; n++) expect(lane.push([one(n)])).toBe(true)
      expect((yield* lane.ended)._tag).toBe("Disabled")
      const counts = yield* lane.counts
      // What was on its way may have arrived: nobody knows.
      expect([counts.pending, imbalance(counts)]).toEqual([3, 0])
      release()
    }))

  it.effect("makes the source wait until its block timeout, then drops the oldest until its sink has caught up", () =>
    Effect.gen(function* () {
      const { lane, arrived, events, open } = yield* stuckLane(block({ blockTimeout: Duration.seconds(5) }))
      lane.push([one(1)])
      yield* TestClock.adjust(0)
      expect([lane.push(group(2, 3)), lane.push(group(4, 5))]).toEqual([true, false])
      yield* TestClock.adjust(4_999)
      expect(yield* lane.counts).toMatchObject({ dropped: 0, pending: 5 })
      yield* TestClock.adjust(1)
      yield* lane.room
      expect(events.map(({ _tag }) => _tag)).toEqual(["BlockTimedOut", "Lost"])
      // Down to half of the bounds; from here on nobody waits, the oldest go at once.
      expect(yield* lane.counts).toMatchObject({ dropped: 4, pending: 1 })
      for (let n = 6; n < 20; n++) expect(lane.push([one(n)])).toBe(true)
      expect(yield* lane.counts).toMatchObject({ in: 19, pending: 4 })
      open()
      yield* TestClock.adjust(0)
      expect(arrived).toEqual([1, -15, 17, 18, 19])
      // It has caught up: the source waits again.
      expect(lane.push(group(20, 30))).toBe(false)
    }))

  it.effect("loses nothing while it blocks, however long", () =>
    Effect.gen(function* () {
      const { lane, open } = yield* stuckLane(block())
      lane.push(group(1, 5))
      yield* TestClock.adjust(Duration.days(1))
      expect(yield* lane.counts).toMatchObject({ dropped: 0, pending: 5 })
      open()
      yield* lane.room
    }))

  it.effect("counts what a store cannot take, says so, and takes what comes later", () =>
    Effect.gen(function* () {
      let broken = true
      const good = memoryStore<number>()
      const store = new Proxy(good, {
        get: (target, name) => {
          if (name === "add" && broken) {
            return () => {
              throw new Error("no space left on device")
            }
          }
          const value: unknown = Reflect.get(target, name)
          return typeof value === "function" ? value.bind(target) : value
        },
      })
      const events: Array<LaneEvent> = []
      const arrived: Array<number> = []
      const sink: Sink<number> = {
        guarantee: "at-most-once",
        write: ({ envelopes }) => Effect.sync(() => void arrived.push(...envelopes.map(({ seq }) => seq))),
      }
      const notice = () => one(0)
      const lane = yield* makeLane(sink, { name: "l", store, notice, onEvent: (event) => events.push(event) })
      expect(lane.push(group(1, 3))).toBe(true)
      broken = false
      lane.push([one(4)])
      yield* TestClock.adjust(0)
      expect(arrived).toEqual([0, 4])
      expect(events).toMatchObject([{ _tag: "StoreFailed", lost: 3 }])
      expect(yield* lane.counts).toMatchObject({ in: 5, dropped: 3, delivered: 2, pending: 0 })
    }))
})
