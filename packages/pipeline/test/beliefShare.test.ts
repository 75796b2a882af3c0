/** How much of the book a reader can rely on while its receiver fails a part of the time. */
import { type Change, type Control, emptyBook, type FeedEvent, fold, isLive, type Source } from "@boltodds/protocol"
import { changes, route, type RouteOptions, run } from "@boltodds/pipeline"
import { coalesce } from "@boltodds/lane"
import { type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Random from "effect/Random"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { generator } from "../../state/test/random.ts"
import { connected, frame, message, outcome, start, tick } from "./fixtures.ts"

const games = 100
const linesOfGame = 10
// Longer, with the figures: BELIEF_SECONDS=300 vitest run packages/pipeline/test/beliefShare
const seconds = Number(process.env["BELIEF_SECONDS"] ?? 80)
/** Updates are this far apart. */
const step = 50

const gameNamed = (nth: number) => ({
  game: `Home ${nth} vs Away, 2026-07-16, 01`,
  sportsbook: `book${nth % 5}`,
  info: { id: nth, universal_id: `1e1f1b8d${String(nth).padStart(4, "0")}` },
})

const feed = (): ReadonlyArray<ReadonlyArray<FeedEvent>> => {
  const random = generator(7)
  const all = (odds: string) =>
    Object.fromEntries(Array.from({ length: linesOfGame }, (_, nth) => [`line ${nth}`, outcome(odds)]))
  const whole = Array.from({ length: games }, (_, nth) => frame(message("initial_state", all("+100"), gameNamed(nth))))
  const updates = Array.from({ length: seconds * 1_000 / step }, (_, nth) => {
    const line = `line ${Math.floor(random() * linesOfGame)}`
    const moved = { [line]: outcome(`+${100 + Math.floor(random() * 400)}`) }
    const at = start + (nth + 1) * step
    const update = message("line_update", moved, gameNamed(Math.floor(random() * games)))
    return [frame({ ...update, timestamp: new Date(at).toISOString() }, at), tick(at)]
  })
  return [connected(), whole, ...updates]
}

/** The mean share of all lines that are live to the reader, looked at ten times a second. */
const shareOf = (
  answer: (second: number, random: () => number) => SinkError["rest"] | "refuse" | undefined,
  lane: RouteOptions<Change, Change, never>["lane"],
): Effect.Effect<number> =>
  Effect.gen(function* () {
    const random = generator(11)
    let book = emptyBook
    let now = 0
    const sink: Sink<Change> = {
      guarantee: "at-least-once",
      write: ({ envelopes }) =>
        Effect.suspend(() => {
          const failure = now < 15 ? undefined : answer(now, random)
          if (failure === undefined) {
            book = fold(book, envelopes.map(({ text }): Change | Control => JSON.parse(text)))
            return Effect.void
          }
          const rejected = failure === "refuse" ? envelopes.map((_, index) => index) : []
          return Effect.fail(new SinkError({ rest: failure === "refuse" ? "retry" : failure, rejected, cause: "down" }))
        }),
    }
    const turns = feed()
    const source: Source = {
      name: "feed",
      events: Stream.fromIterable(turns).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sleep(Duration.millis(step))),
        Stream.flatMap((turn) => Stream.fromIterable(turn).pipe(Stream.rechunk(turn.length))),
      ),
    }
    const sinkRoute = route<Change>({ name: "hook", emit: changes(), sink: Effect.succeed(sink), lane })
    const going = yield* Effect.forkChild(run(source, [sinkRoute], { state: { run: "R" } }))
    let live = 0
    let looks = 0
    for (; now < seconds - 1; now += 0.1) {
      yield* TestClock.adjust(100)
      if (now < 15) continue
      looks += 1
      for (const game of book.games.values()) {
        for (const line of game.lines.values()) if (isLive(book, game, line)) live += 1
      }
    }
    yield* Fiber.interrupt(going)
    return live / looks / (games * linesOfGame)
  }).pipe(Random.withSeed(1), Effect.orDie)

const receivers: Record<string, Parameters<typeof shareOf>> = {
  "is down for 3 s of every 20 s, with a max_age of 2 s": [
    (second) => second % 20 < 3 ? "retry" : undefined,
    {
      overflow: coalesce(),
      maxAge: Duration.seconds(2),
      retry: { base: Duration.millis(200), cap: Duration.seconds(1) },
      breaker: { failures: Infinity },
    },
  ],
  "refuses one batch in 50": [(_, random) => random() < 0.02 ? "refuse" : undefined, { overflow: coalesce() }],
  "loses one batch in 20": [(_, random) => random() < 0.05 ? "degrade" : undefined, {}],
}

describe("the lines that a reader can rely on", () => {
  for (const [how, [answer, lane]] of Object.entries(receivers)) {
    it.effect(`are nearly all, after a receiver that ${how}`, () =>
      Effect.gen(function* () {
        const share = yield* shareOf(answer, lane)
        if (process.env["BELIEF_SECONDS"] !== undefined) console.log(`${how}: ${(share * 100).toFixed(1)} % live`)
        expect(share).toBeGreaterThan(0.9)
      }), { timeout: 120_000 })
  }
})
