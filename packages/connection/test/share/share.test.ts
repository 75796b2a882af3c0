import {
  ConsumerCutOff,
  type ConsumerOptions,
  eventView,
  type FeedView,
  keyOf,
  Limiter,
  LinkClosed,
  makeLimiter,
  makeSession,
  share,
  type Shared,
} from "@boltodds/connection"
import { type FeedEvent, makeFrame, type Source } from "@boltodds/protocol"
import { it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { data, type FakeFeed, fakeFeed, key, ping, settle as settleOnce, shape } from "@boltodds/testing/FakeFeed"

/** The source, the sharing and the consumers run in turns. */
const settle = Effect.forEach(Array.from({ length: 20 }), () => settleOnce, { discard: true })

/** A source that a test feeds turn by turn, and that counts how often it runs and how much it was pulled. */
const manual = Effect.gen(function* () {
  const queue = yield* Queue.make<ReadonlyArray<FeedEvent>, Error | Cause.Done>()
  const seen = { running: 0, starts: 0, taken: 0 }
  const source: Source<Error> = {
    name: "manual",
    events: Stream.unwrap(Effect.gen(function* () {
      seen.running++
      seen.starts++
      yield* Effect.addFinalizer(() => Effect.sync(() => seen.running--))
      return Stream.fromPull(Effect.succeed(Effect.map(Queue.take(queue), (turn) => {
        seen.taken++
        return turn as [FeedEvent]
      })))
    })),
  }
  return { queue, source, seen }
})

const at = 1000
const frame = (text: string, epoch = 1): FeedEvent => makeFrame("feed", epoch, at, text)
const kilobyte = frame("x".repeat(1024))
const texts = (events: ReadonlyArray<FeedEvent>) =>
  events.map((event) => event._tag === "Frame" ? String(event.raw).slice(0, 8) : event._tag)

/** A consumer being read, which can be made to stop. */
const consume = <A, E>(shared: Shared<A, E>, options?: ConsumerOptions) =>
  Effect.gen(function* () {
    const items: Array<A> = []
    const gate = yield* Latch.make(true)
    let ended: Exit.Exit<void, E | ConsumerCutOff> | undefined
    const fiber = yield* shared.consume(options).pipe(
      Stream.runForEachArray((turn) =>
        Effect.andThen(
          Effect.sync(() => {
            items.push(...turn)
          }),
          gate.await,
        )
      ),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          ended = exit
        })
      ),
      Effect.forkScoped,
    )
    yield* settle
    return {
      items,
      ended: () => ended,
      failure: () => ended !== undefined && Exit.isFailure(ended) ? Cause.squash(ended.cause) : undefined,
      leave: Fiber.interrupt(fiber),
      stop: gate.close,
      go: Effect.andThen(gate.open, settle),
    }
  })

const put = (queue: Queue.Queue<ReadonlyArray<FeedEvent>, Error | Cause.Done>, ...turn: ReadonlyArray<FeedEvent>) =>
  Effect.andThen(Queue.offer(queue, turn), settle)

describe("a shared source", () => {
  it.effect("runs once for all, and gives each consumer every turn", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source)
      expect(seen.starts).toBe(0)
      const one = yield* consume(shared)
      const other = yield* consume(shared)
      expect(yield* shared.consumers).toBe(2)
      yield* put(queue, frame("a"), frame("b"))
      yield* put(queue, frame("c"))
      expect(seen).toEqual({ starts: 1, running: 1, taken: 2 })
      expect(texts(one.items)).toEqual(["a", "b", "c"])
      // The same frames: they are decoded once.
      expect(one.items).toEqual(other.items)
      expect(one.items[0]).toBe(other.items[0])
    }))

  it.effect("begins with the first consumer, ends with the last, and begins anew with the next", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source)
      const one = yield* consume(shared)
      const other = yield* consume(shared)
      yield* one.leave
      expect(seen.running).toBe(1)
      yield* other.leave
      expect(seen.running).toBe(0)
      expect(yield* shared.consumers).toBe(0)
      const next = yield* consume(shared)
      yield* put(queue, frame("a"))
      expect(seen).toEqual({ starts: 2, running: 1, taken: 1 })
      expect(texts(next.items)).toEqual(["a"])
    }))

  it.effect("can be kept for a while without consumers", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source, { idleMillis: 10_000 })
      const one = yield* consume(shared)
      yield* one.leave
      yield* TestClock.adjust("9 seconds")
      yield* put(queue, frame("nobody"))
      const other = yield* consume(shared)
      yield* other.leave
      yield* TestClock.adjust("9999 millis")
      expect(seen).toEqual({ starts: 1, running: 1, taken: 1 })
      yield* TestClock.adjust("1 millis")
      expect(seen.running).toBe(0)
    }))

  it.effect("can be kept until it is closed, which ends it and its consumers", () =>
    Effect.gen(function* () {
      const { source, seen } = yield* manual
      const shared = share(source, { idleMillis: Infinity })
      yield* (yield* consume(shared)).leave
      yield* TestClock.adjust("365 days")
      expect(seen.running).toBe(1)
      const one = yield* consume(shared)
      yield* shared.close
      yield* settle
      expect(one.ended()).toEqual(Exit.void)
      expect(seen.running).toBe(0)
    }))

  it.effect("ends all consumers with what it ends or fails with, after what waits for them", () =>
    Effect.gen(function* () {
      const { queue, source } = yield* manual
      const shared = share(source)
      const one = yield* consume(shared)
      const other = yield* consume(shared)
      yield* other.stop
      yield* put(queue, frame("a"))
      yield* put(queue, frame("b"))
      yield* Queue.fail(queue, new Error("the key was refused"))
      yield* settle
      expect(one.failure()).toEqual(new Error("the key was refused"))
      expect(other.ended()).toBe(undefined)
      yield* other.go
      expect(texts(other.items)).toEqual(["a", "b"])
      expect(other.failure()).toEqual(new Error("the key was refused"))
    }))

  it.effect("is one connection for any number of loops", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source)
      const take = async (count: number) => {
        const taken: Array<FeedEvent> = []
        for await (const event of shared.loop()) if (taken.push(event) === count) break
        return texts(taken)
      }
      const loops = yield* Effect.forkScoped(Effect.promise(() => Promise.all([take(1), take(2), take(3)])))
      while ((yield* shared.consumers) < 3) yield* settle
      for (const text of ["a", "b", "c"]) yield* put(queue, frame(text))
      expect(yield* Fiber.join(loops)).toEqual([["a"], ["a", "b"], ["a", "b", "c"]])
      expect(seen).toMatchObject({ starts: 1, running: 0 })
    }))

  it.effect("ends its consumers with what a view throws", () =>
    Effect.gen(function* () {
      const { queue, source } = yield* manual
      const view = (): FeedView<string> => ({
        turn: () => {
          throw new Error("in the view")
        },
        snapshot: () => [],
        weigh: () => 1,
      })
      const one = yield* consume(share(source, { view }))
      yield* put(queue, frame("a"))
      expect(one.failure()).toEqual(new Error("in the view"))
    }))
})

describe("a slow consumer of a shared source", () => {
  const small: ConsumerOptions = { bufferBytes: 4 * 1224 }

  it.effect("is cut off once the others have waited for it for a second, and they go on", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source)
      const fast = yield* consume(shared, small)
      const slow = yield* consume(shared, { ...small, name: "slow one" })
      yield* slow.stop
      for (let n = 0; n < 20; n++) yield* put(queue, kilobyte)
      // One that it works on, four that may wait, one more.
      expect(seen.taken).toBe(6)
      yield* TestClock.adjust("999 millis")
      expect(seen.taken).toBe(6)
      yield* TestClock.adjust("1 millis")
      yield* settle
      expect(seen.taken).toBe(20)
      expect(fast.items.length).toBe(20)
      yield* slow.go
      expect(slow.items.length).toBe(1)
      const error = slow.failure()
      expect(error).toBeInstanceOf(ConsumerCutOff)
      expect(error).toMatchObject({ consumer: "slow one", waitingBytes: 5 * 1224 })
      expect((error as Error).message).toBe(
        "The consumer `slow one` was cut off: 6 KiB waited for it, and the other consumers had waited for 1 s. What it " +
          "has received is not live any more. Join again, set a larger bufferBytes, or set " +
          'slow: "pause" to have the source wait for it',
      )
      expect(yield* shared.consumers).toBe(1)
    }))

  it.effect("may be slow at times, but is cut off if it never catches up", () =>
    Effect.gen(function* () {
      const { queue, source } = yield* manual
      const shared = share(source)
      yield* consume(shared, small)
      const slow = yield* consume(shared, small)
      for (let n = 0; n < 3; n++) {
        yield* slow.stop
        for (let sent = 0; sent < 6; sent++) yield* put(queue, kilobyte)
        yield* TestClock.adjust("900 millis")
        yield* slow.go
      }
      expect(slow.failure()).toBe(undefined)
      expect(slow.items.length).toBe(18)
    }))

  it.effect("is cut off for many short waits, too, when it never catches up", () =>
    Effect.gen(function* () {
      const { queue, source } = yield* manual
      const shared = share(source)
      const fast = yield* consume(shared, small)
      const permits = yield* Queue.unbounded<void>()
      const slow = yield* shared.consume(small).pipe(
        Stream.runForEachArray(() => Queue.take(permits)),
        Effect.forkScoped,
      )
      yield* settle
      for (let sent = 0; sent < 30; sent++) yield* put(queue, kilobyte)
      for (let waits = 0; waits < 3; waits++) {
        expect(slow.pollUnsafe()).toBe(undefined)
        yield* TestClock.adjust("400 millis")
        yield* settle
        // Down to half of its room: the others get a few turns, and wait again.
        yield* Queue.offerAll(permits, Array.from({ length: 3 }, () => undefined))
        yield* settle
      }
      const exit = slow.pollUnsafe()
      expect(exit !== undefined && Exit.isFailure(exit) && Cause.squash(exit.cause)).toBeInstanceOf(ConsumerCutOff)
      yield* settle
      expect(fast.items.length).toBe(30)
    }))

  it.effect("has the source wait where it asks for that", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source)
      const fast = yield* consume(shared, small)
      const slow = yield* consume(shared, { ...small, slow: "pause" })
      yield* slow.stop
      for (let n = 0; n < 20; n++) yield* put(queue, kilobyte)
      yield* TestClock.adjust("1 hour")
      expect(seen.taken).toBe(6)
      yield* slow.go
      expect(seen.taken).toBe(20)
      expect(fast.items.length).toBe(20)
      expect(slow.items).toEqual(fast.items)
    }))

  it.effect("that is alone, or no slower than all, slows down the source and nothing else", () =>
    Effect.gen(function* () {
      const { queue, source, seen } = yield* manual
      const shared = share(source)
      const one = yield* consume(shared, small)
      const other = yield* consume(shared, small)
      yield* one.stop
      yield* other.stop
      for (let n = 0; n < 20; n++) yield* put(queue, kilobyte)
      yield* TestClock.adjust("1 hour")
      expect(seen.taken).toBe(6)
      yield* one.go
      yield* other.go
      expect(seen.taken).toBe(20)
      expect(one.items.length).toBe(20)
      expect(other.items.length).toBe(20)
    }))

  it.effect("that leaves is waited for no longer", () =>
    Effect.gen(function* () {
      const { queue, source } = yield* manual
      const shared = share(source)
      const fast = yield* consume(shared, small)
      const slow = yield* consume(shared, { ...small, slow: "pause" })
      yield* slow.stop
      for (let n = 0; n < 20; n++) yield* put(queue, kilobyte)
      yield* slow.leave
      yield* settle
      expect(fast.items.length).toBe(20)
    }))
})

describe("a consumer that joins a session later", () => {
  const shareFeed = (feed: FakeFeed) =>
    Effect.gen(function* () {
      const session = yield* makeSession({
        key: keyOf(key),
        transport: feed.transport,
        url: "wss://feed.example:1/api",
        filters: { sports: ["MLB"] },
        bufferBytes: 1000,
      })
      const events = session.events.pipe(
        Stream.provideService(Limiter, makeLimiter()),
        Stream.provideService(Random.Random, { nextDoubleUnsafe: () => 0.5, nextIntUnsafe: () => 0 }),
      )
      return share({ name: "feed", events })
    })

  it.effect("begins in a gap, with the epoch and the filters of the connection, as of now", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const shared = yield* shareFeed(feed)
      yield* consume(shared)
      yield* TestClock.adjust("10 seconds")
      feed.connections[0]!.send(data)
      yield* settle
      const late = yield* consume(shared)
      expect(late.items).toEqual([
        {
          _tag: "Disconnected",
          session: "feed",
          epoch: 0,
          at: 10_000,
          reason: { kind: "shutdown", detail: "joined while the session was running" },
        },
        { _tag: "Connected", session: "feed", epoch: 1, at: 10_000, plan: "Pro" },
        { _tag: "Subscribed", session: "feed", epoch: 1, at: 10_000, filters: { sports: ["MLB"] } },
      ])
      feed.connections[0]!.send(data)
      yield* settle
      expect(shape(late.items).at(-1)).toBe("Frame 1")
      expect(feed.dials.length).toBe(1)
    }))

  it.effect("receives no gap if it has missed no frame after the subscription", () =>
    Effect.gen(function* () {
      const shared = yield* shareFeed(fakeFeed())
      yield* consume(shared)
      expect(shape((yield* consume(shared)).items)).toEqual(["Connected 1", "Subscribed 1"])
    }))

  it.effect("receives no connection if there is none now", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const shared = yield* shareFeed(feed)
      yield* consume(shared)
      feed.connections[0]!.close(new LinkClosed("network", 1006))
      yield* settle
      const late = yield* consume(shared)
      expect(shape(late.items)).toEqual([])
      yield* TestClock.adjust("1 second")
      expect(shape(late.items)).toEqual(["Connected 2", "Frame 2", "Subscribed 2"])
    }))

  it.effect("receives the silence of the session, with its start", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const shared = yield* shareFeed(feed)
      yield* consume(shared)
      feed.connections[0]!.send(ping)
      yield* TestClock.adjust("30 seconds")
      const late = yield* consume(shared)
      expect(late.items.map(({ _tag, at }) => `${_tag} ${at}`)).toEqual([
        "Disconnected 25000",
        "Connected 25000",
        "Subscribed 25000",
        "Silent 25000",
      ])
      feed.connections[0]!.send(ping)
      yield* settle
      expect(shape((yield* consume(shared)).items)).toEqual(["Disconnected 0 shutdown", "Connected 1", "Subscribed 1"])
    }))

  it.effect("sees the end as a disconnect when the sharing is closed", () =>
    Effect.gen(function* () {
      const shared = yield* shareFeed(fakeFeed())
      const one = yield* consume(shared)
      yield* shared.close
      yield* settle
      expect(shape(one.items).at(-1)).toBe("Disconnected 1 shutdown")
      expect(one.ended()).toEqual(Exit.void)
    }))
})

describe("the welcome of several sessions", () => {
  it("replays a session that paused long ago before one with later events, so that the pause keeps its length", () => {
    const view = eventView()
    const of = (session: string, at: number) => ({ session, epoch: 1, at })
    view.turn([
      { _tag: "Connected", ...of("one", 0), plan: undefined },
      { _tag: "Connected", ...of("other", 0), plan: undefined },
      { _tag: "Paused", ...of("other", 1000) },
      { _tag: "Resumed", ...of("other", 21_000) },
      { _tag: "Tick", ...of("one", 21_500), wall: 21_500 },
    ])
    expect(view.snapshot().map(({ _tag, session, at }) => `${session} ${_tag} ${at}`)).toEqual([
      "other Connected 1000",
      "other Paused 1000",
      "other Resumed 21000",
      "one Connected 21500",
    ])
  })
})
