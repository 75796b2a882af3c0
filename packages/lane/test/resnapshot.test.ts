import { describe, expect, it } from "@effect/vitest"
import { imbalance, type LaneOptions, makeLane } from "@boltodds/lane"
import { type Envelope, type Sink, SinkError } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { brief, control, game, line } from "./records.ts"

type Answer = ConstructorParameters<typeof SinkError>[0] | undefined

/** A lane that sends resnapshots, before a sink that answers each write as the test says. */
const telling = (
  answer: (envelopes: ReadonlyArray<Envelope<Change>>) => Answer,
  options?: Partial<LaneOptions<Change>>,
) =>
  Effect.gen(function* () {
    const arrived: Array<string> = []
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: ({ envelopes }) =>
        Effect.suspend(() => {
          const failure = answer(envelopes)
          arrived.push(...brief(failure === undefined ? envelopes : envelopes.slice(0, failure.delivered ?? 0)))
          return failure === undefined ? Effect.void : Effect.fail(new SinkError(failure))
        }),
    }
    const lane = yield* makeLane(sink, {
      name: "l",
      retry: { base: Duration.millis(1) },
      breaker: { failures: Infinity },
      notice: (loss) => control(loss.lastSeq, "dropped", { count: loss.count }),
      resnapshot: () => {
        return [
          control(9, "stream_started"),
          line(9, "line_opened", "A", 1, null),
          line(9, "line_opened", "B", 2, null),
        ]
      },
      ...options,
    })
    return { lane, arrived }
  })

const tells = (envelopes: ReadonlyArray<Envelope<Change>>): boolean =>
  brief(envelopes).some((text) => text.endsWith("stream_started"))

describe("a lane that sends resnapshots", () => {
  it.effect("asks now and then, not all the time, where there is nothing to send", () =>
    Effect.gen(function* () {
      let asked = 0
      let writes = 0
      const { lane } = yield* telling(() => writes++ === 0 ? { rest: "degrade", cause: "lost" } : undefined, {
        resnapshot: () => {
          asked += 1
          if (asked > 100) throw new Error("asked without end")
          return []
        },
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      for (let waited = 0; waited < 60; waited++) yield* TestClock.adjust(1_000)
      expect(asked).toBeGreaterThan(1)
      expect(asked).toBeLessThan(10)
      lane.push([line(2, "line_moved", "A", 120, 110)])
      yield* TestClock.adjust(0)
      expect(yield* lane.counts).toMatchObject({ dropped: 1, delivered: 2, pending: 0 })
    }))

  it.effect("sends one more and more rarely where it never arrives, up to every five minutes", () =>
    Effect.gen(function* () {
      const times: Array<number> = []
      let now = 0
      const { lane } = yield* telling((envelopes) => {
        if (!tells(envelopes)) return now === 0 ? { rest: "degrade", cause: "lost" } : undefined
        times.push(now)
        return { rest: "degrade", cause: "too large" }
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      for (; now < 3_600; now++) yield* TestClock.adjust(1_000)
      const pauses = times.map((time, index) => time - (times[index - 1] ?? 0)).slice(1)
      for (const [index, pause] of pauses.entries()) {
        expect(pause).toBeGreaterThanOrEqual(pauses[index - 1] ?? 0)
        expect(pause).toBeLessThanOrEqual(301)
      }
      expect(times.length).toBeLessThan(25)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports the loss once more where only a part of a resnapshot arrived", () =>
    Effect.gen(function* () {
      let telledOnce = false
      let isFirst = true
      const { lane, arrived } = yield* telling((envelopes) => {
        if (isFirst) {
          isFirst = false
          return { rest: "degrade", cause: "lost" }
        }
        if (!tells(envelopes) || telledOnce) return undefined
        telledOnce = true
        return { rest: "degrade", delivered: envelopes.length - 1, cause: "cut off" }
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      yield* TestClock.adjust(0)
      lane.push([line(3, "line_moved", "C", 130, 110)])
      yield* TestClock.adjust(0)
      // After its `stream_started` readers believe that they have everything: nothing may follow a part of a resnapshot.
      const start = arrived.indexOf("9 stream_started")
      expect(arrived.slice(start)).toEqual([
        "9 stream_started",
        "9 line_opened A 1 (null)",
        "1 dropped",
        "3 line_moved C 130 (110)",
      ])
      yield* TestClock.adjust(10_000)
      expect(arrived.slice(-3)).toEqual(["9 stream_started", "9 line_opened A 1 (null)", "9 line_opened B 2 (null)"])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports a loss at once after a resnapshot, also where the report of the one before was lost on the way", () =>
    Effect.gen(function* () {
      let nth = 0
      const answer = (): Answer => [1, 2, 5].includes(++nth) ? { rest: "degrade", cause: "lost" } : undefined
      const { lane, arrived } = yield* telling(answer, {
        parallel: { over: 2, key: () => "one" },
        batch: { records: 1, bytes: 1e9 },
      })
      lane.push([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 110, 100)])
      yield* TestClock.adjust(0)
      lane.push([line(3, "line_suspended", "A", null, 110)])
      yield* TestClock.adjust(0)
      // Withheld until everything was sent again.
      lane.push([control(4, "synced")])
      lane.push([control(5, "heartbeat")])
      yield* TestClock.adjust(0)
      expect(arrived).toEqual([
        "1 dropped",
        "2 line_moved B 110 (100)",
        "9 stream_started",
        "9 line_opened A 1 (null)",
        "9 line_opened B 2 (null)",
        "3 dropped",
        "5 heartbeat",
      ])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports a loss before what a processor held back, which is sent with it, where the first report was lost", () =>
    Effect.gen(function* () {
      let nth = 0
      const { lane, arrived } = yield* telling(() => ++nth < 3 ? { rest: "degrade", cause: "lost" } : undefined, {
        resnapshot: () => [game(2, "game_amended"), control(3, "stream_started")],
      })
      lane.push([line(1, "line_suspended", "A", null, 100)])
      yield* TestClock.adjust(0)
      expect(arrived).toEqual(["1 dropped", "2 game_amended", "3 stream_started"])
      yield* TestClock.adjust(100_000)
      expect(arrived).toHaveLength(3)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("does not deliver a resnapshot that has grown too old while it was tried, but a new one", () =>
    Effect.gen(function* () {
      let isDown = false
      let isFirst = true
      let made = 0
      const { lane, arrived } = yield* telling((envelopes) => {
        if (isFirst) {
          isFirst = false
          return { rest: "degrade", cause: "lost" }
        }
        isDown ||= tells(envelopes) && made === 1
        return isDown ? { rest: "retry", cause: "down" } : undefined
      }, {
        maxAge: Duration.seconds(10),
        retry: { base: Duration.millis(1), cap: Duration.seconds(1) },
        resnapshot: () => [control(100 + ++made, "stream_started")],
      })
      lane.push([line(1, "line_moved", "A", 110, 100)])
      for (let waited = 0; waited < 30; waited++) yield* TestClock.adjust(1_000)
      expect(arrived).toEqual(["1 dropped"])
      isDown = false
      made = Math.max(made, 2)
      for (let waited = 0; waited < 60; waited++) yield* TestClock.adjust(1_000)
      expect(arrived).toEqual(["1 dropped", "1 dropped", `${100 + made} stream_started`])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))
})
