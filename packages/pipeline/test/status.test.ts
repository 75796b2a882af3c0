import type { StatusRecord } from "@boltodds/protocol"
import { StatusRecord as StatusSchema } from "@boltodds/protocol"
import { changes, LatestStatus, raw, route, run, type Running } from "@boltodds/pipeline"
import { type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import type { FeedEvent } from "@boltodds/protocol"
import { collector, connected, disconnected, frame, message, outcome, session, start, tick } from "./fixtures.ts"

const state = { run: "01K0000000000000000000000A" }
const snapshot = message("initial_state", { x: outcome("+100"), y: outcome("") })
const update = (odds: string, sentAt: string) => ({
  ...message("line_update", { x: outcome(odds) }),
  timestamp: sentAt,
})

const of = <K extends StatusRecord["status"]>(records: ReadonlyArray<StatusRecord>, kind: K) =>
  records.find((record): record is Extract<StatusRecord, { readonly status: K }> => record.status === kind)!

/** A run whose turns the test gives one by one; the clock stands at the time of the events. */
const running = (sink: Effect.Effect<Sink<unknown>>, emit: "changes" | "raw" = "changes") =>
  Effect.gen(function* () {
    yield* TestClock.setTime(start)
    const turns = yield* Queue.unbounded<ReadonlyArray<FeedEvent>>()
    const handle = Deferred.makeUnsafe<Running>()
    const latest = new LatestStatus()
    const all: Array<ReadonlyArray<StatusRecord>> = []
    latest.subscribe((records) => all.push(records))
    const source = {
      name: "test",
      events: Stream.flattenIterable(Stream.fromQueue(turns)),
      dials: Effect.succeed([{ session, why: null, nextAt: null, dialsLeft: 8 }]),
    }
    const options = { name: "hook", type: "webhook", sink, required: false }
    const fiber = yield* Effect.forkChild(run(
      source,
      [emit === "raw" ? route({ ...options, emit: raw() }) : route({ ...options, emit: changes() })],
      {
        state,
        status: { take: latest.take },
        onRunning: (now) => {
          latest.runs(now)
          Deferred.doneUnsafe(handle, Effect.succeed(now))
        },
      },
    ))
    const control = yield* Deferred.await(handle)
    const give = (...events: ReadonlyArray<FeedEvent>) =>
      Effect.andThen(Queue.offer(turns, events), Effect.andThen(Effect.yieldNow, Effect.yieldNow))
    return { give, latest, all, control, fiber }
  })

describe("the status of a run", () => {
  it.effect("comes once a second, each record as its schema says, as one group", () =>
    Effect.gen(function* () {
      const { give, all, fiber } = yield* running(collector().sink)
      yield* give(...connected(), frame(snapshot, start))
      yield* TestClock.adjust("3 seconds")
      expect(all.length).toBeGreaterThanOrEqual(3)
      for (const records of all) {
        expect(records.map(({ status }) => status)).toEqual(["books", "source", "lanes", "process"])
        expect(records.map(({ last }) => last)).toEqual([undefined, undefined, undefined, true])
        for (const record of records) {
          expect(Schema.decodeUnknownSync(StatusSchema)(JSON.parse(JSON.stringify(record)))).toEqual(record)
        }
      }
      yield* Fiber.interrupt(fiber)
      expect(of(all.at(-1)!, "process").phase).toBe("stopping")
    }))

  it.effect("has the sessions, the sportsbooks, and the lanes with their accounts", () =>
    Effect.gen(function* () {
      const { give, latest, fiber } = yield* running(collector().sink)
      yield* give(...connected(), frame(snapshot, start))
      yield* TestClock.adjust("1 second")
      for (let second = 1; second <= 12; second++) {
        const at = start + second * 1000
        yield* give(tick(at), frame(update(`+${100 + second}`, "2026-07-16T18:00:00.900000+00:00"), at))
        yield* TestClock.adjust("1 second")
      }
      const { books, source, lanes } = latest.byKind
      expect(books!.books).toEqual([{
        session,
        sportsbook: "draftkings",
        games: 1,
        games_verified: 1,
        lines: 2,
        suspended: 1,
        changes: 15,
        per_s: expect.any(Number),
        last_at: new Date(start + 12_000).toISOString(),
        age_ms: expect.any(Number),
        lag_p50: expect.any(Number),
        lag_p95: 11_100,
        stale: false,
      }])
      expect(books!.books[0]!.per_s).toBeGreaterThan(0.8)
      expect(books!.books[0]!.per_s).toBeLessThan(1.3)
      expect(source!.sessions).toMatchObject([{ session, state: "live", why: null, epoch: 1, games: 1, dials_left: 8 }])
      expect(source!.counts).toMatchObject({ frames: 13, messages: 13, changes: 15, quarantined: 0, gaps: 0 })
      expect(source!.latency.count).toBe(12)
      expect(source!.latency.counts.reduce((sum, count) => sum + count, 0)).toBe(12)
      expect(lanes!.lanes).toMatchObject([{
        name: "hook",
        type: "webhook",
        emit: "changes",
        state: "open",
        breaker: null,
        last_error: null,
        oldest_pending_ms: null,
      }])
      const { in: received, delivered } = lanes!.lanes[0]!.counts
      expect(received).toBe(delivered)
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("shows a lost connection at once, silence after 25 s, and gaps with their length", () =>
    Effect.gen(function* () {
      const { give, latest, fiber } = yield* running(collector().sink)
      yield* give(...connected(), frame(snapshot, start))
      const session = () => latest.byKind.source!.sessions[0]!
      /** Gives these at this time, and waits for the next status. */
      const at = (second: number, ...events: ReadonlyArray<FeedEvent>) =>
        Effect.andThen(
          TestClock.setTime(start + second * 1000),
          Effect.andThen(give(...events), TestClock.adjust("1 second")),
        )
      yield* at(11, tick(start + 11_000))
      expect(session()).toMatchObject({ state: "live" })
      yield* at(25, { _tag: "Silent", session: session().session, epoch: 1, at: start + 25_000 })
      expect(session()).toMatchObject({ state: "stale", why: "nothing came for 26 s" })
      yield* at(30, disconnected(start + 30_000))
      expect(session()).toMatchObject({ state: "connecting", games_verified: 0, blind_ms: 6_000 })
      yield* at(33, ...connected(2, start + 33_000), frame(snapshot, start + 33_000, 2))
      expect(session()).toMatchObject({ state: "syncing", why: "1 of 1 games confirmed" })
      yield* at(44, tick(start + 44_000, 2))
      expect(session()).toMatchObject({ state: "live", why: null, epoch: 2 })
      const [stale, gap] = latest.byKind.source!.gaps
      expect(stale).toMatchObject({ kind: "stale", reason: "silent", open: false, ms: 5_000 })
      expect(gap).toMatchObject({ kind: "gap", reason: "network", open: false, ms: 3_000, games: 1 })
      expect(session().blind_ms).toBe(18_000)
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("shows that the source is not read when a full lane makes it wait", () =>
    Effect.gen(function* () {
      const { give, latest, fiber } = yield* running(collector().sink)
      yield* give(...connected(), frame(snapshot, start))
      yield* give(tick(start + 11_000))
      yield* TestClock.adjust("8 seconds")
      expect(latest.byKind.source!.sessions[0]).toMatchObject({
        state: "stale",
        why: "nothing is read for 8 s: a full lane makes the source wait",
      })
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("shows a sink that fails, and one that has failed for good", () =>
    Effect.gen(function* () {
      let rest: "retry" | "disable" = "retry"
      const sink: Sink<unknown> = {
        guarantee: "at-least-once",
        write: () => Effect.fail(new SinkError({ rest, cause: new Error("HTTP 503") })),
      }
      const { give, latest, fiber } = yield* running(Effect.succeed(sink))
      yield* give(...connected(), frame(snapshot, start))
      yield* TestClock.adjust("2 seconds")
      const lane = () => latest.byKind.lanes!.lanes[0]!
      expect(lane()).toMatchObject({ state: "open", last_error: "HTTP 503", breaker: { open_ms: expect.any(Number) } })
      expect(lane().oldest_pending_ms).toBeGreaterThanOrEqual(1_000)
      rest = "disable"
      yield* TestClock.adjust("2 minutes")
      // The run goes on without it: others can be added.
      expect(latest.byKind.process?.phase === "stopping" || lane().state === "disabled").toBe(true)
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("is known of a run that reads no messages too, from its events", () =>
    Effect.gen(function* () {
      const { give, latest, fiber } = yield* running(collector().sink, "raw")
      yield* give(...connected(), frame(snapshot, start), tick(start + 1_000))
      yield* TestClock.adjust("1 second")
      expect(latest.byKind.source!.sessions).toMatchObject([{ state: "live", epoch: 1, games: 0 }])
      yield* give(disconnected(start + 1_500), tick(start + 2_000))
      yield* TestClock.adjust("1 second")
      expect(latest.byKind.source!.sessions).toMatchObject([{ state: "connecting" }])
      yield* Fiber.interrupt(fiber)
    }))

  it.effect("lets a tap see what a sink gets, from then on and until it ends", () =>
    Effect.gen(function* () {
      const { give, latest, control, fiber } = yield* running(collector().sink)
      expect(yield* control.tap("none", () => {})).toBeUndefined()
      const seen: Array<string> = []
      const stop = latest.tap("hook", (envelopes) => seen.push(...envelopes.map(({ text }) => text)))!
      yield* give(...connected(), frame(snapshot, start))
      expect(seen.map((text) => JSON.parse(text)).map(({ change, control }) => change ?? control)).toEqual([
        "stream_started",
        "game_opened",
        "line_opened",
        "line_opened",
      ])
      stop()
      yield* give(frame(update("+120", "2026-07-16T18:00:00.900000+00:00"), start + 100))
      expect(seen).toHaveLength(4)
      yield* Fiber.interrupt(fiber)
    }))

  it("of a process between runs is a standby's, with its reason", () => {
    const latest = new LatestStatus()
    expect(latest.byKind.process).toMatchObject({ phase: "starting", why: null })
    latest.standsBy("another process leads")
    expect(latest.byKind).toEqual({
      process: expect.objectContaining({ phase: "standby", why: "another process leads", last: true }),
    })
  })
})
