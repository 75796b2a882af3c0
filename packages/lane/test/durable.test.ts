import { describe, expect, it } from "@effect/vitest"
import { dropOldest, imbalance, type LaneOptions, type Loss, makeLane, memoryStore } from "@boltodds/lane"
import { type Envelope, type Sink, SinkError, type Store } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { brief, control, game, line } from "./records.ts"

/** A store that seems to outlast its process: what an earlier run left in it, and whether a loss is still to be reported. */
const durable = (left: ReadonlyArray<Envelope<Change>> = [], isLossy = false) => {
  const marks: Array<boolean> = []
  const store = memoryStore<Change>()
  store.add(
    left.map((envelope) =>
      ({ ...envelope, value: envelope.value, text: envelope.text, run: "before" }) as Envelope<Change>
    ),
    0,
  )
  const fields = {
    isDurable: true,
    isLossy,
    restored: left.length,
    markLossy: (it: boolean): void => void marks.push(it),
  }
  return { store: Object.assign(store, fields) as Store<Change>, marks }
}

type Answer = ConstructorParameters<typeof SinkError>[0] | undefined

const laneOf = (store: Store<Change>, answer: (nth: number) => Answer, options?: Partial<LaneOptions<Change>>) =>
  Effect.gen(function* () {
    const batches: Array<readonly [id: string, texts: ReadonlyArray<string>]> = []
    const said: Array<Loss> = []
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: ({ id, envelopes }) =>
        Effect.suspend(() => {
          batches.push([id, brief(envelopes)])
          const failure = answer(batches.length)
          return failure === undefined ? Effect.void : Effect.fail(new SinkError(failure))
        }),
    }
    const lane = yield* makeLane(sink, {
      name: "l",
      run: "now",
      store,
      notice: (loss) => {
        said.push(loss)
        return control(loss.lastSeq, "dropped")
      },
      ...options,
    })
    return { lane, batches, said, texts: () => batches.map(([, texts]) => texts) }
  })

const lost = { rest: "degrade", cause: "lost" } as const

describe("a lane with a store that outlasts it", () => {
  it.effect("delivers what was stored as the batch that it was, and the report of a loss by itself", () =>
    Effect.gen(function* () {
      const { store } = durable()
      const { lane, batches } = yield* laneOf(store, (nth) => nth === 1 ? lost : undefined)
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      lane.push([line(2, "line_moved", "A", 120, 110), line(3, "line_moved", "B", 1, 2)])
      yield* TestClock.adjust(0)
      expect(batches[0]![0]).toBe("now.1-1.1")
      expect(batches.slice(1)).toEqual([
        ["now.1-1.1", ["1 dropped"]],
        ["now.2-3.2", ["2 line_moved A 120 (110)", "3 line_moved B 1 (2)"]],
      ])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("delivers nothing after a loss before its report has arrived, however often the report is lost", () =>
    Effect.gen(function* () {
      const { store } = durable()
      const { lane, texts } = yield* laneOf(store, (nth) => nth < 4 ? lost : undefined)
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      lane.push([game(2, "game_amended")])
      yield* TestClock.adjust(10_000)
      expect(texts()).toEqual([["1 line_moved A 110 (100)"], ["1 dropped"], ["1 dropped"], ["1 dropped"], [
        "2 game_amended",
      ]])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports what grew too old in a batch before the rest of it", () =>
    Effect.gen(function* () {
      let isDown = true
      const { store } = durable()
      const { lane, texts } = yield* laneOf(store, () => isDown ? { rest: "retry", cause: "down" } : undefined, {
        maxAge: Duration.seconds(10),
        linger: Duration.seconds(5),
        breaker: { failures: Infinity },
        retry: { cap: Duration.seconds(1) },
      })
      lane.push([line(1, "line_suspended", "A", null, 100)])
      yield* TestClock.adjust(4_000)
      lane.push([game(2, "game_amended")])
      yield* TestClock.adjust(7_000)
      isDown = false
      yield* TestClock.adjust(60_000)
      expect(texts().slice(-2)).toEqual([["1 dropped"], ["2 game_amended"]])
      expect(yield* lane.counts).toMatchObject({ expired: 1, pending: 0 })
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports a loss after the beginning of a stream in the batch, which would make readers forget it", () =>
    Effect.gen(function* () {
      const { store } = durable([line(8, "line_moved", "A", 110, 100), line(9, "line_moved", "A", 120, 110)])
      const { lane, texts, said } = yield* laneOf(store, () => undefined, {
        overflow: dropOldest(),
        bounds: { records: 4, bytes: 1e9 },
      })
      // The oldest of the earlier run goes.
      lane.push([control(1, "stream_started"), line(2, "line_opened", "B", 1, null), line(3, "line_moved", "B", 2, 1)])
      yield* TestClock.adjust(0)
      expect(texts()).toEqual([
        ["8 dropped"],
        ["9 line_moved A 120 (110)", "1 stream_started"],
        ["8 dropped"],
        ["2 line_opened B 1 (null)", "3 line_moved B 2 (1)"],
      ])
      expect(said[0]).toMatchObject({ run: "before", count: 1, firstSeq: 8, lastSeq: 8 })
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports a loss again where a stream began since, in a batch that was in flight when it happened", () =>
    Effect.gen(function* () {
      const { store } = durable([line(8, "line_moved", "A", 110, 100)])
      const { lane, texts } = yield* laneOf(store, (nth) => nth < 4 ? { rest: "retry", cause: "down" } : undefined, {
        overflow: dropOldest(),
        bounds: { records: 4, bytes: 1e9 },
        linger: Duration.millis(1),
        breaker: { failures: Infinity },
      })
      lane.push([control(1, "stream_started"), line(2, "line_opened", "B", 1, null)])
      yield* TestClock.adjust(1)
      // While it is tried, what waits after it is lost.
      lane.push([line(3, "line_suspended", "B", null, 1), line(4, "line_moved", "C", 2, 1)])
      lane.push([game(5, "game_amended")])
      yield* TestClock.adjust(5_000)
      const arrived = texts().slice(3).flat()
      const start = arrived.indexOf("1 stream_started")
      expect(arrived.slice(0, start)).toContain("4 dropped")
      expect(arrived.slice(start + 1)).toEqual(["2 line_opened B 1 (null)", "4 dropped", "5 game_amended"])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("remembers for its next opening that its readers lack something, until a resnapshot has arrived", () =>
    Effect.gen(function* () {
      const { store, marks } = durable()
      const { lane, texts } = yield* laneOf(store, (nth) => nth === 1 || nth === 3 ? lost : undefined, {
        resnapshot: () => [control(5, "stream_started")],
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      // The report has arrived, but the resnapshot is lost too.
      expect(texts()).toEqual([["1 line_moved A 110 (100)"], ["1 dropped"], ["5 stream_started"]])
      expect(marks).toEqual([true])
      yield* TestClock.adjust(10_000)
      expect(texts().slice(3)).toEqual([["1 dropped"], ["5 stream_started"]])
      expect(marks).toEqual([true, false])
    }))

  it.effect("reports a loss that an earlier process may not have reported, before what that process left", () =>
    Effect.gen(function* () {
      const { store, marks } = durable([line(8, "line_moved", "A", 110, 100)], true)
      const { lane, texts, said } = yield* laneOf(store, () => undefined, {
        resnapshot: () => [control(2, "stream_started")],
      })
      yield* TestClock.adjust(10_000)
      expect(texts()).toEqual([["7 dropped"], ["8 line_moved A 110 (100)"], ["2 stream_started"]])
      expect(said).toMatchObject([{ reason: "restart", run: "before", count: 0, lastSeq: 7 }])
      expect(marks).toEqual([true, false])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports no loss of a run of which nothing is left", () =>
    Effect.gen(function* () {
      const { store, marks } = durable([], true)
      const { lane, texts } = yield* laneOf(store, () => undefined)
      lane.push([control(1, "stream_started")])
      yield* TestClock.adjust(0)
      expect([texts(), marks]).toEqual([[["1 stream_started"]], [false]])
    }))

  it.effect("keeps what waits in it when its sink is disabled", () =>
    Effect.gen(function* () {
      const { store } = durable()
      const { lane } = yield* laneOf(store, () => ({ rest: "disable", cause: "gone" }), {
        batch: { records: 1, bytes: 1e9 },
      })
      lane.push([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "A", 120, 110)])
      yield* TestClock.adjust(0)
      expect((yield* lane.ended)._tag).toBe("Disabled")
      lane.push([line(3, "line_moved", "A", 130, 120)])
      const counts = yield* lane.counts
      expect(counts).toMatchObject({ in: 3, pending: 2, dropped: 1 })
      expect([store.records, imbalance(counts)]).toEqual([2, 0])
    }))
})
