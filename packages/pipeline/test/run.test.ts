import { type Change, type FeedEvent, makeFrame, type Resync } from "@boltodds/protocol"
import {
  changes,
  filter,
  isDelivered,
  messages,
  type Processor,
  raw,
  type Report,
  route,
  run,
  type RunOptions,
} from "@boltodds/pipeline"
import { imbalance } from "@boltodds/lane"
import { type Envelope, type Sink, SinkError } from "@boltodds/sink"
import { defaultStateLimits, type Step } from "@boltodds/state"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import {
  collector,
  connected,
  disconnected,
  failing,
  frame,
  message,
  openSourceOf,
  outcome,
  sourceOf,
  start,
  tick,
} from "./fixtures.ts"

const options: RunOptions = { state: { run: "01K0000000000000000000000A" } }
const lineUpdate = (n: number) => message("line_update", { x: outcome(`+${100 + n}`) })
const turns = (count: number): Array<ReadonlyArray<FeedEvent>> => [
  connected(),
  ...Array.from({ length: count }, (_, n) => [frame(lineUpdate(n), start + n)]),
]
const last = (lines: ReadonlyArray<string>) => JSON.parse(lines.at(-1)!)

describe("a run", () => {
  it.effect("ends with its source, reports that to every route, and counts what became of everything", () =>
    Effect.gen(function* () {
      const [a, b, c] = [collector(), collector(), collector()]
      const emit = changes()
      const report = yield* run(
        sourceOf(turns(5)).source,
        [
          route({ name: "a", emit, sink: a.sink }),
          route({ name: "b", emit, sink: b.sink }),
          route({ name: "c", emit: messages(), sink: c.sink }),
        ],
        options,
      )
      expect(a.lines.length).toBe(8)
      expect(last(a.lines)).toMatchObject({ control: "stream_stopped", reason: "source ended", last: true })
      expect(b.lines).toEqual(a.lines)
      expect(last(c.lines)).toMatchObject({ action: "pipe_stream_stopped" })
      expect(report).toMatchObject({
        run: options.state.run,
        reason: "source ended",
        events: 7,
        frames: 5,
        changes: 6,
        // Both ends of the stream.
        controls: 2,
        lastEventAt: start + 4,
        connectionsLost: 0,
        blindWindows: 0,
        windows: [],
        unverifiedGames: 0,
        notices: [],
        noData: { sports: [], sportsbooks: [], games: [], markets: [] },
      })
      expect(report.routes.map((one) => [one.name, one.emit, one.state, one.counts.delivered])).toEqual([
        ["a", "changes", "open", 8],
        ["b", "changes", "open", 8],
        ["c", "messages", "open", 7],
      ])
      expect(isDelivered(report)).toBe(true)
    }))

  it.effect("asks its source for a new snapshot when messages do not heal what was not understood", () =>
    Effect.gen(function* () {
      const unknown = JSON.stringify({ action: "odds_update", data: { sportsbook: "draftkings", a: 1 } })
      const { source } = sourceOf([
        connected(),
        [frame(message("initial_state", { x: outcome("+100") }), start)],
        [frame(unknown, start + 1), frame(unknown, start + 2)],
        [tick(start + 60_000)],
        [tick(start + 60_001)],
      ])
      const wanted: Array<unknown> = []
      const resync = (one: Resync) => Effect.sync(() => void wanted.push(one))
      const sink = collector()
      const report = yield* run(
        { ...source, resync },
        [route({ name: "a", emit: changes(), sink: sink.sink })],
        options,
      )
      expect(wanted).toEqual([{ reason: 'unknown action "odds_update"', session: connected()[0]!.session, epoch: 1 }])
      expect(sink.lines.filter((line) => line.includes('"resync_wanted"'))).toHaveLength(1)
      expect(report.unread).toMatchObject({
        unknown: 2,
        ignored: 0,
        quarantined: 0,
        lateArrivals: 0,
        actions: [{ action: "odds_update", count: 2, ignored: false }],
      })
    }))

  it.effect("reports which bounds were reached, how often and by what first, and how large the book is", () =>
    Effect.gen(function* () {
      const { source } = sourceOf([
        connected(),
        [frame(message("initial_state", { x: outcome("+100"), y: outcome("-120") }), start)],
        [frame(message("line_update", { z: outcome("+100") }), start + 1)],
      ])
      const state = { ...options.state, limits: { outcomes: 1 } }
      const report = yield* run(source, [route({ name: "a", emit: changes(), sink: collector().sink })], { state })
      const first = { sportsbook: "draftkings", game: expect.stringContaining("Boston Red Sox") as string }
      expect(report.unread.limits).toEqual([{ name: "outcomes", bound: 1, count: 2, first }])
      expect(report.book).toEqual({ bytes: expect.any(Number) as number, bound: defaultStateLimits.bytes })
      expect(report.book!.bytes).toBeGreaterThan(0)
    }))

  it.effect("opens an emit once for all routes that hold it, and makes its envelopes once", () =>
    Effect.gen(function* () {
      const [a, b] = [collector(), collector()]
      const emit = changes()
      let opened = 0
      const counted = { ...emit, open: (context: Parameters<typeof emit.open>[0]) => (opened += 1, emit.open(context)) }
      yield* run(
        sourceOf(turns(3)).source,
        [route({ name: "a", emit: counted, sink: a.sink }), route({ name: "b", emit: counted, sink: b.sink })],
        options,
      )
      expect(opened).toBe(1)
      expect(a.batches[0]!.envelopes[2]).toBe(b.batches[0]!.envelopes[2])
    }))

  it.effect("runs no reducer where only frames are asked for, and lists the blind windows that events alone show", () =>
    Effect.gen(function* () {
      const events = [...connected(), frame(lineUpdate(0)), disconnected(start + 1), ...connected(2, start + 2)]
      const settled = [frame(message("initial_state", { x: outcome("+100") }), start + 3, 2), tick(start + 11_000, 2)]
      const frames = yield* run(
        sourceOf([events]).source,
        [route({ name: "r", emit: raw(), sink: collector().sink })],
        options,
      )
      expect([frames.changes, frames.controls, frames.connectionsLost]).toEqual([0, 0, 1])
      expect(frames.windows).toMatchObject([
        {
          kind: "gap",
          reason: "network",
          closed_at: new Date(start + 2).toISOString(),
          duration_ms: 1,
          complete: false,
        },
      ])
      const sync = yield* run(
        sourceOf([events, settled]).source,
        [route({ name: "r", emit: messages(), sink: collector().sink })],
        options,
      )
      expect(sync.windows).toMatchObject([{
        session: "main",
        kind: "gap",
        reason: "network",
        opened_at: new Date(start + 1).toISOString(),
        closed_at: new Date(start + 10_003).toISOString(),
        duration_ms: 2,
        losses: 1,
        complete: true,
      }])
    }))

  it.effect("shows every step to its observer", () =>
    Effect.gen(function* () {
      const steps: Array<Step> = []
      yield* run(
        sourceOf(turns(2)).source,
        [route({ name: "r", emit: messages(), sink: collector().sink })],
        { ...options, onStep: (step) => void steps.push(step) },
      )
      expect(steps.map((step) => step.event._tag)).toEqual(["Connected", "Subscribed", "Frame", "Frame", "Tick"])
    }))
})

describe("the end of a run", () => {
  it.effect("comes after so many data records, directly after the last of them", () =>
    Effect.gen(function* () {
      const [a, b] = [collector(), collector()]
      const { source, seen } = openSourceOf(turns(100))
      const report = yield* run(
        source,
        [route({ name: "a", emit: changes(), sink: a.sink }), route({ name: "b", emit: raw(), sink: b.sink })],
        { ...options, count: 3 },
      )
      expect(a.values().map((value) => value.change ?? value.control)).toEqual([
        "stream_started",
        "game_opened",
        "line_opened",
        "stream_stopped",
      ])
      // The header of the recording is no data.
      expect(b.values().map((value) => value.event)).toEqual([undefined, "Connected", "Subscribed", "Frame"])
      expect(seen.pulled).toBe(2)
      expect(report.reason).toBe("count reached")
    }))

  it.effect("cuts within a frame where the count says so, and marks the last", () =>
    Effect.gen(function* () {
      const a = collector()
      const many = message("initial_state", { x: outcome("+100"), y: outcome("+101"), z: outcome("+102") })
      yield* run(openSourceOf([connected(), [frame(many)]]).source, [
        route({ name: "a", emit: changes(), sink: a.sink }),
      ], {
        ...options,
        count: 2,
      })
      expect(a.values().map((value) => [value.outcome, value.last])).toEqual([
        [undefined, true],
        [undefined, undefined],
        ["x", true],
        [undefined, true],
      ])
    }))

  it.effect("comes when `until` returns, with its reason", () =>
    Effect.gen(function* () {
      const a = collector()
      const fiber = yield* Effect.forkChild(
        run(openSourceOf(turns(3)).source, [route({ name: "a", emit: changes(), sink: a.sink })], {
          ...options,
          until: Effect.as(Effect.sleep("30 seconds"), "time is over"),
        }),
      )
      yield* TestClock.adjust("30 seconds")
      expect((yield* Fiber.join(fiber)).reason).toBe("time is over")
      expect(last(a.lines).reason).toBe("time is over")
    }))

  it.effect("drains and reports when the run is interrupted", () =>
    Effect.gen(function* () {
      const a = collector()
      const reports: Array<Report> = []
      const closed = yield* Deferred.make<void>()
      const { source } = openSourceOf(turns(3))
      const fiber = yield* Effect.forkChild(
        run({ ...source, events: Stream.ensuring(source.events, Deferred.succeed(closed, undefined)) }, [
          route({ name: "a", emit: changes(), sink: a.sink, lane: { linger: Duration.hours(1) } }),
        ], { ...options, onReport: (report) => void reports.push(report) }),
      )
      yield* TestClock.adjust(0)
      expect(a.lines).toEqual([])
      const exit = yield* Effect.andThen(Fiber.interrupt(fiber), Fiber.await(fiber))
      yield* Deferred.await(closed)
      expect(Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)).toBe(true)
      expect(last(a.lines)).toMatchObject({ control: "stream_stopped", reason: "interrupted" })
      expect(reports.map((report) => report.reason)).toEqual(["interrupted"])
      expect(isDelivered(reports[0]!)).toBe(true)
    }))

  it.effect("fails as the source failed, after everything was delivered", () =>
    Effect.gen(function* () {
      const a = collector()
      const { source } = sourceOf(turns(3))
      const error = yield* Effect.flip(
        run({ ...source, events: Stream.concat(source.events, Stream.fail("refused" as const)) }, [
          route({ name: "a", emit: changes(), sink: a.sink }),
        ], options),
      )
      expect(error).toBe("refused")
      expect(last(a.lines).reason).toBe("source failed")
      expect(a.lines.length).toBe(6)
    }))

  it.effect("gives up on a stuck sink after its time, and says what is pending", () =>
    Effect.gen(function* () {
      const stuck: Sink<unknown> = { guarantee: "at-most-once", write: () => Effect.never }
      const good = collector()
      const fiber = yield* Effect.forkChild(run(sourceOf(turns(3)).source, [
        route({ name: "stuck", emit: changes(), sink: Effect.succeed(stuck) }),
        route({ name: "good", emit: changes(), sink: good.sink }),
      ], options))
      while (good.lines.length < 6) yield* Effect.yieldNow
      yield* TestClock.adjust(9_999)
      expect(fiber.pollUnsafe()).toBe(undefined)
      yield* TestClock.adjust(1)
      const report = yield* Fiber.join(fiber)
      expect(report.routes.map((one) => [one.counts.pending, one.counts.delivered])).toEqual([[6, 0], [0, 6]])
      expect(isDelivered(report)).toBe(false)
      expect(Duration.toMillis(report.duration)).toBe(10_000)
    }))
})

describe("several routes", () => {
  it.effect("go on without one whose reader has gone", () =>
    Effect.gen(function* () {
      const [gone, stays] = [failing(1, "end"), collector()]
      const report = yield* run(slowly(turns(50)), [
        route({ name: "gone", emit: changes(), sink: gone.sink }),
        route({ name: "stays", emit: changes(), sink: stays.sink }),
      ], options)
      expect(stays.lines.length).toBe(53)
      expect(report.routes.map((one) => [one.state, one.counts.in, one.counts.delivered, one.counts.dropped])).toEqual([
        ["ended", 53, 0, 53],
        ["open", 53, 53, 0],
      ])
      expect(isDelivered(report)).toBe(true)
    }))

  it.effect("end when the last reader has gone", () =>
    Effect.gen(function* () {
      const { source, seen } = openSourceOf(turns(3))
      const report = yield* run(source, [
        route({ name: "a", emit: changes(), sink: failing(1, "end").sink }),
        route({ name: "b", emit: messages(), sink: failing(1, "end").sink }),
      ], options)
      expect(report.reason).toBe("reader gone")
      expect(seen.pulled).toBeLessThanOrEqual(4)
      expect(report.routes.map((one) => imbalance(one.counts))).toEqual([0, 0])
    }))

  it.effect("end when a required sink is disabled, with its error, and go on when another is", () =>
    Effect.gen(function* () {
      const bad = { name: "bad", emit: changes() }
      const good = collector()
      const sinks = [route({ name: "good", emit: changes(), sink: good.sink })]
      const error = yield* Effect.flip(
        run(openSourceOf(turns(3)).source, [...sinks, route({ ...bad, sink: failing(1, "disable").sink })], options),
      )
      expect(error).toBeInstanceOf(SinkError)
      expect(last(good.lines).reason).toBe("sink bad failed")
      const optional = route({ ...bad, sink: failing(1, "disable").sink, required: false })
      const report = yield* run(slowly(turns(3)), [...sinks, optional], options)
      expect(report.reason).toBe("source ended")
      expect(report.routes[1]).toMatchObject({ state: "disabled", error: { rest: "disable" } })
      expect(isDelivered(report)).toBe(false)
    }))

  it.effect("do not start where a sink cannot be opened", () =>
    Effect.gen(function* () {
      const { source, seen } = sourceOf(turns(3))
      const error = new SinkError({ rest: "disable", cause: "no such folder" })
      expect(
        yield* Effect.flip(run(source, [route({ name: "a", emit: changes(), sink: Effect.fail(error) })], options)),
      ).toBe(error)
      expect(seen.pulled).toBe(0)
    }))
})

describe("a full lane", () => {
  it.effect("stops the pulling of the source, holds no more than its bounds and a turn, and loses nothing", () =>
    Effect.gen(function* () {
      const good = collector()
      const gate = yield* Deferred.make<void>()
      const sink = Effect.map(good.sink, (sink): Sink<unknown> => ({
        guarantee: "at-most-once",
        write: (batch) => Effect.andThen(Deferred.await(gate), sink.write(batch)),
      }))
      const { source, seen } = sourceOf(turns(1_000))
      const fiber = yield* Effect.forkChild(
        run(source, [
          route({ name: "slow", emit: messages(), sink, lane: { bounds: { records: 10, bytes: 1e9 } } }),
          route({ name: "fast", emit: messages(), sink: collector().sink }),
        ], options),
      )
      // Time enough to pull everything, if anybody did.
      for (let n = 0; n < 5_000; n++) yield* Effect.yieldNow
      yield* TestClock.adjust("1 hour")
      expect(seen.pulled).toBeLessThanOrEqual(12)
      expect(fiber.pollUnsafe()).toBe(undefined)
      yield* Deferred.succeed(gate, undefined)
      const report = yield* Fiber.join(fiber)
      expect(seen.pulled).toBe(1_001)
      expect(good.lines.length).toBe(1_002)
      expect(report.routes[0]!.counts).toMatchObject({ in: 1_002, delivered: 1_002, dropped: 0, pending: 0 })
    }))
})

describe("a processor", () => {
  it.effect("filters records, never controls, and the last of a group is set anew in the record too", () =>
    Effect.gen(function* () {
      const a = collector()
      const many = message("initial_state", { x: outcome("+100"), y: outcome("+101"), z: outcome("+102") })
      const isX = filter<Change>((change) => "outcome" in change && change.outcome === "x")
      yield* run(sourceOf([[...connected(), frame(many), frame(lineUpdate(5))]]).source, [
        route({ name: "a", emit: changes(), processor: () => isX, sink: a.sink }),
      ], options)
      expect(a.values().map((value) => [value.change ?? value.control, value.outcome, value.last])).toEqual([
        ["stream_started", undefined, true],
        ["line_opened", "x", true],
        ["line_moved", "x", true],
        ["stream_stopped", undefined, true],
      ])
      expect(a.batches.flatMap((batch) => batch.envelopes).every((envelope) => envelope.last)).toBe(true)
    }))
})

describe("a processor with a clock", () => {
  /** Holds each record back for 100 ms. */
  const delay = (): Processor<Change, Change> => {
    let held: Array<Envelope<Change>> = []
    const release = (until: number): ReadonlyArray<Envelope<Change>> => {
      const out = held.filter((envelope) => envelope.at + 100 <= until)
      held = held.filter((envelope) => envelope.at + 100 > until)
      return out
    }
    return {
      push: (records) => (held.push(...records), []),
      dueAt: () => held[0] && held[0].at + 100,
      advance: release,
      flush: () => release(Infinity),
    }
  }
  const kinds = (lines: ReadonlyArray<Record<string, unknown>>) =>
    lines.map((line) => line["odds"] ?? line["control"] ?? "game")

  it.effect("gets the time of what comes next, and gives all it holds before a control and at the end", () =>
    Effect.gen(function* () {
      const a = collector()
      const events = [
        ...connected(),
        frame(lineUpdate(1), start + 10),
        frame(lineUpdate(2), start + 60),
        tick(start + 120),
        frame([lineUpdate(3), 7], start + 130),
        frame(lineUpdate(4), start + 140),
      ]
      yield* run(sourceOf([events]).source, [
        route({ name: "a", emit: changes(), processor: delay, sink: a.sink }),
      ], options)
      expect(kinds(a.values())).toEqual(["stream_started", "game", 101, 102, 103, "quarantined", 104, "stream_stopped"])
      const ends = a.batches.flatMap((batch) => batch.envelopes.map((envelope) => envelope.last))
      expect(ends).toEqual([true, false, true, false, false, true, true, true])
    }))

  it.effect("that breaks in its last words ends the run with its defect, after the lanes have drained", () =>
    Effect.gen(function* () {
      const a = collector()
      const broken = () => ({
        ...filter<Change>(() => true),
        flush: () => {
          throw new Error("a bug")
        },
      })
      const exit = yield* Effect.exit(run(sourceOf([[frame(lineUpdate(1))]]).source, [
        route({ name: "a", emit: changes({ control: false }), processor: broken, sink: a.sink }),
      ], options))
      expect(Exit.isFailure(exit) && Cause.squash(exit.cause)).toEqual(new Error("a bug"))
      expect(a.lines.length).toBe(2)
    }))
})

describe("turns", () => {
  it.effect.prop("may be cut anywhere: every route gets the same bytes", [
    Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))).check(Schema.isMinLength(1)),
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 40 })),
  ], ([sizes, bound]) =>
    Effect.gen(function* () {
      const log = [
        ...turns(10).flat(),
        frame([lineUpdate(3), { action: "ping" }, lineUpdate(4), 7], start + 20),
        disconnected(start + 30),
        ...connected(2, start + 3_000),
        frame(message("initial_state", { x: outcome("+104"), y: outcome("") }), start + 3_010, 2),
        ...Array.from({ length: 30 }, (_, n) => tick(start + 4_000 + n * 1_000, 2)),
        frame(message("book_clear", {}), start + 40_000, 2),
      ]
      const cut: Array<ReadonlyArray<FeedEvent>> = []
      for (let from = 0, turn = 0; from < log.length; turn++) {
        const size = sizes[turn % sizes.length]!
        cut.push(log.slice(from, from + size).map(fresh))
        from += size
      }
      const through = (turns: ReadonlyArray<ReadonlyArray<FeedEvent>>) =>
        Effect.gen(function* () {
          const sinks = [collector(), collector(), collector(), collector()] as const
          const lane = { bounds: { records: bound, bytes: 1e9 } }
          const flaky = filter<Change>((change) => !("outcome" in change) || change.outcome !== "x")
          yield* run(sourceOf(turns).source, [
            route({ name: "changes", emit: changes(), sink: sinks[0].sink, lane }),
            route({ name: "messages", emit: messages(), sink: sinks[1].sink, lane }),
            route({ name: "raw", emit: raw(), sink: sinks[2].sink, lane }),
            route({
              name: "filtered",
              emit: changes({ control: false }),
              processor: () => flaky,
              sink: sinks[3].sink,
              lane,
            }),
          ], options)
          return sinks.map((sink) => sink.lines)
        })
      expect(yield* through(cut)).toEqual(yield* through([log.map(fresh)]))
    }))
})

/** Frames decode once and are kept: a second run gets its own. */
const fresh = (event: FeedEvent): FeedEvent =>
  event._tag === "Frame" ? makeFrame(event.session, event.epoch, event.at, event.raw) : event

/** A source that lets others run between its turns. */
const slowly = (turns: ReadonlyArray<ReadonlyArray<FeedEvent>>) => {
  const { source } = sourceOf(turns)
  return { ...source, events: Stream.mapArrayEffect(source.events, (turn) => Effect.as(Effect.yieldNow, turn)) }
}
