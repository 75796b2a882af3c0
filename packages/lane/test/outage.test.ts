import { describe, expect, it } from "@effect/vitest"
import { coalesce, type LaneEvent, type LaneOptions, makeLane } from "@boltodds/lane"
import { type Batch, type Envelope, makeRecord, type Sink, SinkError } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { brief, control, line } from "./records.ts"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number): Envelope<number> => makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)

/** A sink that fails in this way while it is down, and a lane of single records in front of it. */
const laneTo = <A>(failure: ConstructorParameters<typeof SinkError>[0], options: Partial<LaneOptions<A>> = {}) =>
  Effect.gen(function* () {
    const state = { down: true }
    const tried: Array<Batch<A>> = []
    const arrived: Array<Envelope<A>> = []
    const events: Array<LaneEvent> = []
    const sink: Sink<A> = {
      guarantee: "at-least-once",
      write: (batch) =>
        Effect.suspend(() => {
          tried.push(batch)
          if (state.down) return Effect.fail(new SinkError(failure))
          arrived.push(...batch.envelopes)
          return Effect.void
        }),
    }
    const onEvent = (event: LaneEvent): void => void events.push(event)
    const batch = { records: 1, bytes: 1e9 }
    const lane = yield* makeLane(sink, { name: "l", run: "R", batch, onEvent, ...options })
    return { lane, state, tried, arrived, events }
  })

const down = { rest: "retry", cause: new Error("down") } as const

describe("a lane whose destination is down", () => {
  it.effect("stops trying after a run of failures, tries once after a while, and goes on with the first success", () =>
    Effect.gen(function* () {
      const retry = { base: Duration.millis(1), cap: Duration.millis(1) }
      const breaker = { failures: 3, cool: Duration.seconds(30) }
      const { lane, state, tried, events } = yield* laneTo<number>(down, { retry, breaker })
      lane.push([one(1), one(2)])
      yield* TestClock.adjust(29_000)
      expect(tried.length).toBe(3)
      expect(events.filter(({ _tag }) => _tag === "BreakerOpened")).toMatchObject([{ failures: 3 }])
      yield* TestClock.adjust(2_000)
      expect(tried.length).toBe(4)
      state.down = false
      yield* TestClock.adjust(28_000)
      expect(tried.length).toBe(4)
      yield* TestClock.adjust(2_000)
      expect(yield* lane.counts).toMatchObject({ delivered: 2, pending: 0 })
      expect(events.at(-1)).toEqual({ _tag: "Recovered" })
    }))

  it.effect("does not turn all that waits into dead letters where everything is refused", () =>
    Effect.gen(function* () {
      const { lane, tried } = yield* laneTo<number>({ rest: "retry", rejected: [0], cause: "400" })
      lane.push(Array.from({ length: 100 }, (_, index) => one(index + 1)))
      yield* TestClock.adjust(29_000)
      expect(tried.length).toBe(5)
      expect(yield* lane.counts).toMatchObject({ deadLettered: 5, pending: 95 })
      yield* TestClock.adjust(60_000)
      expect(yield* lane.counts).toMatchObject({ deadLettered: 7, pending: 93 })
    }))

  it.effect("does not deliver what has grown too old, waiting or in the middle of its tries, and says so", () =>
    Effect.gen(function* () {
      const notice = () => one(0)
      const often = { retry: { cap: Duration.seconds(1) }, breaker: { failures: Infinity } }
      const options = { maxAge: Duration.seconds(10), notice, ...often }
      const { lane, state, arrived, events } = yield* laneTo<number>(down, options)
      lane.push([one(1), one(2)])
      yield* TestClock.adjust(9_000)
      lane.push([one(3)])
      yield* TestClock.adjust(3_000)
      state.down = false
      yield* TestClock.adjust(6_000)
      expect(arrived.map(({ seq }) => seq)).toEqual([0, 3])
      expect(yield* lane.counts).toMatchObject({ in: 4, expired: 2, delivered: 2, pending: 0 })
      expect(events).toContainEqual({ _tag: "Lost", reason: "expired", lost: 1 })
    }))

  it.effect("tries what is newest, where it coalesces: each try is another batch", () =>
    Effect.gen(function* () {
      const options = { overflow: coalesce(), batch: { records: 10, bytes: 1e9 } }
      const { lane, state, tried, arrived } = yield* laneTo<Change>(down, options)
      lane.push([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 210, 200)])
      yield* TestClock.adjust(0)
      lane.push([line(3, "line_moved", "A", 120, 110), line(4, "line_suspended", "C", null, 300)])
      state.down = false
      yield* TestClock.adjust(60_000)
      expect(tried.map(({ attempt }) => attempt)).toEqual([1, 1])
      // What is new in the middle makes it another batch, though it begins and ends alike.
      expect(new Set(tried.map(({ id }) => id)).size).toBe(2)
      expect(brief(arrived)).toEqual([
        "4 line_suspended C null (300)",
        "3 line_moved A 120 (100) x2",
        "2 line_moved B 210 (200)",
      ])
      expect(yield* lane.counts).toMatchObject({ in: 4, coalesced: 1, delivered: 3, retries: 1, pending: 0 })
    }))

  it.effect("gives a batch another id where something in its middle was merged", () =>
    Effect.gen(function* () {
      const { lane, tried } = yield* laneTo<Change>(down, { overflow: coalesce(), batch: { records: 10, bytes: 1e9 } })
      lane.push([1, 2, 3].map((seq) => line(seq, "line_moved", "ABC"[seq - 1]!, 110, 100)))
      yield* TestClock.adjust(0)
      lane.push([line(4, "line_moved", "B", 120, 110)])
      yield* TestClock.adjust(1_000)
      expect(tried[0]!.id).toBe("R.1-3.3")
      expect(tried[1]!.id).toMatch(/^R\.1-3\.3\.[0-9a-f]{16}$/)
      expect(tried[1]!.attempt).toBe(1)
    }))

  it.effect("gives a batch up after so many tries, also where each merges what is new", () =>
    Effect.gen(function* () {
      const options = { overflow: coalesce(), retry: { attempts: 3, cap: Duration.seconds(1) } }
      const { lane, tried } = yield* laneTo<Change>(down, options)
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(10_000)
      expect(tried.map(({ attempt, id }) => [attempt, id])).toEqual([1, 2, 3].map((attempt) => [attempt, "R.1-1.1"]))
      expect(yield* lane.counts).toMatchObject({ deadLettered: 1, pending: 0, retries: 2 })
    }))

  it.effect("sends a resnapshot once it has lost something, after the report of the loss", () =>
    Effect.gen(function* () {
      const { lane, state, arrived, events } = yield* laneTo<Change>({ rest: "degrade", cause: "lost" }, {
        notice: (loss) => control(loss.lastSeq, "dropped"),
        resnapshot: () => [control(3, "stream_started"), line(3, "line_opened", "A", 130, null)],
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      state.down = false
      lane.push([line(3, "line_moved", "A", 130, 110)])
      yield* TestClock.adjust(2_000)
      expect(brief(arrived)).toEqual([
        "1 dropped",
        "3 line_moved A 130 (110)",
        "3 stream_started",
        "3 line_opened A 130 (null)",
      ])
      expect(events.filter(({ _tag }) => _tag === "Resnapshot")).toHaveLength(2)
    }))
})
