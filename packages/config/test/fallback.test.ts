import { changes, type Emit, route, run } from "@boltodds/pipeline"
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { imbalance } from "@boltodds/lane"
import { type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { withFallback } from "../src/fallback.ts"

const start = Date.UTC(2026, 6, 16, 18)
const event = { session: "main", epoch: 1 }
const price = (n: number, at: number): FeedEvent =>
  makeFrame(
    "main",
    1,
    start + at,
    JSON.stringify({
      timestamp: "2026-07-16T18:00:00.123456+00:00",
      action: "line_update",
      data: {
        sport: "NBA",
        sportsbook: "draftkings",
        game: "A vs B, 2026-07-16, 01",
        outcomes: { A: { odds: `+${n}`, outcome_name: "Moneyline" } },
      },
    }),
  )
const events: ReadonlyArray<FeedEvent> = [
  { _tag: "Connected", ...event, at: start, plan: null },
  { _tag: "Subscribed", ...event, at: start, filters: {} },
  price(110, 1),
  { _tag: "Silent", ...event, at: start + 2 },
  price(120, 3),
] as ReadonlyArray<FeedEvent>

const told = (lines: ReadonlyArray<string>) =>
  lines.map((line) => JSON.parse(line)).map(({ change, control, odds, reason }) =>
    control === "dropped" ? `dropped ${reason}` : control ?? `${change}${odds === undefined ? "" : ` ${odds}`}`
  )

/** A sink that is disabled with its n-th write, and one that takes over. */
const play = (nth: number, delivered: number) =>
  Effect.gen(function* () {
    const lines = { first: [] as Array<string>, second: [] as Array<string> }
    let writes = 0
    const sinkOf = (name: "first" | "second"): Sink<never> => ({
      guarantee: "at-most-once",
      write: ({ envelopes }) => {
        const fails = name === "first" && ++writes === nth
        lines[name].push(...envelopes.slice(0, fails ? delivered : undefined).map(({ text }) => text))
        return fails
          ? Effect.fail(new SinkError({ rest: "disable", delivered, cause: new Error("gone") }))
          : Effect.void
      },
    })
    const sink = withFallback(Effect.succeed(sinkOf("first")), Effect.succeed(sinkOf("second")), () => {})
    // One event a second, so that each is a batch.
    const source = {
      name: "s",
      events: Stream.fromIterable(events).pipe(
        Stream.rechunk(1),
        Stream.mapEffect((event) => Effect.as(Effect.sleep("1 second"), event)),
      ),
    }
    const fiber = yield* Effect.forkChild(
      run(source, [route({ name: "r", emit: changes() as Emit<unknown> as Emit<never>, sink })], {
        state: { run: "01K0000000000000000000000A" },
      }),
    )
    for (let waited = 0; waited < 20; waited++) yield* TestClock.adjust(1_000)
    const { routes } = yield* Fiber.join(fiber)
    return { lines, counts: routes[0]!.counts }
  })

describe("a sink that takes over", () => {
  it.effect("reports to its reader first that records are missing, and then sends a resnapshot, unverified where it was", () =>
    Effect.gen(function* () {
      const { lines, counts } = yield* play(4, 0)
      expect(told(lines.first)).toEqual(["stream_started", "game_opened", "line_opened 110", "stale"])
      // The line has moved, but its session is stale: only the first reader had got that.
      expect(told(lines.second).slice(0, 5)).toEqual([
        "dropped takeover",
        "line_moved 120",
        "stream_started",
        "stale",
        "game_opened",
      ])
      expect(counts).toMatchObject({ dropped: 0, deadLettered: 0, pending: 0 })
      expect(imbalance(counts)).toBe(0)
    }))

  it.effect("counts what the first delivered of the batch that disabled it", () =>
    Effect.gen(function* () {
      const { lines, counts } = yield* play(2, 1)
      expect(told(lines.first)).toEqual(["stream_started", "game_opened"])
      expect(told(lines.second).slice(0, 3)).toEqual(["dropped takeover", "line_opened 110", "stream_started"])
      expect(counts).toMatchObject({ dropped: 0, deadLettered: 0, pending: 0 })
      expect(imbalance(counts)).toBe(0)
    }))

  it.effect("says nothing of the kind where the first had delivered nothing", () =>
    Effect.gen(function* () {
      const { lines } = yield* play(1, 0)
      expect(lines.first).toEqual([])
      expect(told(lines.second)).toEqual([
        "stream_started",
        "game_opened",
        "line_opened 110",
        "stale",
        "line_moved 120",
        "stream_stopped",
      ])
    }))
})
