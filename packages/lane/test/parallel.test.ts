import { describe, expect, it } from "@effect/vitest"
import { coalesce, imbalance, makeLane } from "@boltodds/lane"
import { type Envelope, type Sink, SinkError } from "@boltodds/sink"
import { type Change, changeKey } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { brief, control, game, line } from "./records.ts"

const parallel = { over: 4, key: changeKey }

describe("a lane that delivers side by side", () => {
  it.effect("keeps the order of each key, and lets no control overtake or be overtaken", () =>
    Effect.gen(function* () {
      const arrived: Array<number> = []
      const outcomes = ["A", "B", "C", "D", "E", "F"]
      let most = 0
      let now = 0
      const sink: Sink<Change> = {
        guarantee: "at-least-once",
        write: ({ envelopes, attempt }) =>
          Effect.gen(function* () {
            most = Math.max(most, ++now)
            yield* Effect.sleep(Duration.millis(envelopes[0]!.seq * 7 % 50 + 1))
            now -= 1
            if (attempt === 1 && envelopes[0]!.seq % 3 === 0) {
              return yield* Effect.fail(new SinkError({ rest: "retry", cause: "once" }))
            }
            arrived.push(...envelopes.map(({ seq }) => seq))
          }),
      }
      const lane = yield* makeLane(sink, { name: "l", parallel })
      const records = Array.from({ length: 60 }, (_, index) =>
        index % 20 === 19
          ? control(index + 1, "synced")
          : line(index + 1, "line_moved", outcomes[index * 5 % 6]!, index, index - 1))
      lane.push(records)
      yield* TestClock.adjust(Duration.minutes(1))
      expect(arrived.toSorted((a, b) =>
        a - b
      )).toEqual(records.map(({ seq }) => seq))
      for (const outcome of outcomes) {
        const seqs = records.flatMap(({ seq, value }) => "outcome" in value && value.outcome === outcome ? [seq] : [])
        expect(arrived.filter((seq) => seqs.includes(seq))).toEqual(seqs)
      }
      for (const seq of [20, 40, 60]) expect(arrived.indexOf(seq)).toBe(seq - 1)
      expect(most).toBeGreaterThan(1)
      expect(most).toBeLessThanOrEqual(4)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("ends once, whichever part fails first, and counts the others", () =>
    Effect.gen(function* () {
      const sink: Sink<Change> = {
        guarantee: "at-least-once",
        write: ({ envelopes }) =>
          envelopes[0]!.seq === 2
            ? Effect.fail(new SinkError({ rest: "disable", cause: "gone" }))
            : Effect.fail(new SinkError({ rest: "retry", cause: "down" })),
      }
      const lane = yield* makeLane(sink, { name: "l", parallel })
      lane.push([1, 2, 3, 4].map((seq) => line(seq, "line_moved", "ABCD"[seq - 1]!, seq, 0)))
      yield* TestClock.adjust(Duration.minutes(1))
      expect((yield* lane.ended)._tag).toBe("Disabled")
      expect(yield* lane.counts).toMatchObject({ in: 4, dropped: 4, pending: 0 })
    }))

  it.effect("lets nothing overtake what failed and waits again, where it is merged with what came since", () =>
    Effect.gen(function* () {
      let isFirst = true
      const arrived: Array<Envelope<Change>> = []
      const sink: Sink<Change> = {
        guarantee: "at-least-once",
        write: ({ envelopes }) =>
          Effect.suspend(() => {
            if (isFirst && envelopes.some(({ seq }) => seq === 1)) {
              isFirst = false
              return Effect.fail(new SinkError({ rest: "retry", cause: "once" }))
            }
            arrived.push(...envelopes)
            return Effect.void
          }),
      }
      const lane = yield* makeLane(sink, { name: "l", parallel, overflow: coalesce() })
      const verified = { sportsbook: "draftkings", game: "g", lines: 2, changed: 0 }
      lane.push([line(1, "line_moved", "A", 110, 100), line(2, "line_moved", "B", 210, 200)])
      lane.push([control(3, "game_verified", verified), line(4, "line_moved", "C", 310, 300)])
      yield* TestClock.adjust(Duration.minutes(1))
      const told = brief(arrived)
      // A reader that gets `game_verified` must have the move before it.
      expect(told.indexOf("1 line_moved A 110 (100)")).toBeLessThan(told.indexOf("3 game_verified"))
      expect(told.toSorted()).toEqual([
        "1 line_moved A 110 (100)",
        "2 line_moved B 210 (200)",
        "3 game_verified",
        "4 line_moved C 310 (300)",
      ])
      expect(yield* lane.counts).toMatchObject({ in: 4, delivered: 4, retries: 1, pending: 0 })
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("reports what grew too old in one part before the rest of it", () =>
    Effect.gen(function* () {
      let isDown = true
      const arrived: Array<Envelope<Change>> = []
      const sink: Sink<Change> = {
        guarantee: "at-least-once",
        write: ({ envelopes }) =>
          Effect.suspend(() => {
            if (isDown) return Effect.fail(new SinkError({ rest: "retry", cause: "down" }))
            arrived.push(...envelopes)
            return Effect.void
          }),
      }
      const lane = yield* makeLane(sink, {
        name: "l",
        parallel: { over: 2, key: ({ game }) => game },
        linger: Duration.seconds(5),
        maxAge: Duration.seconds(10),
        retry: { cap: Duration.seconds(1) },
        breaker: { failures: Infinity },
        notice: (loss) => control(loss.lastSeq, "dropped"),
      })
      lane.push([line(1, "line_suspended", "A", null, 100)])
      yield* TestClock.adjust(4_000)
      lane.push([game(2, "game_amended")])
      yield* TestClock.adjust(7_000)
      isDown = false
      yield* TestClock.adjust(10_000)
      expect(brief(arrived)).toEqual(["1 dropped", "2 game_amended"])
      expect(yield* lane.counts).toMatchObject({ expired: 1, pending: 0 })
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("sends no part of a batch ahead of the report of a loss that failed", () =>
    Effect.gen(function* () {
      const arrived: Array<Envelope<Change>> = []
      let writes = 0
      const sink: Sink<Change> = {
        guarantee: "at-least-once",
        write: ({ envelopes }) =>
          Effect.gen(function* () {
            writes += 1
            if (writes === 1) yield* Effect.sleep(Duration.seconds(1))
            if (writes === 2) return yield* Effect.fail(new SinkError({ rest: "retry", cause: "once" }))
            arrived.push(...envelopes)
          }),
      }
      const notice = ({ lastSeq }: { readonly lastSeq: number }): Envelope<never> => control(lastSeq, "dropped")
      const bounds = { records: 6, bytes: 1_000_000 }
      const lane = yield* makeLane(sink, { name: "l", overflow: coalesce(), bounds, parallel, notice })
      lane.push([
        control(1, "gap_opened"),
        ...["A", "B"].map((outcome, nth) => line(nth + 2, "line_moved", outcome, 3, 1)),
      ])
      yield* TestClock.adjust(10)
      // `gap_opened` is being written, alone. These are too many, and all of them are lost.
      lane.push([5, 6, 7, 8, 9].map((seq) => line(seq, "line_moved", `L${seq}`, 3, 1)))
      yield* TestClock.adjust(Duration.minutes(1))
      expect(brief(arrived)).toEqual([
        "1 gap_opened",
        "9 dropped",
        "2 line_moved A 3 (1)",
        "3 line_moved B 3 (1)",
      ])
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))
})
