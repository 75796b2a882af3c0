/** Frames of the feed: through a session, the reducer and the encoding of each emit, and the recording played again. */
import {
  keyOf,
  KeyRefused,
  Limiter,
  type Link,
  LinkClosed,
  makeLimiter,
  makeSession,
  type Transport,
} from "@boltodds/connection"
import { changes, type Emit, messages, openReplay, quotes, raw, route, run } from "@boltodds/pipeline"
import { type Change, type Control, emptyBook, type FeedEvent, fold, type Source } from "@boltodds/protocol"
import { World } from "@boltodds/simulator"
import type { Sink } from "@boltodds/sink"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import type { Target } from "./fuzz.ts"
import { mutatedBytes, mutations } from "./mutations.ts"

type RawFrame = string | Uint8Array

const now = Date.parse("2026-07-16T18:00:00Z")
const world = new World({
  games: 4,
  players: 1,
  sportsbooks: ["draftkings", "fanduel"],
  weights: { remove: 4_000, replace: 1_000, sport_clear: 1_000, book_clear: 1_000, suspend: 9_000 },
})

/** Frames of the real feed's shapes: what an earlier version recorded. */
const recorded = gunzipSync(readFileSync(new URL("../fixtures/upgrade/recording.ndjson.gz", import.meta.url)))
  .toString()
  .split("\n").flatMap((line) =>
    line.startsWith('{"event":"Frame"') ? [JSON.parse(JSON.parse(line).text) as unknown] : []
  )

const others: ReadonlyArray<unknown> = [
  { action: "socket_connected", plan: "Pro" },
  { action: "subscription_updated", status: "ok", filters: { sports: ["MLB"] } },
  { action: "ping" },
  { action: "error", message: "Invalid API key" },
  { error: { message: "limit reached" } },
  { action: "from_the_future", data: { sportsbook: "draftkings", game: "x" } },
]

/** A snapshot, then what happens, in frames of one message and of several. */
const bases: ReadonlyArray<unknown> = [
  ...world.initial(now).slice(0, 6),
  ...Array.from({ length: 120 }, (_, index) => {
    const told = world.step(now + index * 100).slice(0, 4)
    return told.length === 1 && index % 2 === 0 ? told[0] : told
  }),
  ...recorded,
  ...others,
]

/** Some are written over several lines. */
const written = (value: unknown, isPretty: boolean): string => JSON.stringify(value, undefined, isPretty ? 2 : 0) ?? ""

const whole = fc.tuple(fc.constantFrom(...bases), fc.boolean()).map(([base, isPretty]): RawFrame =>
  written(base, isPretty)
)
const mutated = fc.tuple(fc.constantFrom(...bases), mutations, fc.boolean(), fc.boolean()).map(
  ([value, how, isPretty, isBinary]): RawFrame => {
    const bytes = mutatedBytes({ value }, how, (changed) => written(changed, isPretty))
    return isBinary ? bytes : Buffer.from(bytes).toString("utf8")
  },
)

/** A connection that brings these frames, two in a turn, and is closed. */
const transportOf = (frames: ReadonlyArray<RawFrame>): Transport => ({
  name: "fuzz",
  canPause: true,
  seesStatus: true,
  dial: () =>
    Effect.sync((): Link => {
      let next = 0
      return {
        pull: Effect.suspend(() => {
          if (next >= frames.length) return Effect.fail(new LinkClosed("closed", 1000))
          next += 2
          return Effect.succeed({ frames: frames.slice(next - 2, next), pong: undefined })
        }),
        send: () => Effect.void,
        ping: () => {},
        receivedBytes: () => 0,
      }
    }),
})

const emits: Readonly<Record<string, () => Emit<unknown>>> = { changes, quotes, messages, raw }
const state = { run: "01K0000000000000000000000A" }

/** What each emit sends of a source, line by line. */
const linesOf = async <E>(source: Source<E>, options: Parameters<typeof run>[2]) => {
  const lines: Record<string, Array<string>> = {}
  const routes = Object.entries(emits).map(([name, emit]) => {
    const told: Array<string> = lines[name] = []
    const sink: Sink<unknown> = {
      guarantee: "at-most-once",
      write: ({ envelopes }) => Effect.sync(() => envelopes.forEach(({ text }) => told.push(text))),
    }
    return route({ name, emit: emit(), sink: Effect.succeed(sink) })
  })
  const exit = await Effect.runPromiseExit(
    run(source, routes, options).pipe(Effect.provideService(Limiter, makeLimiter())),
  )
  return { lines, exit }
}

const isEnd = (event: FeedEvent): boolean => event._tag === "Disconnected"

const read = async (frames: ReadonlyArray<RawFrame>): Promise<void> => {
  const session = await Effect.runPromise(makeSession({
    key: keyOf("sk-fuzz-1234567890"),
    transport: transportOf(['{"action":"socket_connected","plan":"Pro"}', ...frames]),
    url: "ws://127.0.0.1:1/api",
    onWarning: false,
  }))
  const source = { name: "feed", events: Stream.takeUntil(session.events, isEnd) }
  const { lines, exit } = await linesOf(source, { state })
  if (Exit.isFailure(exit)) {
    const error = Cause.squash(exit.cause)
    if (!(error instanceof KeyRefused)) throw error
  }
  for (const [name, told] of Object.entries(lines)) {
    if (told.length === 0 && name !== "messages" && name !== "quotes") throw new Error(`${name} is empty`)
    for (const line of told) {
      if (/[\r\n]/.test(line)) throw new Error(`a record of ${name} has more than one line: ${JSON.stringify(line)}`)
      JSON.parse(line)
    }
  }
  fold(emptyBook, lines["changes"]!.map((line) => JSON.parse(line) as Change | Control))
  await compareReplay(lines)
}

/** The recording, played again, gives the same records. */
const compareReplay = async (live: Readonly<Record<string, ReadonlyArray<string>>>): Promise<void> => {
  const recording = live["raw"]!
  const { source, options } = await Effect.runPromise(openReplay(asyncOf(recording)))
  const again = await linesOf(source, { state: { ...state, ...options } })
  if (Exit.isFailure(again.exit)) throw Cause.squash(again.exit.cause)
  for (const name of ["changes", "quotes", "messages"]) {
    const [first, second] = [live[name]!, again.lines[name]!].map((lines) => lines.filter(isNotLast)) as [
      string[],
      string[],
    ]
    const index = Math.max(first.length, second.length)
    for (let at = 0; at < index; at++) {
      if (first[at] !== second[at]) throw new Error(`${name} differ in a replay: ${first[at]} and then ${second[at]}`)
    }
  }
}

/** The end of a run has the time at which it ended. */
const isNotLast = (line: string): boolean => !/stream_stopped/.test(line)

async function* asyncOf(lines: ReadonlyArray<string>): AsyncGenerator<string> {
  yield* lines
}

const show = (input: ReadonlyArray<RawFrame>): string =>
  input.map((frame) =>
    typeof frame === "string" ? JSON.stringify(frame) : `base64 ${Buffer.from(frame).toString("base64")}`
  )
    .join("\n")

/** Frames of a connection, some of them mutated. */
export const frames: Target<ReadonlyArray<RawFrame>> = {
  name: "frames",
  inputs: fc.array(fc.oneof({ weight: 1, arbitrary: whole }, { weight: 2, arbitrary: mutated }), {
    minLength: 1,
    maxLength: 8,
  }),
  read,
  show,
  inputsPerSeed: 150,
  regressions: {},
}
