/** Feed events, sources and sinks for these tests. */
import { type FeedEvent, makeFrame, type Source } from "@boltodds/protocol"
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

export const start = Date.UTC(2026, 6, 16, 18)
export const session = "main"

/** One outcome on the wire. */
export const outcome = (odds: unknown, fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  odds,
  link: "",
  outcome_name: "Moneyline",
  outcome_line: null,
  outcome_over_under: null,
  outcome_target: "Boston Red Sox",
  ...fields,
})

export const game = "Boston Red Sox vs New York Yankees, 2026-07-16, 1e1f1b8dc2ec"

/** One message on the wire. */
export const message = (
  action: string,
  outcomes: Record<string, unknown>,
  fields: Record<string, unknown> = {},
): Record<string, unknown> => ({
  timestamp: "2026-07-16T18:00:00.123456+00:00",
  action,
  data: {
    sport: "MLB",
    sportsbook: "draftkings",
    game,
    home_team: "Boston Red Sox",
    away_team: "New York Yankees",
    info: { id: 7, when: "2026-07-16, 07:10 PM", universal_id: "1e1f1b8dc2ec" },
    outcomes,
    ...fields,
  },
})

export const connected = (epoch = 1, at = start): ReadonlyArray<FeedEvent> => [
  { _tag: "Connected", session, epoch, at, plan: "Pro" },
  { _tag: "Subscribed", session, epoch, at, filters: {} },
]
export const frame = (value: unknown, at = start, epoch = 1): FeedEvent =>
  makeFrame(session, epoch, at, typeof value === "string" ? value : JSON.stringify(value))
export const tick = (at: number, epoch = 1): FeedEvent => ({ _tag: "Tick", session, epoch, at, wall: at })
export const disconnected = (at: number, epoch = 1): FeedEvent => ({
  _tag: "Disconnected",
  session,
  epoch,
  at,
  reason: { kind: "network" },
})

/** A source of these turns. `pulled` counts the turns that were asked for and given. */
export const sourceOf = (turns: ReadonlyArray<ReadonlyArray<FeedEvent>>) => {
  const seen = { pulled: 0 }
  const source: Source = {
    name: "test",
    events: Stream.fromArrays(...turns).pipe(Stream.mapArray((turn) => (seen.pulled += 1, turn))),
  }
  return { source, seen }
}

/** A source that gives these turns, then waits for ever. */
export const openSourceOf = (turns: ReadonlyArray<ReadonlyArray<FeedEvent>>) => {
  const { source, seen } = sourceOf(turns)
  return { source: { ...source, events: Stream.concat(source.events, Stream.never) }, seen }
}

/** A sink that keeps the lines it gets. */
export const collector = () => {
  const lines: Array<string> = []
  const batches: Array<Batch<unknown>> = []
  const sink: Sink<unknown> = {
    guarantee: "at-most-once",
    write: (batch) =>
      Effect.sync(() => {
        batches.push(batch)
        for (const envelope of batch.envelopes) lines.push(envelope.text)
      }),
  }
  return { lines, batches, sink: Effect.succeed(sink), values: () => lines.map((line) => JSON.parse(line)) }
}

/** A sink that fails its n-th write in this way, and delivers all others. */
export const failing = (nth: number, rest: SinkError["rest"]) => {
  const good = collector()
  let writes = 0
  const sink = Effect.map(good.sink, (sink): Sink<unknown> => ({
    guarantee: "at-most-once",
    write: (batch) =>
      ++writes === nth ? Effect.fail(new SinkError({ rest, cause: new Error("boom") })) : sink.write(batch),
  }))
  return { ...good, sink }
}
