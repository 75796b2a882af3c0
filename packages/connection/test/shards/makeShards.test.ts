import {
  CatalogBusy,
  DialError,
  keyOf,
  LinkClosed,
  makeShards,
  renewShards,
  type SessionError,
  type Shard,
  ShardOverlap,
  type Shards,
  type ShardsOptions,
  ShardsRefused,
} from "@boltodds/connection"
import { Limiter, makeLimiter } from "@boltodds/connection"
import type { FeedEvent } from "@boltodds/protocol"
import { it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { acceptWithAck, ack, data, type FakeFeed, fakeFeed, key, settle } from "@boltodds/testing/FakeFeed"

const three: ReadonlyArray<Shard> = [
  { name: "a", filters: { sports: ["MLB"] } },
  { name: "b", filters: { sports: ["NBA"] } },
  { name: "c", filters: { sports: ["NFL"] } },
]

const make = (feed: FakeFeed, sessions: ReadonlyArray<Shard>, options: Partial<ShardsOptions> = {}) =>
  makeShards({
    key: keyOf(key),
    transport: feed.transport,
    url: "wss://feed.example:1/api",
    sessions,
    onWarning: false,
    ...options,
  })

/** Runs several sessions against a feed and reads them as one; time stands at 0 until the test moves it. */
const read = (feed: FakeFeed, sessions: ReadonlyArray<Shard> = three, options: Partial<ShardsOptions> = {}) =>
  Effect.gen(function* () {
    const shards: Shards = yield* make(feed, sessions, options)
    const events: Array<FeedEvent> = []
    const turns: Array<number> = []
    const gate = yield* Latch.make(true)
    let ended: Exit.Exit<void, SessionError> | undefined
    yield* shards.events.pipe(
      Stream.runForEachArray((turn) =>
        Effect.andThen(
          Effect.sync(() => {
            events.push(...turn)
            turns.push(turn.length)
          }),
          gate.await,
        )
      ),
      Effect.onExit((exit) =>
        Effect.sync(() => {
          ended = exit
        })
      ),
      Effect.provideService(Limiter, makeLimiter()),
      Effect.provideService(Random.Random, { nextDoubleUnsafe: () => 0.5, nextIntUnsafe: () => 0 }),
      Effect.forkScoped,
    )
    yield* settle
    return {
      shards,
      events,
      turns,
      ended: () => ended,
      failure: () => ended !== undefined && Exit.isFailure(ended) ? Cause.squash(ended.cause) : undefined,
      stop: gate.close,
      go: Effect.andThen(gate.open, settle),
      /** Reads one more turn of a stopped reader. */
      step: Effect.andThen(gate.release, settle),
    }
  })

const tagsOf = (events: ReadonlyArray<FeedEvent>, session?: string): ReadonlyArray<string> =>
  events.filter((event) => event._tag !== "Tick" && (session === undefined || event.session === session))
    .map(({ _tag, session, epoch }) => `${session} ${_tag} ${epoch}`)
const subscribe = (filters: object): string => JSON.stringify({ action: "subscribe", filters })
/** The fake connection of a session, by what it asked for first. */
const connectionOf = (feed: FakeFeed, sport: string) =>
  feed.connections.findLast(({ received }) => received[0]?.includes(sport))!

describe("several sessions as one", () => {
  it.effect("dial independently, under one limiter, and name the session in every event", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { events, shards } = yield* read(feed)
      expect(feed.connections.map(({ received }) => received)).toEqual([
        [subscribe({ sports: ["MLB"] })],
        [subscribe({ sports: ["NBA"] })],
        [subscribe({ sports: ["NFL"] })],
      ])
      for (const name of ["a", "b", "c"]) {
        expect(tagsOf(events, name)).toEqual([`${name} Connected 1`, `${name} Frame 1`, `${name} Subscribed 1`])
      }
      expect([...(yield* shards.status)].map(([name, { _tag }]) => `${name} ${_tag}`))
        .toEqual(["a Syncing", "b Syncing", "c Syncing"])
    }))

  it.effect("continue when one is cut, with its own epochs", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const statuses: Array<string> = []
      const { events } = yield* read(feed, three, {
        onStatus: ({ _tag }, session) => statuses.push(`${session} ${_tag}`),
      })
      const before = events.length
      connectionOf(feed, "NBA").close(new LinkClosed("network", 1006))
      connectionOf(feed, "MLB").send(data)
      yield* settle
      yield* TestClock.adjust("1 second")
      connectionOf(feed, "MLB").send(data)
      yield* settle
      expect(tagsOf(events.slice(before), "a")).toEqual(["a Frame 1", "a Frame 1"])
      expect(tagsOf(events.slice(before), "b")).toEqual([
        "b Disconnected 1",
        "b Connected 2",
        "b Frame 2",
        "b Subscribed 2",
      ])
      expect(tagsOf(events.slice(before), "c")).toEqual([])
      expect(feed.connections.length).toBe(4)
      expect(statuses.filter((status) => status.startsWith("b"))).toEqual([
        "b Idle",
        "b Dialing",
        "b AwaitingAck",
        "b Syncing",
        "b BackingOff",
        "b Dialing",
        "b AwaitingAck",
        "b Syncing",
      ])
    }))

  it.effect("all end when the key of one is refused", () =>
    Effect.gen(function* () {
      const refused = new DialError("refused", "refused the connection with HTTP 401", { status: 401 })
      const feed = fakeFeed((dial) => dial === 2 || dial > 3 ? refused : acceptWithAck)
      const { failure } = yield* read(feed)
      expect(failure()).toBe(undefined)
      yield* TestClock.adjust("5 seconds")
      expect(failure()).toMatchObject({ _tag: "KeyRefused", refusals: 2 })
      expect(feed.connections.map(({ hungUp }) => hungUp)).toEqual([true, true])
      yield* TestClock.adjust("10 minutes")
      expect(feed.dials.length).toBe(4)
    }))

  it.effect("dial no more than twice a minute for one that is over the plan's limit, while the others stream", () =>
    Effect.gen(function* () {
      const over = new DialError("refused", "refused the connection with HTTP 503", {
        status: 503,
        body: "too many concurrent connections",
      })
      const feed = fakeFeed((dial) => dial > 2 ? over : acceptWithAck)
      const { events, failure } = yield* read(feed)
      for (let second = 0; second < 600; second++) {
        yield* TestClock.adjust("1 second")
        for (const { buffer } of feed.connections) buffer.push(data)
        yield* settle
      }
      expect(failure()).toBe(undefined)
      expect(feed.connections.map(({ hungUp }) => hungUp)).toEqual([false, false])
      expect(tagsOf(events, "a").filter((one) => one === "a Frame 1").length).toBe(601)
      const dials = feed.dials.slice(2)
      expect(dials.slice(1).map((at, index) => at - dials[index]!)).toEqual([
        31_000,
        32_000,
        34_000,
        38_000,
        46_000,
        ...Array.from({ length: dials.length - 6 }, () => 60_000),
      ])
    }))

  it.effect("make no more dials together than one may: eight a minute", () =>
    Effect.gen(function* () {
      const feed = fakeFeed(() => (connection) => {
        connection.send(ack, data)
        connection.close(new LinkClosed("closed", 1000))
      })
      yield* read(feed)
      for (let second = 0; second < 300; second++) yield* TestClock.adjust("1 second")
      expect(feed.dials.length).toBeGreaterThan(20)
      for (const at of feed.dials) {
        expect(feed.dials.filter((other) => other >= at && other < at + 60_000).length).toBeLessThanOrEqual(8)
      }
    }))

  it.effect("end together when closed", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards, events, ended } = yield* read(feed)
      yield* shards.close
      yield* settle
      expect(ended()).toEqual(Exit.void)
      expect(events.filter(({ _tag }) => _tag === "Disconnected").map(({ session }) => session).sort())
        .toEqual(["a", "b", "c"])
      expect(feed.connections.map(({ hungUp }) => hungUp)).toEqual([true, true, true])
    }))

  it.effect("are all paused by the one consumer, each within its own bound", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards, stop, go, events } = yield* read(feed, three, { bufferBytes: 1000 })
      yield* stop
      yield* TestClock.adjust("1 second")
      for (let n = 0; n < 20; n++) {
        for (const connection of feed.connections) connection.send(data)
        yield* settle
      }
      yield* TestClock.adjust("10 seconds")
      expect([...(yield* shards.status).values()]).toEqual(
        [1, 2, 3].map(() => ({ _tag: "Stale", epoch: 1, reason: "paused" })),
      )
      const before = events.length
      yield* go
      const frames = events.slice(before).filter(({ _tag }) => _tag === "Frame")
      // What waits in a session beside what its link still holds.
      expect(frames.length).toBe(60)
    }))

  it.effect("deliver the backlog of one before later events of another", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { stop, go, events } = yield* read(feed)
      yield* stop
      const backlog = 5
      for (let n = 0; n < backlog; n++) {
        yield* TestClock.adjust("10 seconds")
        // More than one pull takes.
        connectionOf(feed, "NBA").send(data.padEnd(70_000))
        for (const connection of feed.connections) connection.send('{"action":"ping"}')
        yield* settle
      }
      const before = events.length
      yield* go
      const ats = events.slice(before).filter(({ _tag }) => _tag === "Frame").map(({ at }) => at)
      expect(ats.length).toBe(backlog * 4)
      expect(ats).toEqual([...ats].sort((a, b) => a - b))
    }))

  it.effect("that stood still together report it together, whichever notices it first", () =>
    Effect.gen(function* () {
      const real = yield* Clock.Clock
      let stall = 0
      // Time goes by for nobody but the clock: as when something holds up the process.
      const clock: Clock.Clock = {
        ...real,
        currentTimeMillisUnsafe: () => real.currentTimeMillisUnsafe() + stall,
        currentTimeNanosUnsafe: () => real.currentTimeNanosUnsafe() + BigInt(stall) * 1_000_000n,
        monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe() + BigInt(stall) * 1_000_000n,
        sleep: (duration) => real.sleep(duration),
      }
      const feed = fakeFeed()
      const { events } = yield* Effect.provideService(read(feed), Clock.Clock, clock)
      yield* TestClock.adjust("5 seconds")
      const before = events.length
      stall = 6500
      connectionOf(feed, "NBA").send(data)
      yield* settle
      const order = events.slice(before).map(({ _tag, session, at }) => `${session} ${_tag} ${at}`)
      expect(order.slice(0, 3).sort()).toEqual(["a Paused 5000", "b Paused 5000", "c Paused 5000"])
      expect(order.filter((tag) => tag.startsWith("b")))
        .toEqual(["b Paused 5000", "b Resumed 11500", "b Frame 11500", "b Heard 11500"])
    }))

  it.effect("are delivered as the sessions' own turns", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { turns } = yield* read(feed)
      const before = turns.length
      connectionOf(feed, "MLB").send(data, data, data)
      yield* settle
      expect(turns.slice(before)).toEqual([3])
    }))
})

describe("sessions whose filters overlap", () => {
  const refusal = (...sessions: ReadonlyArray<Shard>) => Effect.flip(make(fakeFeed(), sessions))

  it.effect("are refused with the names that both would receive", () =>
    Effect.gen(function* () {
      const error = yield* refusal(
        { name: "a", filters: { sports: ["MLB", "NBA"], sportsbooks: ["betmgm"] } },
        { name: "b", filters: { sports: ["NFL"] } },
        { name: "c", filters: { sports: ["NBA"] } },
      )
      expect(error).toBeInstanceOf(ShardOverlap)
      expect(error).toMatchObject({ sessions: ["a", "c"], common: { sports: ["NBA"], sportsbooks: ["betmgm"] } })
      expect(error.message).toBe(
        "Cannot run sessions `a` and `c` side by side: both would receive sport NBA at sportsbook betmgm, and a game " +
          "can belong to one session only",
      )
    }))

  it.effect("are refused where one asks for everything", () =>
    Effect.gen(function* () {
      const everything = yield* refusal({ name: "a", filters: { sports: [] } }, { name: "b", filters: {} })
      expect(everything.message).toContain("both would receive everything, and")
      const some = yield* refusal({ name: "a", filters: {} }, {
        name: "b",
        filters: { sportsbooks: ["betmgm", "fanduel"] },
      })
      expect(some.message).toContain("both would receive all at sportsbooks betmgm, fanduel, and")
      const others = yield* refusal({ name: "a", filters: { sports: ["MLB"] } }, {
        name: "b",
        filters: { games: ["g1"] },
      })
      expect(others.message).toContain("both would receive game g1 in sport MLB, and")
    }))

  it.effect("are refused where only markets differ: a game has one owner", () =>
    Effect.gen(function* () {
      const error = yield* refusal(
        { name: "a", filters: { sports: ["MLB"], markets: ["Moneyline"] } },
        { name: "b", filters: { sports: ["MLB"], markets: ["Spread"] } },
      )
      expect(error.message).toBe(
        "Cannot run sessions `a` and `b` side by side: both would receive sport MLB, and a game belongs to one session " +
          "with all its markets. Divide by sport or by sportsbook",
      )
    }))

  it.effect("are accepted if any kind of name keeps them apart", () =>
    Effect.gen(function* () {
      yield* make(fakeFeed(), [
        { name: "a", filters: { sports: ["MLB"], sportsbooks: ["betmgm"] } },
        { name: "b", filters: { sports: ["MLB"], sportsbooks: ["fanduel"] } },
        { name: "c", filters: { sports: ["NBA"] } },
      ])
      yield* make(fakeFeed(), [{ name: "a", filters: { games: ["g1"] } }, { name: "b", filters: { games: ["g2"] } }])
    }))

  it.effect("are refused with equal names, and without any session", () =>
    Effect.gen(function* () {
      const same = yield* refusal({ name: "a", filters: { sports: ["MLB"] } }, {
        name: "a",
        filters: { sports: ["NBA"] },
      })
      expect(same).toBeInstanceOf(ShardsRefused)
      expect(same.message).toBe("Cannot use the name `a` for two sessions. Give each session a different name")
      expect(yield* refusal()).toBeInstanceOf(ShardsRefused)
    }))
})

describe("new filters for several sessions", () => {
  it.effect("are divided anew: names stay with their session, new ones go where the least is", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards } = yield* read(feed)
      yield* shards.setFilters({ sports: ["EPL", "MLB", "NBA", "NFL", "NHL"], markets: ["Spread"] })
      expect(feed.connections.map(({ received }) => received.at(-1))).toEqual([
        subscribe({ sports: ["EPL", "MLB"], markets: ["Spread"] }),
        subscribe({ sports: ["NBA", "NHL"], markets: ["Spread"] }),
        subscribe({ sports: ["NFL"], markets: ["Spread"] }),
      ])
      // What the catalog has gained.
      yield* shards.setFilters({}, ["EPL", "MLB", "NBA", "NFL", "NHL", "WNBA"])
      expect((yield* shards.shards).map(({ filters }) => filters)).toEqual([
        { sports: ["EPL", "MLB"] },
        { sports: ["NBA", "NHL"] },
        { sports: ["NFL", "WNBA"] },
      ])
    }))

  it.effect("come from new names in the catalog; removed names stay, and a failure changes nothing", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards } = yield* read(feed)
      let sports: ReadonlyArray<string> = ["MLB", "NBA", "NFL"]
      let failing = false
      const info = Effect.suspend(() =>
        failing
          ? Effect.fail(new CatalogBusy("asked too often", undefined))
          : Effect.succeed({ sports, sportsbooks: [] })
      )
      const catalog = { info, games: Effect.succeed([]), markets: () => Effect.succeed({}) }
      const renew = renewShards(shards, catalog)
      expect(yield* renew).toEqual([])
      expect(feed.connections.map(({ received }) => received.length)).toEqual([1, 1, 1])
      sports = ["NBA", "NFL", "WNBA"]
      expect(yield* renew).toEqual(["WNBA"])
      expect((yield* shards.shards).map(({ filters }) => filters)).toEqual([
        { sports: ["MLB", "WNBA"] },
        { sports: ["NBA"] },
        { sports: ["NFL"] },
      ])
      failing = true
      expect(yield* Effect.flip(renew)).toBeInstanceOf(CatalogBusy)
      // Who has what it had is not asked again: the server would send all of it again.
      expect(feed.connections.map(({ received }) => received.length)).toEqual([2, 1, 1])
    }))

  it.effect("are refused where a session would be left without any", () =>
    Effect.gen(function* () {
      const { shards } = yield* read(fakeFeed())
      const error = yield* Effect.flip(shards.setFilters({ sports: ["MLB", "NBA"] }))
      expect(error).toBeInstanceOf(ShardsRefused)
      expect((yield* shards.shards).map(({ filters }) => filters.sports)).toEqual([["MLB"], ["NBA"], ["NFL"]])
    }))

  it.effect("cannot be divided if the sessions are divided in another way", () =>
    Effect.gen(function* () {
      const { shards } = yield* read(fakeFeed(), [
        { name: "a", filters: { games: ["g1"] } },
        { name: "b", filters: { games: ["g2"] } },
      ])
      expect((yield* Effect.flip(shards.setFilters({ sports: ["MLB"] }))).message).toBe(
        "Cannot divide filters: the sessions are divided neither by sport nor by sportsbook. Use setShards",
      )
    }))

  it.effect("move a name only after the Subscribed of the session that gave it up", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards, stop, go } = yield* read(feed, [
        { name: "a", filters: { sports: ["MLB", "EPL"] } },
        { name: "b", filters: { sports: ["NBA"] } },
      ])
      const gaveUp = [{ name: "a", filters: { sports: ["MLB"] } }, { name: "b", filters: { sports: ["NBA"] } }]
      const moved = [{ name: "a", filters: { sports: ["MLB"] } }, { name: "b", filters: { sports: ["NBA", "EPL"] } }]
      const atOnce = yield* Effect.flip(shards.setShards(moved))
      expect(atOnce.message).toBe(
        "Cannot run sessions `b` and `a` side by side: `a` has sport EPL. Have it give that up first, and ask again " +
          "after its next `Subscribed`",
      )
      yield* stop
      yield* settle
      connectionOf(feed, "NBA").send(data)
      yield* settle
      yield* shards.setShards(gaveUp)
      // The reader has not seen it.
      expect(yield* Effect.flip(shards.setShards(moved))).toBeInstanceOf(ShardOverlap)
      // Asked for again, it goes back to the session that still has it.
      yield* shards.setFilters({ sports: ["EPL", "MLB", "NBA"] })
      expect((yield* shards.shards).map(({ filters }) => filters.sports)).toEqual([["EPL", "MLB"], ["NBA"]])
      yield* shards.setShards(gaveUp)
      yield* go
      yield* shards.setShards(moved)
      expect(feed.connections.map(({ received }) => received.at(-1))).toEqual([
        subscribe({ sports: ["MLB"] }),
        subscribe({ sports: ["NBA", "EPL"] }),
      ])
    }))

  it.effect("do not move a name from a session without a connection", () =>
    Effect.gen(function* () {
      const feed = fakeFeed((dial) => dial === 3 ? new DialError("network", "Cannot reach it") : acceptWithAck)
      const { shards } = yield* read(feed, [
        { name: "a", filters: { sports: ["MLB", "EPL"] } },
        { name: "b", filters: { sports: ["NBA"] } },
      ])
      connectionOf(feed, "MLB").close(new LinkClosed("network", 1006))
      yield* settle
      yield* shards.setShards([{ name: "a", filters: { sports: ["MLB"] } }, {
        name: "b",
        filters: { sports: ["NBA"] },
      }])
      const moved = [{ name: "a", filters: { sports: ["MLB"] } }, { name: "b", filters: { sports: ["NBA", "EPL"] } }]
      expect(yield* Effect.flip(shards.setShards(moved))).toBeInstanceOf(ShardOverlap)
      yield* TestClock.adjust("1 second")
      expect(yield* Effect.flip(shards.setShards(moved))).toBeInstanceOf(ShardOverlap)
      yield* TestClock.adjust("2 seconds")
      expect(feed.connections.at(-1)!.received).toEqual([subscribe({ sports: ["MLB"] })])
      yield* shards.setShards(moved)
    }))

  const mine = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<Shard> => [
    { name: "a", filters: { sports: a } },
    { name: "b", filters: { sports: b } },
  ]

  it.effect("move a name that was given up, taken back and given up again without a connection", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards } = yield* read(feed, mine(["MLB", "EPL"], ["NBA"]))
      connectionOf(feed, "MLB").close(new LinkClosed("network", 1006))
      yield* settle
      yield* shards.setShards(mine(["MLB"], ["NBA"]))
      yield* shards.setShards(mine(["MLB", "EPL"], ["NBA"]))
      yield* TestClock.adjust("1 second")
      const { received } = connectionOf(feed, "MLB")
      expect(received).toEqual([subscribe({ sports: ["MLB", "EPL"] })])
      yield* shards.setShards(mine(["MLB"], ["NBA"]))
      yield* settle
      expect(received.slice(1)).toEqual([subscribe({ sports: ["MLB"] })])
      yield* shards.setShards(mine(["MLB"], ["NBA", "EPL"]))
      expect(connectionOf(feed, "NBA").received.at(-1)).toBe(subscribe({ sports: ["NBA", "EPL"] }))
    }))

  it.effect("do not move a name that its session gave up earlier, and has taken back since", () =>
    Effect.gen(function* () {
      const feed = fakeFeed()
      const { shards, events, stop, step } = yield* read(feed, mine(["MLB", "EPL"], ["NBA"]))
      yield* stop
      connectionOf(feed, "NBA").send(data)
      yield* settle
      const before = events.length
      yield* shards.setShards(mine(["MLB"], ["NBA"]))
      yield* shards.setShards(mine(["MLB", "EPL"], ["NBA"]))
      yield* shards.setShards(mine(["MLB"], ["NBA"]))
      const toldOf = () => events.slice(before).map((event) => event._tag === "Subscribed" ? event.filters.sports : [])
      yield* step
      expect(toldOf()).toEqual([["MLB"]])
      expect(yield* Effect.flip(shards.setShards(mine(["MLB"], ["NBA", "EPL"])))).toBeInstanceOf(ShardOverlap)
      yield* step
      expect(toldOf()).toEqual([["MLB"], ["MLB", "EPL"], ["MLB"]])
      yield* shards.setShards(mine(["MLB"], ["NBA", "EPL"]))
    }))

  it.effect("must name every session, and no other", () =>
    Effect.gen(function* () {
      const shards = yield* make(fakeFeed(() => (connection) => connection.send(ack)), three)
      expect((yield* Effect.flip(shards.setShards(three.slice(1)))).message).toBe(
        "No filters for session `a`. Name all sessions: each keeps running",
      )
      expect((yield* Effect.flip(shards.setShards([{ name: "x", filters: {} }]))).message).toBe(
        "No session is named `x`; there are a, b, c",
      )
    }))
})
