import { changes, filter, type Report, type Route, route, run, type Running } from "@boltodds/pipeline"
import type { Change, FeedEvent, Source } from "@boltodds/protocol"
import { imbalance } from "@boltodds/lane"
import { type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { collector, connected, frame, message, openSourceOf, outcome, start } from "./fixtures.ts"

const options = { state: { run: "01K0000000000000000000000A" } }
const priced = (n: number): FeedEvent => frame(message("line_update", { x: outcome(`+${100 + n}`) }), start + n)
const stuck: Sink<unknown> = { guarantee: "at-most-once", write: () => Effect.never }
const kinds = (lines: ReadonlyArray<string>) =>
  lines.map((line) => JSON.parse(line)).map(({ change, control, odds }) => control ?? `${change} ${odds}`)

/** A source that is given its turns one by one, and says how many were taken. */
const fed = Effect.gen(function* () {
  const turns = yield* Queue.unbounded<ReadonlyArray<FeedEvent>>()
  const seen = { taken: 0 }
  const source: Source = {
    name: "fed",
    events: Stream.flatMap(Stream.fromQueue(turns), (turn) => Stream.fromArrays(turn)).pipe(
      Stream.mapArray((turn) => (seen.taken += 1, turn)),
    ),
  }
  const give = (...events: ReadonlyArray<FeedEvent>) =>
    Effect.andThen(Queue.offer(turns, events), Effect.forEach(Array(20), () => Effect.yieldNow, { discard: true }))
  return { source, seen, give }
})

const running = (source: Source, routes: ReadonlyArray<Route>, end?: Effect.Effect<string>) =>
  Effect.gen(function* () {
    const held = yield* Deferred.make<Running>()
    const reports: Array<Report> = []
    const fiber = yield* Effect.forkChild(run(source, routes, {
      ...options,
      onRunning: (running) => Deferred.doneUnsafe(held, Effect.succeed(running)),
      onReport: (report) => void reports.push(report),
      ...end === undefined ? {} : { until: end },
    }))
    return { hold: yield* Deferred.await(held), fiber, reports }
  })

describe("a run that is changed while it goes on", () => {
  it.effect("sends an added route the whole book first, and every later turn", () =>
    Effect.gen(function* () {
      const [first, late] = [collector(), collector()]
      const { source, give } = yield* fed
      const { hold, fiber } = yield* running(source, [route({ name: "first", emit: changes(), sink: first.sink })])
      yield* give(...connected(), priced(1))
      yield* hold.add(route({ name: "late", emit: changes(), sink: late.sink }))
      yield* give(priced(2))
      yield* TestClock.adjust(0)
      expect(kinds(late.lines)).toEqual([
        "stream_started",
        "game_opened undefined",
        "line_opened 101",
        "line_moved 102",
      ])
      yield* Fiber.interrupt(fiber)
      expect(kinds(late.lines).at(-1)).toBe("stream_stopped")
    }))

  it.effect("goes on with its source when the lane that it waited for is taken out", () =>
    Effect.gen(function* () {
      const good = collector()
      const { source, seen, give } = yield* fed
      const { hold, fiber, reports } = yield* running(source, [
        route({ name: "good", emit: changes(), sink: good.sink }),
        route({
          name: "stuck",
          emit: changes(),
          sink: Effect.succeed(stuck),
          lane: { bounds: { records: 2, bytes: 1e9 } },
        }),
      ])
      yield* give(...connected(), priced(1))
      yield* give(priced(2))
      yield* give(priced(3))
      expect(seen.taken).toBe(1)
      const leaving = yield* Effect.forkChild(hold.remove("stuck", Duration.seconds(5)))
      yield* give(priced(4))
      expect(seen.taken).toBe(4)
      yield* TestClock.adjust(5_000)
      yield* Fiber.join(leaving)
      yield* Fiber.interrupt(fiber)
      expect(kinds(good.lines)).toContain("line_moved 104")
      expect(reports[0]!.routes.map(({ name, counts }) => [name, imbalance(counts)])).toEqual([["stuck", 0], [
        "good",
        0,
      ]])
    }))

  it.effect("is not ended by a route that fails while it is taken out", () =>
    Effect.gen(function* () {
      const good = collector()
      const gate = yield* Deferred.make<void>()
      const failing: Sink<unknown> = {
        guarantee: "at-most-once",
        write: () =>
          Effect.andThen(Deferred.await(gate), Effect.fail(new SinkError({ rest: "disable", cause: "gone" }))),
      }
      const { source, give } = yield* fed
      const { hold, fiber } = yield* running(source, [
        route({ name: "good", emit: changes(), sink: good.sink }),
        route({ name: "failing", emit: changes(), sink: Effect.succeed(failing) }),
      ], Effect.as(Effect.sleep("1 minute"), "time is over"))
      yield* give(...connected(), priced(1))
      const leaving = yield* Effect.forkChild(hold.remove("failing", Duration.seconds(5)))
      yield* TestClock.adjust(0)
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(leaving)
      yield* give(priced(2))
      yield* TestClock.adjust("1 minute")
      const report = yield* Fiber.join(fiber)
      expect(report.reason).toBe("time is over")
      expect(report.routes.map(({ name, state }) => [name, state])).toEqual([["failing", "disabled"], ["good", "open"]])
    }))

  it.effect("goes on without any route", () =>
    Effect.gen(function* () {
      const [first, later] = [collector(), collector()]
      const { source, seen, give } = yield* fed
      const { hold, fiber } = yield* running(source, [route({ name: "only", emit: changes(), sink: first.sink })])
      yield* give(...connected(), priced(1))
      yield* hold.remove("only", Duration.seconds(5))
      yield* give(priced(2))
      expect([seen.taken, fiber.pollUnsafe()]).toEqual([2, undefined])
      yield* hold.add(route({ name: "later", emit: changes(), sink: later.sink }))
      yield* TestClock.adjust(0)
      expect(kinds(later.lines)).toEqual(["stream_started", "game_opened undefined", "line_opened 102"])
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("ends, and refuses what is still being opened then", () =>
    Effect.gen(function* () {
      const good = collector()
      const late = collector()
      const opened = yield* Deferred.make<void>()
      const { source, give } = yield* fed
      const { hold, fiber, reports } = yield* running(
        source,
        [
          route({ name: "good", emit: changes(), sink: good.sink }),
          route({ name: "stuck", emit: changes(), sink: Effect.succeed(stuck) }),
        ],
        Effect.as(Effect.sleep("1 minute"), "time is over"),
      )
      yield* give(...connected(), priced(1))
      const slow = route({ name: "slow", emit: changes(), sink: Effect.andThen(Deferred.await(opened), late.sink) })
      const adding = yield* Effect.forkChild(Effect.flip(hold.add(slow)))
      yield* TestClock.adjust("1 minute")
      // The run is draining.
      yield* Deferred.succeed(opened, undefined)
      const refused = yield* Fiber.join(adding)
      expect(refused.message).toContain("Cannot add the route slow: the run is over")
      yield* TestClock.adjust("10 seconds")
      expect((yield* Fiber.join(fiber)).routes.map(({ name }) => name)).toEqual(["good", "stuck"])
      expect([reports.length, late.lines]).toEqual([1, []])
      expect((yield* Effect.flip(hold.add(slow))).message).toContain("the run is over")
    }))

  it.effect("ends also while a route is being taken out, and waits for neither for ever", () =>
    Effect.gen(function* () {
      const { source, give } = yield* fed
      const { hold, fiber } = yield* running(source, [
        route({ name: "good", emit: changes(), sink: collector().sink }),
        route({ name: "stuck", emit: changes(), sink: Effect.succeed(stuck) }),
      ], Effect.as(Effect.sleep("1 minute"), "time is over"))
      yield* give(...connected(), priced(1))
      yield* Effect.forkChild(hold.remove("stuck", Duration.hours(1)))
      yield* TestClock.adjust("1 minute")
      yield* TestClock.adjust("10 seconds")
      const report = yield* Fiber.join(fiber)
      expect(report.routes.map(({ name, counts }) => [name, counts.pending])).toEqual([["stuck", 3], ["good", 0]])
    }))
})

describe("the end of a run", () => {
  it.effect("reaches every route, also if the processor of one fails in its last records", () =>
    Effect.gen(function* () {
      const broken = () => ({
        ...filter<Change>(() => true),
        flush: () => {
          throw new Error("a bug")
        },
      })
      const [bad, good] = [collector(), collector()]
      const exit = yield* Effect.exit(run(openSourceOf([[priced(1)]]).source, [
        route({ name: "bad", emit: changes({ control: false }), processor: broken, sink: bad.sink }),
        route({ name: "good", emit: changes(), sink: good.sink }),
      ], { ...options, until: Effect.as(Effect.yieldNow, "over") }))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toEqual(new Error("a bug"))
      expect(kinds(good.lines).at(-1)).toBe("stream_stopped")
    }))
})
