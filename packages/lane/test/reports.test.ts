import { describe, expect, it } from "@effect/vitest"
import { block, coalesce, dropOldest, imbalance, type Loss, makeLane, memoryStore } from "@boltodds/lane"
import { type Envelope, makeRecord, type Sink, SinkError, type Store } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { brief, control, line } from "./records.ts"

const form = { encode: (n: number) => `{"n":${n}}` }
const one = (n: number, run?: string): Envelope<number> => {
  const envelope = makeRecord({ seq: n, at: n, session: "s", epoch: 1, last: true }, n, form)
  return run === undefined ? envelope : { ...envelope, text: envelope.text, run }
}
const stuck: Sink<unknown> = { guarantee: "at-most-once", write: () => Effect.never }

describe("the report of a loss", () => {
  it.effect("names the lowest and the highest number, in whatever order they were lost", () =>
    Effect.gen(function* () {
      const said: Array<Loss> = []
      let isDown = true
      const sink: Sink<Change> = {
        guarantee: "at-least-once",
        write: () => isDown ? Effect.fail(new SinkError({ rest: "degrade", cause: "lost" })) : Effect.void,
      }
      const lane = yield* makeLane(sink, {
        name: "l",
        overflow: coalesce(),
        notice: (loss) => {
          said.push(loss)
          return control(loss.lastSeq, "dropped")
        },
      })
      // The suspension goes first.
      lane.push([
        line(3, "line_moved", "A", 110, 100),
        line(4, "line_moved", "B", 1, 2),
        line(5, "line_suspended", "C", null, 9),
      ])
      yield* TestClock.adjust(0)
      isDown = false
      yield* TestClock.adjust(2_000)
      expect(said.at(-1)).toMatchObject({ reason: "degraded", count: 3, firstSeq: 3, lastSeq: 5, at: 5 })
    }))

  it.effect("reports the losses of each run by themselves: their numbers have nothing to do with one another", () =>
    Effect.gen(function* () {
      const said: Array<Loss> = []
      const store = memoryStore<number>()
      store.add([one(900, "before"), one(901, "before")], 0)
      let isDown = true
      const sink: Sink<number> = {
        guarantee: "at-least-once",
        write: () => isDown ? Effect.fail(new SinkError({ rest: "degrade", cause: "lost" })) : Effect.void,
      }
      const notice = (loss: Loss): Envelope<number> => {
        said.push(loss)
        return one(-1)
      }
      const lane = yield* makeLane(sink, { name: "l", store, notice })
      lane.push([one(1), one(2)])
      yield* TestClock.adjust(0)
      isDown = false
      yield* TestClock.adjust(2_000)
      expect(said.slice(-2)).toMatchObject([
        { run: "before", count: 2, firstSeq: 900, lastSeq: 901 },
        { count: 2, firstSeq: 1, lastSeq: 2 },
      ])
      expect("run" in said.at(-1)!).toBe(false)
    }))

  it.effect("is one record for all losses of a long outage, not one for each try", () =>
    Effect.gen(function* () {
      let isDown = true
      const sizes: Array<number> = []
      const sink: Sink<number> = {
        guarantee: "at-least-once",
        write: ({ envelopes }) => {
          sizes.push(envelopes.length)
          return isDown ? Effect.fail(new SinkError({ rest: "retry", cause: "down" })) : Effect.void
        },
      }
      const lane = yield* makeLane(sink, {
        name: "l",
        overflow: dropOldest(),
        bounds: { records: 4, bytes: 1e9 },
        batch: { records: 2, bytes: 1e9 },
        notice: (loss) => one(-loss.count),
        breaker: { failures: Infinity },
      })
      for (let n = 1; n < 2_000; n++) {
        lane.push([one(n)])
        yield* TestClock.adjust(1_000)
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(3)
      const counts = yield* lane.counts
      expect([counts.pending <= 5, imbalance(counts)]).toEqual([true, 0])
      isDown = false
      yield* TestClock.adjust(60_000)
      expect(yield* lane.counts).toMatchObject({ pending: 0 })
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports to a new reader, before everything, that records are missing, and tries again at once", () =>
    Effect.gen(function* () {
      const said: Array<Loss> = []
      const batches: Array<ReadonlyArray<string>> = []
      const sink: Sink<Change> = {
        guarantee: "at-most-once",
        write: ({ envelopes }) => {
          batches.push(brief(envelopes))
          return batches.length === 2
            ? Effect.fail(new SinkError({ rest: "retry", delivered: 1, isNewReader: true, cause: "takes over" }))
            : Effect.void
        },
      }
      const lane = yield* makeLane(sink, {
        name: "l",
        retry: { attempts: 1 },
        notice: (loss) => {
          said.push(loss)
          return control(loss.lastSeq, "dropped")
        },
        resnapshot: () => [control(4, "stream_started")],
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      lane.push([line(2, "line_moved", "A", 120, 110), line(3, "line_moved", "B", 120, 110)])
      yield* TestClock.adjust(0)
      expect(batches.slice(2)).toEqual([["2 dropped", "3 line_moved B 120 (110)"], ["4 stream_started"]])
      expect(said).toMatchObject([{ reason: "takeover", count: 0, firstSeq: 1, lastSeq: 2 }])
      expect(yield* lane.counts).toMatchObject({ dropped: 0, deadLettered: 0, retries: 0, pending: 0 })
    }))

  it.effect("is said of what a store refuses, once a second for the log, in full at the end", () =>
    Effect.gen(function* () {
      const lost: Array<number> = []
      const store: Store<number> = Object.assign(memoryStore<number>(), {
        add: () => {
          throw new Error("no space left on device")
        },
      })
      const lane = yield* makeLane<number>(stuck, {
        name: "l",
        store,
        overflow: block(),
        onEvent: (event) => void (event._tag === "StoreFailed" && lost.push(event.lost)),
      })
      for (let n = 1; n <= 100; n++) lane.push([one(n)])
      expect(lost).toEqual([1])
      yield* lane.drain(Duration.zero)
      expect(lost).toEqual([1, 99])
    }))
})
