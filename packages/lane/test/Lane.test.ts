import { describe, expect, it } from "@effect/vitest"
import { imbalance, type Lane, type LaneEvent, makeLane } from "@boltodds/lane"
import {
  type Batch,
  type Envelope,
  makeRecord,
  type Sink,
  SinkError,
  sinkFromPromise,
  type SinkOutcome,
} from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import { TestClock } from "effect/testing"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number, last = true): Envelope<number> =>
  makeRecord({ seq: n, at: n, session: "s", epoch: 1, last }, n, form)
/** Envelopes `from` to `to`, one group. */
const group = (from: number, to: number): Array<Envelope<number>> =>
  Array.from({ length: to - from + 1 }, (_, index) => one(from + index, from + index === to))
const numbers = (batch: Batch<number>): Array<number> => batch.envelopes.map((envelope) => envelope.seq)

/** A sink that keeps what it is given, and fails as `script` says, one entry a write. */
const scripted = (script: ReadonlyArray<ConstructorParameters<typeof SinkError>[0] | undefined> = []) => {
  const batches: Array<Batch<number>> = []
  const sink: Sink<number> = {
    guarantee: "at-most-once",
    write: (batch) =>
      Effect.suspend(() => {
        const failure = script[batches.push(batch) - 1]
        return failure === undefined ? Effect.void : Effect.fail(new SinkError(failure))
      }),
  }
  return { sink, batches }
}
const stuck: Sink<number> = { guarantee: "at-most-once", write: () => Effect.never }
const drain = (lane: Lane<number>) => lane.drain(Duration.seconds(10))
const boom = (rest: SinkOutcome) => ({ rest, cause: new Error("boom") })

describe("a lane", () => {
  it.effect("delivers what is pushed in one turn as one batch, with an id made of run and sequence numbers", () =>
    Effect.gen(function* () {
      const { sink, batches } = scripted()
      const lane = yield* makeLane(sink, { name: "l", run: "R" })
      expect(lane.push(group(1, 3))).toBe(true)
      expect(lane.push(group(4, 5))).toBe(true)
      const counts = yield* drain(lane)
      expect(batches.map((batch) => [batch.id, batch.attempt, numbers(batch)])).toEqual([["R.1-5.5", 1, [
        1,
        2,
        3,
        4,
        5,
      ]]])
      expect(counts).toEqual({
        in: 5,
        restored: 0,
        replaced: 0,
        resnapshots: 0,
        gameResnapshots: 0,
        delivered: 5,
        coalesced: 0,
        dropped: 0,
        expired: 0,
        deadLettered: 0,
        pending: 0,
        pendingBytes: 0,
        deliveredBytes: 40,
        batches: 1,
        retries: 0,
      })
      expect(yield* lane.ended).toEqual({ _tag: "Drained" })
    }))

  it.effect("cuts batches after whole groups, by count and by bytes, and never cuts a large group", () =>
    Effect.gen(function* () {
      for (const batch of [{ records: 4, bytes: 1_000 }, { records: 1_000, bytes: 32 }]) {
        const { sink, batches } = scripted()
        const lane = yield* makeLane(sink, { name: "l", batch })
        lane.push([
          ...group(1, 2),
          ...group(3, 4),
          ...group(5, 5),
          ...group(6, 9).slice(0, 3),
          one(9),
          ...group(10, 16),
        ])
        yield* drain(lane)
        expect(batches.map((batch) => batch.envelopes.length)).toEqual([4, 1, 4, 7])
      }
    }))

  it.effect("lets a batch linger for more, but not longer than it may, and not when it is full", () =>
    Effect.gen(function* () {
      const { sink, batches } = scripted()
      const lane = yield* makeLane(sink, {
        name: "l",
        linger: Duration.millis(100),
        batch: { records: 3, bytes: 1_000_000 },
      })
      yield* TestClock.adjust(0)
      lane.push([one(1)])
      yield* TestClock.adjust(60)
      lane.push([one(2)])
      yield* TestClock.adjust(39)
      expect(batches).toEqual([])
      yield* TestClock.adjust(1)
      expect(batches.map(numbers)).toEqual([[1, 2]])
      lane.push(group(3, 5))
      yield* TestClock.adjust(0)
      expect(batches.map(numbers)).toEqual([[1, 2], [3, 4, 5]])
      lane.push([one(6)])
      expect((yield* drain(lane)).delivered).toBe(6)
    }))

  it.effect("takes one turn beyond its bounds, then asks to wait, and has room again at half of them", () =>
    Effect.gen(function* () {
      const gates: Array<() => void> = []
      const sink: Sink<number> = {
        guarantee: "at-most-once",
        write: () => Effect.callback((resume) => void gates.push(() => resume(Effect.void))),
      }
      const lane = yield* makeLane(sink, {
        name: "l",
        bounds: { records: 10, bytes: 1e9 },
        batch: { records: 4, bytes: 1e9 },
      })
      for (let n = 1; n < 10; n++) expect(lane.push([one(n)])).toBe(true)
      expect(lane.push(group(10, 14))).toBe(false)
      const waiting = yield* Effect.forkChild(lane.room)
      const open = function* (): Generator<Effect.Effect<void>, void> {
        yield* Effect.as(TestClock.adjust(0), undefined)
        gates.shift()!()
        yield* Effect.as(TestClock.adjust(0), undefined)
      }
      yield* open()
      expect([(yield* lane.counts).pending, waiting.pollUnsafe()]).toEqual([10, undefined])
      yield* open()
      expect([(yield* lane.counts).pending, waiting.pollUnsafe()]).toEqual([6, undefined])
      yield* open()
      expect((yield* lane.counts).pending).toBe(5)
      yield* Fiber.join(waiting)
      expect(lane.push([one(15)])).toBe(true)
    }))

  it.effect("is bounded in bytes too", () =>
    Effect.gen(function* () {
      const lane = yield* makeLane(stuck, { name: "l", bounds: { records: 1e9, bytes: 32 } })
      expect([1, 2, 3, 4].map((n) => lane.push([one(n)]))).toEqual([true, true, true, false])
    }))

  it.effect("tries again with full jitter, never sooner than the destination asked, and keeps the id", () =>
    Effect.gen(function* () {
      const events: Array<LaneEvent> = []
      const { sink, batches } = scripted([
        boom("retry"),
        { ...boom("retry"), retryAfter: Duration.minutes(5) },
        boom("retry"),
      ])
      const lane = yield* makeLane(sink, { name: "l", onEvent: (event) => void events.push(event) })
      lane.push([one(1)])
      const attempts = () => batches.map((batch) => [batch.id, batch.attempt])
      yield* TestClock.adjust(49)
      expect(batches.length).toBe(1)
      yield* TestClock.adjust(1)
      expect(batches.length).toBe(2)
      lane.push([one(2)])
      yield* TestClock.adjust(299_999)
      expect(batches.length).toBe(2)
      yield* TestClock.adjust(1)
      expect(batches.length).toBe(3)
      yield* TestClock.adjust(199)
      expect(attempts()).toEqual([[".1-1.1", 1], [".1-1.1", 2], [".1-1.1", 3]])
      yield* TestClock.adjust(1)
      expect(attempts().slice(3)).toEqual([[".1-1.1", 4], [".2-2.1", 1]])
      expect(events.map((event) => event._tag)).toEqual(["Retrying", "Retrying", "Retrying", "Recovered"])
      expect(yield* lane.counts).toMatchObject({ in: 2, delivered: 2, retries: 3, pending: 0 })
    }).pipe(Effect.provideService(Random.Random, { nextIntUnsafe: () => 0, nextDoubleUnsafe: () => 0.25 })))

  it.effect("believes what an error says of each envelope", () =>
    Effect.gen(function* () {
      const { sink, batches } = scripted([{ ...boom("retry"), delivered: 2, rejected: [1, 3, 99] }])
      const lane = yield* makeLane(sink, { name: "l", retry: { base: Duration.zero } })
      lane.push(group(1, 5))
      const counts = yield* drain(lane)
      expect(batches.map(numbers)).toEqual([[1, 2, 3, 4, 5], [3, 5]])
      expect(counts).toMatchObject({ in: 5, delivered: 4, deadLettered: 1, pending: 0 })
    }))

  it.effect("gives a batch up as dead letters after its last attempt, and goes on", () =>
    Effect.gen(function* () {
      const { sink, batches } = scripted([boom("retry"), boom("retry")])
      const lane = yield* makeLane(sink, {
        name: "l",
        retry: { base: Duration.zero, attempts: 2 },
        batch: { records: 1, bytes: 1e6 },
      })
      lane.push([one(1), one(2)])
      expect(yield* drain(lane)).toMatchObject({ delivered: 1, deadLettered: 1, pending: 0, retries: 1 })
      expect(batches.map(numbers)).toEqual([[1], [1], [2]])
    }))

  it.effect("says what it lost while degraded, ahead of what comes next, at most once a second", () =>
    Effect.gen(function* () {
      const { sink, batches } = scripted([boom("degrade"), boom("degrade"), undefined, boom("degrade"), undefined])
      const said: Array<unknown> = []
      const lane = yield* makeLane(sink, {
        name: "l",
        notice: (loss) => {
          said.push(loss)
          return one(-loss.lastSeq)
        },
      })
      lane.push(group(1, 3))
      yield* TestClock.adjust(0)
      expect(yield* lane.counts).toMatchObject({ dropped: 4, in: 4 })
      lane.push(group(4, 5))
      yield* TestClock.adjust(0)
      // The second write was the notice of the first loss alone, and was lost: nothing may arrive ahead of it.
      expect(batches.map(numbers)).toEqual([[1, 2, 3], [-3], [-3, 4, 5]])
      lane.push(group(6, 8))
      yield* TestClock.adjust(0)
      // The fourth is lost, and is reported within a second: readers know already that records are missing.
      lane.push([one(9)])
      yield* TestClock.adjust(0)
      expect(batches.slice(3).map(numbers)).toEqual([[6, 7, 8], [9]])
      yield* TestClock.adjust(1_000)
      expect(batches.slice(5).map(numbers)).toEqual([[-8]])
      expect(said.slice(0, 2)).toEqual(Array.from({ length: 2 }, () => ({
        reason: "degraded",
        count: 3,
        firstSeq: 1,
        lastSeq: 3,
        at: 3,
        session: "s",
        epoch: 1,
      })))
      const counts = yield* drain(lane)
      expect(counts).toMatchObject({ in: 12, delivered: 5, dropped: 7, pending: 0 })
    }))

  it.effect("tries its last word once, so that a sink that loses everything cannot hold up the end", () =>
    Effect.gen(function* () {
      const { sink, batches } = scripted(Array.from({ length: 50 }, () => boom("degrade")))
      const lane = yield* makeLane(sink, { name: "l", notice: (loss) => one(-loss.lastSeq) })
      lane.push(group(1, 2))
      const counts = yield* drain(lane)
      expect(batches.map(numbers)).toEqual([[1, 2], [-2]])
      expect(imbalance(counts)).toBe(0)
      expect(counts).toMatchObject({ dropped: 3, pending: 0 })
    }))

  it.effect("is over when the sink says so, loses what it holds by the book, and makes nobody wait", () =>
    Effect.gen(function* () {
      for (const [rest, tag] of [["end", "Ended"], ["disable", "Disabled"]] as const) {
        const { sink, batches } = scripted([undefined, { ...boom(rest), delivered: 1 }])
        const lane = yield* makeLane(sink, {
          name: "l",
          bounds: { records: 2, bytes: 1e6 },
          batch: { records: 2, bytes: 1e6 },
        })
        expect(lane.push([...group(1, 2), ...group(3, 4), ...group(5, 6)])).toBe(false)
        yield* lane.room
        const end = yield* lane.ended
        expect(end._tag).toBe(tag)
        expect(lane.push(group(7, 9))).toBe(true)
        expect(batches.map(numbers)).toEqual([[1, 2], [3, 4]])
        expect(yield* drain(lane)).toMatchObject({ in: 9, delivered: 3, dropped: 6, pending: 0 })
      }
    }))

  it.effect("is disabled by a defect of its sink", () =>
    Effect.gen(function* () {
      const sink: Sink<number> = { guarantee: "at-most-once", write: () => Effect.die(new TypeError("a bug")) }
      const lane = yield* makeLane(sink, { name: "l" })
      lane.push([one(1)])
      const end = yield* lane.ended
      expect(end._tag === "Disabled" && end.error.cause).toEqual(new TypeError("a bug"))
    }))

  it.effect("knows an error from another copy of this package by its shape", () =>
    Effect.gen(function* () {
      const foreign = { _tag: "SinkError", rest: "end", cause: "gone" } as unknown as SinkError
      const lane = yield* makeLane<number>({ guarantee: "at-most-once", write: () => Effect.fail(foreign) }, {
        name: "l",
      })
      lane.push([one(1)])
      expect((yield* lane.ended)._tag).toBe("Ended")
    }))

  it.effect("leaves pending what a stuck sink does not take in time, even if it cannot be interrupted", () =>
    Effect.gen(function* () {
      let release = (): void => {}
      const deaf: Sink<number> = {
        guarantee: "at-most-once",
        write: () => Effect.uninterruptible(Effect.callback((resume) => void (release = () => resume(Effect.void)))),
      }
      for (const sink of [stuck, deaf]) {
        const lane = yield* makeLane(sink, { name: "l" })
        lane.push(group(1, 2))
        const draining = yield* Effect.forkChild(drain(lane))
        yield* TestClock.adjust(9_999)
        expect(draining.pollUnsafe()).toBe(undefined)
        yield* TestClock.adjust(1)
        expect(yield* Fiber.join(draining)).toMatchObject({ in: 2, delivered: 0, pending: 2 })
        expect((yield* lane.ended)._tag).toBe("Drained")
      }
      release()
    }))

  it.live("takes a sink made of promises", () =>
    Effect.gen(function* () {
      const texts: Array<string> = []
      let failures = 1
      const sink = sinkFromPromise<number>({
        write: async (batch) => {
          if (failures-- > 0) throw new Error("not yet")
          for (const envelope of batch.envelopes) texts.push(envelope.text)
        },
        failure: (cause) => ({ rest: "retry", cause, retryAfter: Duration.zero }),
      })
      const lane = yield* makeLane(sink, { name: "l", retry: { base: Duration.zero } })
      lane.push(group(1, 2))
      expect((yield* drain(lane)).retries).toBe(1)
      expect(texts).toEqual(['{"n":1}', '{"n":2}'])
    }))
})
