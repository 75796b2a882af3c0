import { loadPipeline } from "@boltodds/config"
import { makeRegistry } from "@boltodds/parts"
import { emitLaws, type EmitReader, route, run } from "@boltodds/pipeline"
import { type FeedEvent, makeFrame, type Source } from "@boltodds/protocol"
import type { Batch, Envelope, Sink } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { type Suspension, suspensions } from "./plugins/suspensions-emit.ts"
import tickerPlugin, { type Price, ticker } from "./plugins/ticker-emit.ts"

const start = Date.UTC(2026, 6, 16, 18)
const session = "main"
const line = (odds: string, target: string) => ({
  odds,
  link: "",
  outcome_name: "Moneyline",
  outcome_line: null,
  outcome_over_under: null,
  outcome_target: target,
})
const message = (action: string, outcomes: object) =>
  JSON.stringify({
    timestamp: "2026-07-16T18:00:00.123456+00:00",
    action,
    data: {
      sport: "MLB",
      sportsbook: "fanduel",
      game: "A vs B, 2026-07-16, 1",
      home_team: "A",
      away_team: "B",
      outcomes,
    },
  })

/** A game with two lines, a price every 400 ms, a gap, and the same again. */
const life: ReadonlyArray<FeedEvent> = [1, 2].flatMap((epoch): ReadonlyArray<FeedEvent> => {
  const from = start + epoch * 60_000
  const initial = message("initial_state", { "A Moneyline": line("-110", "A"), "B Moneyline": line("+100", "B") })
  const moves = Array.from({ length: 40 }, (_, nth) => {
    const odds = nth % 9 === 8 ? "" : String(101 + nth)
    const update = message("line_update", { "A Moneyline": line(odds, "A") })
    return makeFrame(session, epoch, from + 100 + nth * 400, update)
  })
  return [
    { _tag: "Connected", session, epoch, at: from, plan: "Pro" },
    { _tag: "Subscribed", session, epoch, at: from, filters: {} },
    makeFrame(session, epoch, from + 50, initial),
    ...moves,
    { _tag: "Tick", session, epoch, at: from + 20_000, wall: from + 20_000 },
    { _tag: "Disconnected", session, epoch, at: from + 21_000, reason: { kind: "network" } },
  ]
})

/** The newest price of each line since the stream started, and whether it is verified. */
const reader = (): EmitReader<Price> => {
  const prices = new Map<string, { readonly odds: number | null; readonly isVerified: boolean }>()
  return {
    take: (envelopes) => {
      for (const { _tag, text } of envelopes) {
        const value = JSON.parse(text)
        if (_tag === "Record") prices.set(value.key, { odds: value.odds, isVerified: value.unverified !== true })
        else if (value.control === "stream_started") prices.clear()
        else if (value.control === "gap_opened" || value.control === "game_verified") {
          for (const [key, { odds }] of prices) prices.set(key, { odds, isVerified: value.control === "game_verified" })
        }
      }
    },
    belief: () => [...prices].sort(),
    live: () =>
      [...prices].flatMap(([key, { odds, isVerified }]) => odds !== null && isVerified ? [`${key} ${odds}`] : []),
  }
}

describe("the suspensions of the examples", () => {
  it.each(emitLaws)("$name", (law) => law.run({ emit: suspensions(), lives: [life] }))

  it("say how long a line was suspended, and nothing about one that a gap cut off", async () => {
    const received: Array<Envelope<Suspension>> = []
    const sink: Sink<Suspension> = {
      guarantee: "at-most-once",
      write: ({ envelopes }: Batch<Suspension>) => Effect.sync(() => void received.push(...envelopes)),
    }
    const cut = life.filter(({ at }) => at < start + 60_000 + 3_500 || at > start + 60_000 + 20_000)
    const source: Source = { name: "life", events: Stream.fromArrays(cut as [FeedEvent, ...Array<FeedEvent>]) }
    await Effect.runPromise(
      run(source, [route({ name: "screen", emit: suspensions(), sink: Effect.succeed(sink) })], {
        state: { run: "01J00000000000000000000000" },
      }),
    )
    const rows = received.flatMap(({ _tag, value }) => _tag === "Record" ? [value as Suspension] : [])
    // The first life ends while the line is suspended; in the second it is suspended four times for 400 ms.
    expect(rows.map(({ outcome, millis }) => [outcome, millis])).toEqual([1, 2, 3, 4].map(() => ["A Moneyline", 400]))
    expect(received.some(({ value }) => "control" in (value as object))).toBe(true)
  })
})

describe("the ticker of the examples", () => {
  it.each(emitLaws)("$name", (law) => law.run({ emit: ticker(1_000), lives: [life], reader }))

  it("is an emit of a configuration, with its options, its fields and a lane that coalesces", async () => {
    const registry = await makeRegistry()
    const load = (sink: string) =>
      Effect.runPromise(Effect.result(loadPipeline(
        `version: 1\nsource: simulator\nsinks: { screen: { stdout: {}, ${sink} } }\n`,
        { file: "pipeline.yaml", registry: { ...registry, emits: [...registry.emits ?? [], tickerPlugin] }, env: {} },
      )))
    const good = await load("emit: { ticker: { every: 5s } }, where: odds > 105, lane: { overflow: coalesce }")
    if (good._tag === "Failure") throw new Error(JSON.stringify(good.failure))
    const received: Array<Envelope<unknown>> = []
    const sink: Sink<unknown> = {
      guarantee: "at-most-once",
      write: ({ envelopes }: Batch<unknown>) => Effect.sync(() => void received.push(...envelopes)),
    }
    const { routes } = good.success.open({
      run: "01J00000000000000000000000",
      log: () => {},
      sinkFor: () => Effect.succeed(sink),
    })
    const source: Source = { name: "life", events: Stream.fromArrays(life as [FeedEvent, ...Array<FeedEvent>]) }
    await Effect.runPromise(run(source, routes, { state: { run: "01J00000000000000000000000" } }))
    const prices = received.flatMap(({ _tag, value, at }) => _tag === "Record" ? [{ ...value as Price, at }] : [])
    expect(prices.length).toBeGreaterThan(3)
    expect(prices.every(({ odds }) => odds !== null && odds > 105)).toBe(true)

    const problems = async (sink: string) => {
      const result = await load(sink)
      return result._tag === "Success"
        ? []
        : result.failure.problems.map(({ message, remedy }) => `${message} → ${remedy}`)
    }
    expect(await problems("emit: tikcer")).toEqual(["Unknown emit `tikcer` → did you mean `ticker`?"])
    expect((await problems("emit: { ticker: { evry: 5s } }"))[0]).toContain("did you mean `every`?")
    expect((await problems("emit: ticker, where: price > 1"))[0]).toContain("a record of `ticker` has no field `price`")
    expect((await problems("emit: ticker, lane: { parallel: 2 }"))[0]).toContain("Cannot deliver `ticker` in parallel")
  })
})
