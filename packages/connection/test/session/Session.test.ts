import {
  type Diagnosis,
  DialError,
  keyOf,
  KeyUnavailable,
  LinkClosed,
  makeSession,
  renderDiagnosis,
} from "@boltodds/connection"
import type { FeedEvent, Frame } from "@boltodds/protocol"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { acceptWithAck, ack, data, fakeFeed, key, ping, read, settle, shape } from "@boltodds/testing/FakeFeed"

const ticks = (events: ReadonlyArray<FeedEvent>) => events.filter((event) => event._tag === "Tick")
const refused = (status: number) =>
  new DialError("refused", `feed.example:1 refused the connection with HTTP ${status}`, { status })

/** A clock whose wall can be set apart from its monotonic time. */
const wallShift = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  let shift = 0
  const shifted: Clock.Clock = {
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + shift,
    currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + shift),
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + BigInt(shift) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => clock.currentTimeNanosUnsafe() + BigInt(shift) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    sleep: (duration) => clock.sleep(duration),
  }
  return { clock: shifted, move: (millis: number) => shift += millis }
})

describe("a session", () => {
  it.effect("connects, subscribes and streams", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, statuses } = yield* read(feed, { filters: { sports: ["MLB", "MLB"], games: [] } })
      const [connection] = feed.connections
      expect(feed.urls).toEqual([`wss://feed.example:1/api?key=${key}`])
      expect(connection!.received).toEqual(['{"action":"subscribe","filters":{"sports":["MLB"]}}'])
      yield* TestClock.adjust(1500)
      connection!.send(data, ping)
      yield* settle
      expect(events.filter(({ _tag }) => _tag !== "Tick")).toMatchObject([
        { _tag: "Connected", session: "feed", epoch: 1, at: 0, plan: "Pro" },
        { _tag: "Frame", session: "feed", epoch: 1, at: 0, raw: ack },
        { _tag: "Subscribed", session: "feed", epoch: 1, at: 0, filters: { sports: ["MLB"] } },
        { _tag: "Frame", session: "feed", epoch: 1, at: 1500, raw: data },
        { _tag: "Frame", session: "feed", epoch: 1, at: 1500, raw: ping },
      ])
      expect(ticks(events).map(({ at, wall }) => [at, wall])).toEqual([[0, 0], [1000, 1000]])
      expect(statuses.map(({ _tag }) => _tag)).toEqual(["Idle", "Dialing", "AwaitingAck", "Syncing", "Live"])
    }))

  it.effect("connects again for a new snapshot when one is wanted, after data and for its own epoch only", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, session } = yield* read(feed)
      yield* session.resync({ reason: "too early" })
      yield* settle
      expect(feed.connections[0]!.hungUp).toBe(false)
      feed.connections[0]!.send(data)
      yield* settle
      yield* session.resync({ reason: "another's", session: "other" })
      yield* session.resync({ reason: "an old one", epoch: 0 })
      yield* settle
      expect(feed.connections[0]!.hungUp).toBe(false)
      // Words that would refuse for being busy, had the server said them.
      yield* session.resync({ reason: `unknown action "rate_limit ${key}"`, session: "feed", epoch: 1 })
      yield* TestClock.adjust("2 seconds")
      yield* settle
      expect(feed.connections.length).toBe(2)
      expect(events.find(({ _tag }) => _tag === "Disconnected")).toMatchObject({
        epoch: 1,
        reason: { kind: "resync", detail: 'unknown action "rate_limit [redacted]"' },
      })
      expect(shape(events).filter((one) => one.startsWith("Connected"))).toEqual(["Connected 1", "Connected 2"])
    }))

  it.effect("counts any first frame as acceptance", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => (connection) => connection.send(data))
      const { events } = yield* read(feed)
      expect(shape(events)).toEqual(["Connected 1", "Frame 1", "Subscribed 1"])
      expect(events.find(({ _tag }) => _tag === "Connected")).toMatchObject({ plan: undefined })
    }))

  it.effect("ends a connection without a first frame after 10 s, and reports no epoch", () =>
    Effect.gen(function* () {
      const feed = fakeFeed((dial) => dial === 1 ? () => {} : acceptWithAck)
      const { events, statuses } = yield* read(feed)
      yield* TestClock.adjust("9999 millis")
      expect(feed.connections[0]!.hungUp).toBe(false)
      yield* TestClock.adjust("1 millis")
      expect(feed.connections[0]!.hungUp).toBe(true)
      expect(shape(events)).toEqual([])
      expect(statuses.at(-1)).toMatchObject({ _tag: "BackingOff", until: 11_000, attempt: 1 })
      yield* TestClock.adjust("1 second")
      expect(feed.dials).toEqual([0, 11_000])
      expect(shape(events)).toEqual(["Connected 1", "Frame 1", "Subscribed 1"])
    }))

  it.effect("reconnects after a close, and lets nothing of the old epoch follow", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events } = yield* read(feed)
      const [first] = feed.connections
      first!.send(data, data)
      first!.close(new LinkClosed("closed", 1001, "going away"))
      first!.send(data)
      yield* settle
      yield* TestClock.adjust("1 second")
      first!.send(data)
      yield* settle
      expect(shape(events)).toEqual([
        "Connected 1",
        "Frame 1",
        "Subscribed 1",
        "Frame 1",
        "Frame 1",
        "Disconnected 1 closed",
        "Connected 2",
        "Frame 2",
        "Subscribed 2",
      ])
      expect(events.find(({ _tag }) => _tag === "Disconnected")).toMatchObject({
        reason: { kind: "closed", code: 1001, detail: "going away" },
      })
    }))

  it.effect("ticks every second, connected or not, with the epoch of the last connection", () =>
    Effect.gen(function* () {
      const feed = fakeFeed((dial) => dial === 1 ? acceptWithAck : new DialError("network", "Cannot reach it"))
      const { events } = yield* read(feed)
      yield* TestClock.adjust("2 seconds")
      feed.connections[0]!.close(new LinkClosed("network", 1006))
      yield* TestClock.adjust("5 seconds")
      expect(ticks(events).map(({ at, epoch }) => `${at} ${epoch}`)).toEqual([
        "0 1",
        "1000 1",
        "2000 1",
        "3000 1",
        "4000 1",
        "5000 1",
        "6000 1",
        "7000 1",
      ])
    }))

  it.effect("reports silence at 25 s and its end, and redials at 45 s", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, statuses } = yield* read(feed)
      const [connection] = feed.connections
      yield* TestClock.adjust("25 seconds")
      expect(shape(events).slice(3)).toEqual(["Silent 1"])
      expect(statuses.at(-1)).toEqual({ _tag: "Stale", epoch: 1, reason: "silent" })
      connection!.send(ping)
      yield* settle
      expect(shape(events).slice(3)).toEqual(["Silent 1", "Heard 1", "Frame 1"])
      expect(events.findLast(({ _tag }) => _tag === "Silent")?.at).toBe(25_000)
      yield* TestClock.adjust("44999 millis")
      expect(connection!.hungUp).toBe(false)
      yield* TestClock.adjust("1 millis")
      expect(connection!.hungUp).toBe(true)
      expect(shape(events).slice(6)).toEqual(["Silent 1", "Disconnected 1 silent"])
      expect(events.findLast(({ _tag }) => _tag === "Disconnected")?.at).toBe(70_000)
    }))

  it.effect("keeps one connection through a quiet night: 24 hours of pings, 17 s apart", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => (connection) => connection.send(ack, data))
      const { events, statuses } = yield* read(feed)
      const nightSeconds = 24 * 60 * 60
      for (let second = 0; second < nightSeconds; second += 17) {
        feed.connections[0]!.send(ping)
        yield* TestClock.adjust("17 seconds")
      }
      expect(feed.dials).toEqual([0])
      expect(feed.connections[0]!.pings.length).toBeGreaterThan(8600)
      expect(statuses.at(-1)).toMatchObject({ _tag: "Live", epoch: 1 })
      expect([...new Set(shape(events))]).toEqual(["Connected 1", "Frame 1", "Subscribed 1"])
      expect(ticks(events).length).toBeGreaterThan(nightSeconds - 20)
    }))

  it.effect("redials when pings stay without an answer for 10 s", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => (connection) => {
        connection.answersPings = false
        connection.send(ack)
      })
      const { events } = yield* read(feed)
      yield* TestClock.adjust("20 seconds")
      expect(feed.connections[0]!.pings).toEqual([1])
      expect(shape(events).slice(3)).toEqual(["Disconnected 1 no_pong"])
      expect(events.findLast(({ _tag }) => _tag === "Disconnected")?.at).toBe(20_000)
    }))

  it.effect("sends new filters at once, reports them in order, and uses them from then on", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { session, events } = yield* read(feed, { filters: { sports: ["MLB"] } })
      const [first] = feed.connections
      first!.send(data)
      yield* settle
      yield* session.setFilters({ sports: ["NBA"], markets: [] })
      first!.send(ping)
      yield* settle
      expect(first!.received.at(-1)).toBe('{"action":"subscribe","filters":{"sports":["NBA"]}}')
      expect(shape(events).slice(3)).toEqual(["Frame 1", "Subscribed 1", "Frame 1"])
      expect(events.findLast(({ _tag }) => _tag === "Subscribed")).toMatchObject({ filters: { sports: ["NBA"] } })
      first!.close(new LinkClosed("closed", 1000))
      yield* TestClock.adjust("2 seconds")
      expect(feed.connections[1]!.received).toEqual(['{"action":"subscribe","filters":{"sports":["NBA"]}}'])
      expect(yield* session.filters).toEqual({ sports: ["NBA"] })
    }))

  it.effect("subscribes with filters that were set before the ack came", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => () => {})
      const { session } = yield* read(feed, { filters: { sports: ["MLB"] } })
      yield* session.setFilters({ sports: ["NBA"] })
      expect(feed.connections[0]!.received).toEqual([])
      feed.connections[0]!.send(ack)
      yield* settle
      expect(feed.connections[0]!.received).toEqual(['{"action":"subscribe","filters":{"sports":["NBA"]}}'])
    }))

  it.effect("ends with a Disconnected of its own when it is closed", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { session, events, ended, statuses } = yield* read(feed)
      yield* session.close
      yield* settle
      expect(shape(events).at(-1)).toBe("Disconnected 1 shutdown")
      expect(ended()).toEqual(Exit.void)
      expect(feed.connections[0]!.hungUp).toBe(true)
      expect(statuses.at(-1)).toEqual({ _tag: "Closed" })
    }))

  it.effect("calls onFrame inside the turn, with the frame that the stream gives later", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const seen: Array<FeedEvent> = []
      const { events } = yield* read(feed, { onFrame: (frame) => seen.push(frame) })
      const before = seen.length
      feed.connections[0]!.send(data)
      expect(seen.length).toBe(before + 1)
      yield* settle
      expect(events.filter(({ _tag }) => _tag === "Frame")).toEqual(seen)
      expect(events.findLast(({ _tag }) => _tag === "Frame")).toBe(seen.at(-1))
    }))

  it.effect("shows onFrame nothing of a connection that has ended", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      let seen = 0
      const { events } = yield* read(feed, { onFrame: () => seen++ })
      yield* TestClock.adjust("45 seconds")
      feed.connections[0]!.send(data)
      expect(seen).toBe(1)
      yield* TestClock.adjust("1 second")
      feed.connections[0]!.send(data)
      feed.connections[1]!.send(data)
      yield* settle
      expect(seen).toBe(3)
      expect(shape(events).slice(3)).toEqual([
        "Silent 1",
        "Disconnected 1 silent",
        "Connected 2",
        "Frame 2",
        "Subscribed 2",
        "Frame 2",
      ])
    }))

  it.effect("ends as a defect with what onFrame throws", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { failure } = yield* read(feed, {
        onFrame: () => {
          throw new Error("in the caller's code")
        },
      })
      expect(failure()).toEqual(new Error("in the caller's code"))
    }))
})

describe("a connection that brings nothing but pings", () => {
  it.effect("for 20 s is diagnosed once, with the names checked", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const diagnoses: Array<Diagnosis> = []
      const info = { sports: ["MLB"], sportsbooks: ["fanduel"] }
      const { session } = yield* read(feed, {
        filters: { sportsbooks: ["fandeul"] },
        catalog: { info: Effect.succeed(info), games: Effect.succeed([]), markets: () => Effect.succeed({}) },
        onDiagnosis: (diagnosis) => diagnoses.push(diagnosis),
      })
      for (let n = 0; n < 19; n++) {
        yield* TestClock.adjust("1 second")
        feed.connections[0]!.send(ping)
      }
      expect(diagnoses).toEqual([])
      yield* TestClock.adjust("1 second")
      expect(diagnoses).toMatchObject([{
        session: "feed",
        epoch: 1,
        at: 20_000,
        silentMillis: 20_000,
        host: "feed.example:1",
        plan: "Pro",
        names: { unknown: [{ kind: "sportsbook", name: "fandeul", nearest: ["fanduel"] }] },
      }])
      yield* TestClock.adjust("20 seconds")
      expect(diagnoses.length).toBe(1)
      feed.connections[0]!.send(ping)
      yield* session.setFilters({ sportsbooks: ["fanduel"] })
      yield* TestClock.adjust("20 seconds")
      expect(diagnoses.length).toBe(2)
    }))

  it.effect("is diagnosed with messages that cannot be understood", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const diagnoses: Array<Diagnosis> = []
      yield* read(feed, { onDiagnosis: (diagnosis) => diagnoses.push(diagnosis) })
      feed.connections[0]!.send(`{"action":"odds_v2","payload":{}}`)
      feed.connections[0]!.send(`{"action":"line_update","data":{"sportsbook":"dk","ga`)
      yield* TestClock.adjust("20 seconds")
      expect(diagnoses.map(({ causes }) => causes[0])).toStrictEqual([{
        proven: true,
        cause: { kind: "not_understood", messages: 2, first: `{"action":"odds_v2","payload":{}}` },
      }])
      expect(renderDiagnosis(diagnoses[0]!).split("\n")).toContain(
        "Connected to feed.example:1, but understood no message for 20 s.",
      )
    }))

  it.effect("is diagnosed with data outside the filters", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const diagnoses: Array<Diagnosis> = []
      yield* read(feed, { filters: { sports: ["NAB"] }, onDiagnosis: (diagnosis) => diagnoses.push(diagnosis) })
      for (let n = 0; n < 20; n++) {
        feed.connections[0]!.send(data)
        yield* TestClock.adjust("1 second")
      }
      expect(diagnoses.map(({ causes }) => causes)).toStrictEqual([[{
        proven: true,
        cause: { kind: "outside_filters", messages: 20, sport: "MLB", sportsbook: "fanduel" },
      }]])
      const within = fakeFeed()
      const fine: Array<Diagnosis> = []
      yield* read(within, { filters: { sports: ["NAB", "MLB"] }, onDiagnosis: (diagnosis) => fine.push(diagnosis) })
      within.connections[0]!.send(data)
      yield* TestClock.adjust("25 seconds")
      expect(fine).toEqual([])
    }))

  it.effect("is not diagnosed once data came", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const diagnoses: Array<Diagnosis> = []
      yield* read(feed, { onDiagnosis: (diagnosis) => diagnoses.push(diagnosis) })
      yield* TestClock.adjust("19 seconds")
      feed.connections[0]!.send(data)
      yield* TestClock.adjust("5 seconds")
      expect(diagnoses).toEqual([])
    }))
})

describe("a slow consumer", () => {
  const bufferBytes = 1000

  it.effect("pauses the session, which reports the start of the pause and the end of the backlog", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, statuses, stop, go } = yield* read(feed, { bufferBytes })
      const [connection] = feed.connections
      yield* stop
      yield* TestClock.adjust("2500 millis")
      for (let n = 0; n < 9; n++) {
        connection!.send(data)
        yield* settle
      }
      yield* TestClock.adjust("10 seconds")
      expect(statuses.at(-1)).toEqual({ _tag: "Stale", epoch: 1, reason: "paused" })
      connection!.answersPings = false
      yield* go
      connection!.send(ping)
      yield* settle
      const paused = events.findIndex(({ _tag }) => _tag === "Paused")
      expect(events[paused]!.at).toBe(2500)
      expect(events.slice(paused).map(({ _tag, at }) => `${_tag} ${at}`)).toEqual([
        "Paused 2500",
        "Tick 12000",
        "Resumed 12500",
        ...Array.from({ length: 6 }, () => "Frame 12500"),
        "Frame 12500",
      ])
      connection!.buffer.pong(connection!.pings.at(-1)!)
      yield* settle
      expect(shape(events).at(-1)).toBe("Heard 1")
      expect(statuses.at(-1)).toMatchObject({ _tag: "Live" })
    }))

  it.effect("that is soon back receives no notice", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, stop, go } = yield* read(feed, { bufferBytes })
      yield* stop
      yield* TestClock.adjust("1 second")
      for (let n = 0; n < 9; n++) {
        feed.connections[0]!.send(data)
        yield* settle
      }
      yield* TestClock.adjust("900 millis")
      yield* go
      expect(shape(events).slice(3)).toEqual(Array.from({ length: 9 }, () => "Frame 1"))
    }))

  it.effect("of more than 30 s loses the connection; the next is dialed when it reads again", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, statuses, stop, go } = yield* read(feed, { bufferBytes })
      yield* stop
      yield* TestClock.adjust("1 second")
      for (let n = 0; n < 9; n++) {
        feed.connections[0]!.send(data)
        yield* settle
      }
      yield* TestClock.adjust("29999 millis")
      expect(feed.connections[0]!.hungUp).toBe(false)
      yield* TestClock.adjust("1 millis")
      expect(feed.connections[0]!.hungUp).toBe(true)
      yield* TestClock.adjust("10 minutes")
      expect(feed.dials).toEqual([0])
      expect(statuses.at(-1)).toMatchObject({ _tag: "AwaitingReader" })
      yield* go
      yield* TestClock.adjust("1 second")
      expect(feed.dials.length).toBe(2)
      const received = shape(events).slice(3)
      expect(received.filter((one) => one !== "Frame 1")).toEqual([
        "Paused 1",
        "Disconnected 1 slow_reader",
        "Connected 2",
        "Frame 2",
        "Subscribed 2",
      ])
    }))

  it.effect("leaves few events waiting, however long it is stopped", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, stop, go } = yield* read(feed)
      yield* stop
      yield* TestClock.adjust("1 second")
      const before = events.length
      yield* TestClock.adjust("20 seconds")
      yield* go
      expect(events.slice(before).map(({ _tag, at }) => `${_tag} ${at}`)).toEqual(["Tick 21000"])
    }))
})

describe("a clock that jumps", () => {
  it.effect("is reported by a Tick, ends the connection, and moves session time forward with the next one", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { clock, move } = yield* wallShift
      const { events } = yield* Effect.provideService(read(feed), Clock.Clock, clock)
      yield* TestClock.adjust("3 seconds")
      move(3_600_000)
      yield* TestClock.adjust("3 seconds")
      const at = events.findIndex((event) => event._tag === "Tick" && event.wall !== event.at)
      expect(events.slice(at).filter(({ _tag }) => _tag !== "Frame")).toMatchObject([
        { _tag: "Tick", epoch: 1, at: 4000, wall: 3_604_000 },
        { _tag: "Disconnected", epoch: 1, at: 4000, reason: { kind: "clock_jumped", detail: "by 3600 s" } },
        { _tag: "Tick", epoch: 1, at: 4000, wall: 4000 },
        { _tag: "Connected", epoch: 2, at: 3_605_000 },
        { _tag: "Subscribed", epoch: 2, at: 3_605_000 },
        { _tag: "Tick", epoch: 2, at: 3_605_000, wall: 3_605_000 },
        { _tag: "Tick", epoch: 2, at: 3_606_000, wall: 3_606_000 },
      ])
    }))

  it.effect("is noticed with the first frame after it, which is not read any more", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { clock, move } = yield* wallShift
      const { events } = yield* Effect.provideService(read(feed), Clock.Clock, clock)
      yield* TestClock.adjust("3500 millis")
      move(60_000)
      feed.connections[0]!.send(data)
      yield* settle
      expect(shape(events).slice(3)).toEqual(["Disconnected 1 clock_jumped"])
    }))

  it.effect("backwards never makes session time go back", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { clock, move } = yield* wallShift
      const { events } = yield* Effect.provideService(read(feed), Clock.Clock, clock)
      yield* TestClock.adjust("10 seconds")
      move(-3_600_000)
      yield* TestClock.adjust("10 seconds")
      expect(shape(events).slice(3)).toEqual(["Disconnected 1 clock_jumped", "Connected 2", "Frame 2", "Subscribed 2"])
      const times = events.map(({ at }) => at)
      expect(times).toEqual([...times].sort((a, b) => a - b))
      expect(times.at(-1)).toBe(20_000)
    }))

  it.effect("by a little is no jump", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { clock, move } = yield* wallShift
      const { events } = yield* Effect.provideService(read(feed), Clock.Clock, clock)
      for (let n = 0; n < 4; n++) {
        move(4000)
        yield* TestClock.adjust("4 seconds")
      }
      expect(shape(events).slice(3)).toEqual([])
    }))
})

describe("refusals", () => {
  it.effect("of a key end the session with the second, within 15 s", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => refused(401))
      const { failure } = yield* read(feed, { random: 0.999 })
      yield* TestClock.adjust("5 seconds")
      expect(feed.dials).toEqual([0, 4997])
      expect(failure()).toMatchObject({ _tag: "KeyRefused", refusals: 2 })
      expect(failure()!.message).toContain("HTTP 401")
    }))

  it.effect("of a key in a text count as well", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => (connection) => {
        connection.send(ack, `{"error":"Invalid API key ${key}"}`)
        connection.close(new LinkClosed("closed", 1000))
      })
      const { events, failure } = yield* read(feed)
      yield* TestClock.adjust("5 seconds")
      expect(failure()).toMatchObject({ _tag: "KeyRefused" })
      expect(failure()!.message).toContain("Invalid API key [redacted]")
      expect(events.filter((event) => event._tag === "Frame").map(({ raw }) => raw)).toEqual([
        ack,
        '{"error":"Invalid API key [redacted]"}',
        ack,
        '{"error":"Invalid API key [redacted]"}',
      ])
    }))

  for (const onFrame of [undefined, () => {}]) {
    it.effect(`of a key that has worked do not show it either${onFrame === undefined ? "" : ", ahead of the stream"}`, () =>
      Effect.gen(function* () {
        const feed = fakeFeed()
        const seen: Array<string | Uint8Array> = []
        const tap = onFrame === undefined ? {} : { onFrame: (frame: Frame) => void seen.push(frame.raw) }
        const { events } = yield* read(feed, tap)
        feed.connections[0]!.send(data)
        yield* settle
        feed.connections[0]!.send(`{"error":"The trial of ${key} has ended"}`)
        yield* settle
        const raws = events.filter((event) => event._tag === "Frame").map(({ raw }) => raw)
        expect(raws).toEqual([ack, data, '{"error":"The trial of [redacted] has ended"}'])
        if (onFrame !== undefined) expect(seen).toEqual(raws)
      }))
  }

  it.effect("of a key that has worked are retried for ever, minutes apart", () =>
    Effect.gen(function* () {
      const feed = fakeFeed((dial) => dial === 1 ? acceptWithAck : refused(403))
      const { failure } = yield* read(feed)
      feed.connections[0]!.send(data)
      feed.connections[0]!.close(new LinkClosed("closed", 1000))
      yield* TestClock.adjust("10 minutes")
      expect(failure()).toBeUndefined()
      expect(feed.dials).toEqual([0, 1000, 181_000, 361_000, 541_000])
    }))

  it.effect("for being busy wait 30 s at least, and as long as Retry-After says", () =>
    Effect.gen(function* () {
      const feed = fakeFeed((dial) =>
        dial === 1
          ? new DialError("refused", "HTTP 429", { status: 429, retryAfterMillis: 90_000 })
          : dial === 2
          ? refused(503)
          : acceptWithAck
      )
      yield* read(feed, { random: 0 })
      yield* TestClock.adjust("150 seconds")
      expect(feed.dials).toEqual([0, 90_000, 120_000])
    }))

  it.effect("end with advice once a frame was too large on two connections in a row", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => (connection) => {
        acceptWithAck(connection)
        connection.close(new LinkClosed("oversize", 1009, "a frame larger than the limit of 64 bytes"))
      })
      const { failure } = yield* read(feed, { random: 0 })
      yield* TestClock.adjust("10 minutes")
      expect(feed.dials).toHaveLength(2)
      expect(failure()).toMatchObject({ _tag: "FrameTooLarge" })
      expect(String(failure())).toMatch(
        /too large on 2 connections in a row \(oversize \(1009\).*Narrow the filters/,
      )
    }))

  it.effect("are counted by maxAttempts", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => new DialError("network", "Cannot reach feed.example:1: ECONNREFUSED"))
      const { failure } = yield* read(feed, { maxAttempts: 3 })
      yield* TestClock.adjust("1 minute")
      expect(feed.dials).toEqual([0, 1000, 3000])
      expect(failure()).toMatchObject({ _tag: "FeedUnavailable", attempts: 3 })
      expect(failure()!.message).toContain("ECONNREFUSED")
    }))

  for (const random of [0, 0.2, 0.5]) {
    it.effect(`a server that accepts and closes sees at most 8 dials in 40 s (jitter ${random})`, () =>
      Effect.gen(function* () {
        const feed = fakeFeed(() => (connection) => {
          connection.send(ack)
          connection.close(new LinkClosed("closed", 1000))
        })
        const { failure } = yield* read(feed, { random })
        yield* TestClock.adjust("40 seconds")
        expect(feed.dials.length).toBeLessThanOrEqual(8)
        expect(feed.dials.length).toBeGreaterThanOrEqual(4)
        yield* TestClock.adjust("1 hour")
        expect(failure()).toBeUndefined()
        expect(feed.dials.length).toBeGreaterThan(60)
      }))
  }
})

describe("the key", () => {
  it.effect("that cannot be read ends the session at once", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { failure } = yield* read(feed, { key: keyOf("  ") })
      expect(failure()).toMatchObject({
        _tag: "KeyUnavailable",
        message: "Cannot read the key: the key given is empty",
      })
      expect(feed.dials).toEqual([])
    }))

  it.effect("is read at each dial, and may be missing for a moment", () =>
    Effect.gen(function* () {
      const keys: Array<string | undefined> = ["first-key", undefined, "second-key"]
      const feed = fakeFeed()
      const { failure } = yield* read(feed, {
        key: Effect.suspend(() => {
          const next = keys.shift()
          return next === undefined ? Effect.fail(new KeyUnavailable("gone")) : keyOf(next)
        }),
      })
      feed.connections[0]!.send(data)
      feed.connections[0]!.close(new LinkClosed("closed", 1000))
      yield* TestClock.adjust("10 seconds")
      expect(failure()).toBeUndefined()
      expect(feed.urls).toEqual(["wss://feed.example:1/api?key=first-key", "wss://feed.example:1/api?key=second-key"])
    }))

  it.effect("is not sent unencrypted to other machines unless that is allowed", () =>
    Effect.gen(function* () {
      const { transport } = fakeFeed()
      const make = (url: string, insecure = false) =>
        Effect.exit(makeSession({ key: keyOf(key), transport, url, insecure }))
      expect(yield* make("ws://feed.example/api")).toMatchObject({
        cause: { reasons: [{ error: { _tag: "UrlRefused" } }] },
      })
      expect(Exit.isSuccess(yield* make("ws://feed.example/api", true))).toBe(true)
      expect(Exit.isSuccess(yield* make("wss://feed.example/api"))).toBe(true)
      expect(Exit.isSuccess(yield* make("ws://[::1]:8080/api"))).toBe(true)
    }))
})
