/** What is known of a connection before code that acts inside the turn sees a frame. */
import type { DisconnectKind, FeedEvent } from "@boltodds/protocol"
import type { Status } from "@boltodds/connection"
import { it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { data, fakeFeed, read, settle } from "@boltodds/testing/FakeFeed"

/** A clock that can go on while nothing runs, as it does while the process is stopped or busy. */
const stallable = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  let monotonic = 0
  let wall = 0
  const shifted: Clock.Clock = {
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + wall,
    currentTimeMillis: Effect.sync(() => clock.currentTimeMillisUnsafe() + wall),
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe() + BigInt(wall) * 1_000_000n,
    currentTimeNanos: Effect.sync(() => clock.currentTimeNanosUnsafe() + BigInt(wall) * 1_000_000n),
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() + BigInt(monotonic) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => clock.monotonicTimeNanosUnsafe() + BigInt(monotonic) * 1_000_000n),
    sleep: (duration) => clock.sleep(duration),
  }
  return {
    clock: shifted,
    stall: (millis: number) => {
      monotonic += millis
      wall += millis
    },
    jump: (millis: number) => {
      wall += millis
    },
  }
})

const kinds = (events: ReadonlyArray<FeedEvent>): ReadonlyArray<DisconnectKind> =>
  events.flatMap((event) => event._tag === "Disconnected" ? [event.reason.kind] : [])

describe("onFrame", () => {
  it.effect("gets frames that waited while nothing ran only after the status reports it", () =>
    Effect.gen(function* () {
      const { clock, stall } = yield* stallable
      const feed = fakeFeed()
      let status: Status | undefined
      const shown: Array<string> = []
      const { events } = yield* read(feed, {
        onStatus: (next) => status = next,
        onFrame: () => shown.push(status!._tag),
      }).pipe(Effect.provideService(Clock.Clock, clock))
      feed.connections[0]!.send(data)
      yield* settle
      feed.connections[0]!.answersPings = false
      feed.connections[0]!.send(data)
      yield* settle
      stall(5000)
      feed.connections[0]!.send(data, data)
      expect(shown.slice(1)).toEqual(["Syncing", "Live", "Stale", "Stale"])
      yield* settle
      expect(events.map(({ _tag }) => _tag).filter((tag) => tag !== "Tick").slice(-4))
        .toEqual(["Paused", "Resumed", "Frame", "Frame"])
    }))

  it.effect("gets no frame of a connection that a jump of the clock has ended", () =>
    Effect.gen(function* () {
      const { clock, jump } = yield* stallable
      const feed = fakeFeed()
      let shown = 0
      const { events } = yield* read(feed, { onFrame: () => shown++ }).pipe(Effect.provideService(Clock.Clock, clock))
      feed.connections[0]!.send(data)
      yield* settle
      expect(shown).toBe(2)
      jump(3_600_000)
      feed.connections[0]!.send(data)
      expect(shown).toBe(2)
      yield* settle
      expect(kinds(events)).toEqual(["clock_jumped"])
      yield* TestClock.adjust("2 seconds")
      feed.connections[1]!.send(data)
      expect(shown).toBe(4)
    }))
})
