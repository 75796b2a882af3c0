import { describe, expect, it } from "@effect/vitest"
import { coalesce, imbalance, isComplete, type LaneEvent, type LaneOptions, makeLane } from "@boltodds/lane"
import { type Batch, type Envelope, type Sink, SinkError, withLast } from "@boltodds/sink"
import type { Change } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { brief, control, line } from "./records.ts"

const sizeOf = (envelopes: ReadonlyArray<Envelope<Change>>): number =>
  envelopes.reduce((sum, { text }) => sum + text.length + 1, 0)

/** Minutes go by. */
const pass = (minutes: number) => Effect.repeat(TestClock.adjust(Duration.seconds(15)), { times: minutes * 4 })

/** A lane before a destination that takes no more than so many bytes at once, and may fail in other ways too. */
const limited = (
  limit: () => number,
  options?: Partial<LaneOptions<Change>>,
  fails: (batch: Batch<Change>) => SinkError | undefined = () => undefined,
) =>
  Effect.gen(function* () {
    const written: Array<Batch<Change>> = []
    const arrived: Array<Batch<Change>> = []
    const events: Array<LaneEvent> = []
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: (batch) =>
        Effect.suspend(() => {
          written.push(batch)
          const { envelopes } = batch
          if (sizeOf(envelopes) > limit()) {
            return Effect.fail(new SinkError({ rest: "retry", tooLarge: envelopes.length, cause: "413" }))
          }
          const failure = fails(batch)
          if (failure !== undefined) return Effect.fail(failure)
          arrived.push(batch)
          return Effect.void
        }),
    }
    const lane = yield* makeLane(sink, {
      name: "l",
      run: "R",
      retry: { base: Duration.millis(1) },
      notice: (loss) => control(loss.lastSeq, "dropped", { count: loss.count }),
      onEvent: (event) => void events.push(event),
      ...options,
    })
    const told = () => arrived.map(({ envelopes }) => brief(envelopes))
    return { lane, written, arrived, told, events }
  })

const move = (
  seq: number,
  fields: { readonly last?: true; readonly link?: string } = { last: true },
): Envelope<Change> => {
  const { last, ...rest } = fields
  const envelope = line(seq, "line_moved", `${seq}`, 100 + seq, 100, rest)
  return last === true ? envelope : withLast(envelope, false)
}
const moves = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => move(from + index))
const weight = sizeOf([move(11)])

describe("a batch that is refused for its size", () => {
  it.effect("is sent again at once in halves, down to what is taken, in order, without a loss", () =>
    Effect.gen(function* () {
      const { lane, written, arrived, told, events } = yield* limited(() => 3 * weight)
      lane.push(moves(10, 20))
      yield* TestClock.adjust(0)
      expect(told().flat()).toEqual(brief(moves(10, 20)))
      expect(written.map(({ envelopes }) => envelopes.length)).toEqual([10, 5, 3, 2, 3, 2])
      expect(new Set(arrived.map(({ id }) => id)).size).toBe(arrived.length)
      expect(events.map(({ _tag }) => _tag)).toEqual(["Halved", "Halved", "Recovered"])
      const counts = yield* lane.counts
      expect([isComplete(counts), imbalance(counts), counts.retries]).toEqual([true, 0, 0])
    }))

  it.effect("is cut after a group where one ends near the middle, and within a group where none does", () =>
    Effect.gen(function* () {
      const { lane, arrived } = yield* limited(() => 4.5 * weight)
      const group = (from: number, to: number) =>
        moves(from, to).map((_, index) => move(from + index, index === to - from - 1 ? { last: true } : {}))
      lane.push([...group(10, 14), ...group(14, 18)].slice(0, 8))
      lane.push(group(20, 26))
      yield* TestClock.adjust(0)
      expect(arrived.map(({ envelopes }) => envelopes.map(({ seq }) => seq))).toEqual([
        [10, 11, 12, 13],
        [14, 15, 16, 17],
        [20, 21, 22],
        [23, 24, 25],
      ])
    }))

  it.effect("teaches the lane, for ten minutes, what to send at once", () =>
    Effect.gen(function* () {
      const { lane, written } = yield* limited(() => 3 * weight)
      const lengths = () => written.splice(0).map(({ envelopes }) => envelopes.length)
      lane.push(moves(10, 18))
      yield* TestClock.adjust(0)
      expect(lengths()).toEqual([8, 4, 2, 2, 2, 2])
      lane.push(moves(20, 28))
      yield* TestClock.adjust(0)
      expect(lengths()).toEqual([2, 2, 2, 2])
      yield* TestClock.adjust(Duration.minutes(10))
      lane.push(moves(30, 38))
      yield* TestClock.adjust(0)
      expect(lengths()).toEqual([8, 4, 2, 2, 2, 2])
    }))

  it.effect("has the same ids in the end, whether or not the lane knew", () =>
    Effect.gen(function* () {
      const first = yield* limited(() => 3 * weight)
      first.lane.push(moves(10, 30))
      yield* TestClock.adjust(0)
      first.lane.push(moves(30, 47))
      yield* TestClock.adjust(0)
      const second = yield* limited(() => 3 * weight)
      second.lane.push(moves(30, 47))
      yield* TestClock.adjust(0)
      const ids = first.arrived.map(({ id }) => id)
      expect(ids.slice(-second.arrived.length)).toEqual(second.arrived.map(({ id }) => id))
    }))

  it.effect("loses one record that is refused alone, with a reason, and nothing else", () =>
    Effect.gen(function* () {
      const { lane, told, events } = yield* limited(() => 3 * weight)
      const large = move(13, { last: true, link: "x".repeat(3 * weight) })
      lane.push([...moves(10, 13), large, ...moves(14, 18)])
      yield* TestClock.adjust(2_000)
      expect(told().flat()).toEqual([
        ...brief(moves(10, 13)),
        "13 dropped",
        ...brief(moves(14, 18)),
      ])
      const dead = events.find(({ _tag }) => _tag === "DeadLettered")
      expect(dead).toMatchObject({ lost: 1, error: { message: "Cannot deliver (retry): 413" } })
      const counts = yield* lane.counts
      expect([counts.deadLettered, counts.dropped, imbalance(counts)]).toEqual([1, 0, 0])
      expect(yield* lane.status).toMatchObject({ isLossy: true, losses: { dead_letter: 1 } })
    }))

  it.effect("waits, after one of its halves has failed in another way, as it is", () =>
    Effect.gen(function* () {
      let failures = 2
      const failing = () => failures-- > 0 ? new SinkError({ rest: "retry", cause: "busy" }) : undefined
      const { lane, arrived, told } = yield* limited(() => 5 * weight, {}, failing)
      lane.push(moves(10, 20))
      for (let waited = 0; waited < 20; waited++) yield* TestClock.adjust(10)
      expect(told()).toEqual([brief(moves(10, 15)), brief(moves(15, 20))])
      expect(arrived.map(({ attempt }) => attempt)).toEqual([3, 1])
    }))

  it.effect("is not overtaken by its second half where a lane merges what failed with what waits", () =>
    Effect.gen(function* () {
      let failures = 1
      const failing = () => failures-- > 0 ? new SinkError({ rest: "retry", cause: "busy" }) : undefined
      const { lane, told } = yield* limited(() => 5 * weight, { overflow: coalesce() }, failing)
      lane.push(moves(10, 20))
      for (let waited = 0; waited < 20; waited++) yield* TestClock.adjust(10)
      expect(told().flat()).toEqual(brief(moves(10, 20)))
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("opens the breaker where every record alone is refused: not all that waits becomes dead letters", () =>
    Effect.gen(function* () {
      const { lane, events } = yield* limited(() => 0, { notice: (loss) => control(loss.lastSeq, "dropped") })
      lane.push(moves(10, 74))
      yield* TestClock.adjust(0)
      const counts = yield* lane.counts
      expect(counts.deadLettered).toBeLessThan(6)
      expect(events.map(({ _tag }) => _tag)).toContain("BreakerOpened")
      expect(imbalance(counts)).toBe(0)
    }))
})

describe("a resnapshot that is refused for its size", () => {
  const book = (size: number, link = "") => [
    withLast(control(99, "stream_started"), false),
    ...Array.from(
      { length: size },
      (_, index) =>
        withLast(line(99, "line_opened", `${index}`, index, null, { cause: "snapshot", link }), index === size - 1),
    ),
  ]

  it.effect("is delivered once, in pieces, and ends the loss", () =>
    Effect.gen(function* () {
      let failures = 1
      const failing = () => failures-- > 0 ? new SinkError({ rest: "degrade", cause: "lost" }) : undefined
      const { lane, told } = yield* limited(() => 5 * weight, { resnapshot: () => book(30) }, failing)
      lane.push([move(10)])
      yield* pass(20)
      expect(told().flat()).toEqual(["10 dropped", ...brief(book(30))])
      const counts = yield* lane.counts
      expect([counts.resnapshots, counts.replaced, imbalance(counts)]).toEqual([1, 0, 0])
      expect((yield* lane.status).isLossy).toBe(false)
    }))

  it.effect("leaves out a record that is refused alone, is not sent again for it, and is not whole", () =>
    Effect.gen(function* () {
      let failures = 1
      const failing = () => failures-- > 0 ? new SinkError({ rest: "degrade", cause: "lost" }) : undefined
      const large = withLast(line(99, "line_opened", "large", 1, null, { link: "x".repeat(9 * weight) }), false)
      const told = [...book(30).slice(0, 12), large, ...book(30).slice(12)]
      const { lane, arrived } = yield* limited(() => 5 * weight, { resnapshot: () => told }, failing)
      lane.push([move(10)])
      yield* pass(60)
      expect(arrived.flatMap(({ envelopes }) => brief(envelopes))).toEqual(["10 dropped", ...brief(book(30))])
      expect((yield* lane.status).isLossy).toBe(true)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))

  it.effect("is tried no more than every five minutes where nothing at all is taken", () =>
    Effect.gen(function* () {
      let limit = 5 * weight
      let failures = 1
      const failing = () => failures-- > 0 ? new SinkError({ rest: "degrade", cause: "lost" }) : undefined
      const { lane, written, arrived } = yield* limited(
        () => limit,
        { resnapshot: () => book(30), breaker: { failures: Infinity } },
        failing,
      )
      lane.push([move(10)])
      limit = 50
      yield* pass(30)
      const isWhole = ({ envelopes }: Batch<Change>) => envelopes.length > 30
      expect(written.filter(isWhole).length).toBeLessThan(9)
      limit = 5 * weight
      yield* pass(6)
      expect(arrived.flatMap(({ envelopes }) => brief(envelopes)).slice(-31)).toEqual(brief(book(30)))
      expect((yield* lane.status).isLossy).toBe(false)
      expect(imbalance(yield* lane.counts)).toBe(0)
    }))
})
