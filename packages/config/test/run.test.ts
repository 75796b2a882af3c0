import { type CheckedPipeline, sinkPlugin } from "@boltodds/config"
import { run } from "@boltodds/pipeline"
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { imbalance } from "@boltodds/lane"
import { type Sink, SinkError } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { load } from "./fixtures/load.ts"
import { makeWorld, type World } from "./fixtures/registry.ts"

const start = Date.UTC(2026, 6, 16, 18)
const session = "main"

const message = (sport: string, outcomes: Record<string, unknown>, action = "line_update") => ({
  timestamp: "2026-07-16T18:00:00.123456+00:00",
  action,
  data: {
    sport,
    sportsbook: "draftkings",
    game: `A vs B, ${sport}`,
    home_team: "A",
    away_team: "B",
    info: {},
    outcomes,
  },
})

const line = (odds: unknown) => ({ "A Moneyline": { odds, outcome_name: "Moneyline", outcome_target: "A", link: "" } })

const eventsOf = (...messages: ReadonlyArray<unknown>): ReadonlyArray<FeedEvent> => [
  { _tag: "Connected", session, epoch: 1, at: start, plan: "Pro" },
  { _tag: "Subscribed", session, epoch: 1, at: start, filters: {} },
  ...messages.map((it, index) => makeFrame(session, 1, start + (index + 1) * 100, JSON.stringify(it))),
]

const prices = [
  message("NBA", line("+100"), "initial_state"),
  message("NHL", line("+500"), "initial_state"),
  message("NBA", line("+102")),
  message("NBA", line("+160")),
  message("NBA", line("")),
  message("NBA", line("+170")),
]

interface Logged {
  readonly level: string
  readonly message: string
}

const play = (pipeline: CheckedPipeline, logged: Array<Logged> = []) => {
  const open = pipeline.open({
    run: "01K0000000000000000000000A",
    log: (level, message) => logged.push({ level, message }),
  })
  return Effect.scoped(Effect.gen(function* () {
    const { source, state } = yield* open.source
    const report = yield* run(source, open.routes, { state: { run: "01K0000000000000000000000A", ...state } })
    return { report, expressions: open.expressions() }
  }))
}

const told = (world: World, sink: string) =>
  (world.lines.get(sink) ?? []).map((text) => JSON.parse(text)).filter((it) => "change" in it)

const text = (...sinks: ReadonlyArray<string>): string =>
  ["version: 1", "source: demo", "sinks:", ...sinks.map((sink) => `  ${sink}`)].join("\n")

const numbersOf = (line: string): string => /"seq":\d+,"part":\d+/.exec(line)![0]

describe("a pipeline from a configuration", () => {
  it.effect("delivers to each sink what its emit, condition and processors leave", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      world.events = eventsOf(...prices)
      const pipeline = yield* load(
        text(
          `all: { stdout: {}, emit: changes }`,
          `nba: { file: { path: x }, emit: changes, where: 'sport == "NBA" && odds >= 150' }`,
          `moves: { stdout: {}, emit: changes, processors: [{ filter: 'sport == "NBA"' }, { min_move: { cents: 5 } }] }`,
          `mapped: { stdout: {}, emit: changes, processors: [{ map: { change: change, price: 'decimal(odds)' } }] }`,
          `quotes: { stdout: {}, emit: quotes, where: 'sport == "NHL"', processors: [{ pick: [sport, odds] }] }`,
          `wire: { stdout: {}, emit: messages, control: false, where: 'sport == "NHL"' }`,
          `log: { stdout: {}, emit: raw, lane: { store: { outbox: { path: p } } } }`,
        ),
        { world },
      )
      const { report, expressions } = yield* play(pipeline)
      expect(report.routes.map(({ name, state }) => `${name} ${state}`)).toEqual(
        ["all", "nba", "moves", "mapped", "quotes", "wire", "log"].map((name) => `${name} open`),
      )
      const odds = (name: string) =>
        told(world, name).filter((it) => "outcome" in it).map((it) => `${it.change} ${it.odds}`)
      expect(odds("all")).toEqual([
        "line_opened 100",
        "line_opened 500",
        "line_moved 102",
        "line_moved 160",
        "line_suspended null",
        "line_resumed 170",
      ])
      // The suspended line is no longer known to be at 150 or more: it is taken back.
      expect(odds("nba")).toEqual(["line_moved 160", "line_closed null", "line_resumed 170"])
      expect(odds("moves")).toEqual(["line_opened 100", "line_moved 160", "line_suspended null", "line_resumed 170"])
      expect(told(world, "mapped").map((it) => [it.change, it.price]).slice(-2)).toEqual([
        ["line_suspended", null],
        ["line_resumed", 2.7],
      ])
      const quotes = world.lines.get("quotes")!.map((it) => JSON.parse(it)).filter((it) => !("control" in it))
      expect(quotes).toEqual([{ sport: "NHL", odds: null }, { sport: "NHL", odds: 500 }])
      expect(world.lines.get("wire")!.map((it) => JSON.parse(it).data.sport)).toEqual(["NHL"])
      expect(JSON.parse(world.lines.get("log")![0]!)).toHaveProperty("run", "01K0000000000000000000000A")
      expect(world.opened.find(({ plugin }) => plugin === "outbox")!.options).toEqual({ path: "p" })
      expect(world.opened.find(({ plugin }) => plugin === "file")!.context).toMatchObject({
        name: "nba",
        folder: "/etc/bolt",
      })
      const condition = expressions.find(({ sink }) => sink === "nba")!
      expect(condition).toMatchObject({ expression: 'sport == "NBA" && odds >= 150', failed: 0 })
      expect(condition.unknown).toBeGreaterThan(0)
    }))

  it.effect("can be opened again, and then begins anew", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      world.events = eventsOf(...prices)
      const pipeline = yield* load(
        text("a: { stdout: {}, emit: changes, processors: [dedupe, { conflate: { every: 1s } }] }"),
        { world },
      )
      yield* play(pipeline)
      const first = [...world.lines.get("a")!]
      world.lines.clear()
      yield* play(pipeline)
      expect(world.lines.get("a")).toEqual(first)
      expect(first.length).toBeGreaterThan(3)
    }))

  it.effect("says once what an expression fails at, and goes on", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      world.events = eventsOf(...prices)
      const logged: Array<Logged> = []
      const pipeline = yield* load(text("a: { stdout: {}, emit: messages, where: 'data.info.id == 7' }"), { world })
      const { report, expressions } = yield* play(pipeline, logged)
      expect(report.routes[0]!.state).toBe("open")
      expect(logged).toEqual([
        { level: "warn", message: "An expression of a fails for a record, and counts as not true: No such key: id" },
      ])
      expect(expressions).toEqual([{ sink: "a", expression: "data.info.id == 7", unknown: 0, failed: 6 }])
    }))

  it.effect("hands everything to the fallback once a sink is disabled, and loses nothing", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      world.events = eventsOf(...prices)
      world.broken.add("first").add("second")
      const logged: Array<Logged> = []
      const pipeline = yield* load(
        text(
          "all: { stdout: {}, emit: changes }",
          "first: { file: { path: a }, emit: changes, fallback: second }",
          "second: { file: { path: b }, fallback: third }",
          "third: { stdout: {} }",
        ),
        { world },
      )
      const { report } = yield* play(pipeline, logged)
      expect(report.routes.map(({ name, state }) => [name, state])).toEqual([["all", "open"], ["first", "open"]])
      expect(world.lines.get("third")).toEqual(world.lines.get("all"))
      expect(logged.map(({ message }) => message)).toEqual([
        "second takes over for first, which is disabled: Cannot deliver (disable): gone",
        "third takes over for second, which is disabled: Cannot deliver (disable): gone",
      ])
    }))

  it.effect("counts what a sink delivered and refused before it was disabled, and hands over the rest", () =>
    Effect.gen(function* () {
      const written: Array<string> = []
      let isFirst = true
      const partial = sinkPlugin({
        kind: "sink",
        name: "partial",
        config: Schema.Struct({}),
        make: () =>
          Effect.succeed<Sink<never>>({
            guarantee: "at-most-once",
            write: ({ envelopes }) => {
              if (!isFirst) return Effect.die(new Error("written to after its end"))
              isFirst = false
              written.push(envelopes[0]!.text)
              return Effect.fail(
                new SinkError({ rest: "disable", cause: new Error("full"), delivered: 1, rejected: [2] }),
              )
            },
          }),
      })
      const world = makeWorld()
      world.events = eventsOf(...prices)
      const pipeline = yield* load(
        `plugins: [./p.ts]\n${
          text(
            "all: { stdout: {}, emit: changes }",
            "a: { partial: {}, emit: changes, lane: { retry: { base: 0s } }, fallback: b }",
            "b: stdout",
          )
        }`,
        { world, modules: { "./p.ts": { partial } } },
      )
      const { report } = yield* play(pipeline)
      // The lane sends a resnapshot after a loss, so there is more than that.
      const { counts } = report.routes[1]!
      expect(imbalance(counts)).toBe(0)
      expect(counts).toMatchObject({ deadLettered: 1, dropped: 0, pending: 0 })
      const given = [...written, ...world.lines.get("b")!]
      expect(counts.delivered).toBe(given.length)
      // By their numbers: what is older than the loss, and handed over after it, is marked unverified.
      const wanted = world.lines.get("all")!.filter((_, index) => index !== 2).map(numbersOf)
      expect(given.map(numbersOf).filter((numbers) => wanted.includes(numbers)).slice(0, wanted.length)).toEqual(wanted)
      expect(given).not.toContain(world.lines.get("all")![2])
    }))

  it.effect("falls back from a sink that cannot be opened", () =>
    Effect.gen(function* () {
      const closed = sinkPlugin({
        kind: "sink",
        name: "closed",
        config: Schema.Struct({}),
        make: () => Effect.fail(new SinkError({ rest: "disable", cause: new Error("no such device") })),
      })
      const world = makeWorld()
      world.events = eventsOf(...prices)
      const modules = { "./c.ts": { default: closed } }
      const document = `plugins: [./c.ts]\n${text("a: { closed: {}, fallback: b }", "b: stdout")}`
      yield* play(yield* load(document, { world, modules }))
      expect(world.lines.get("b")!.length).toBeGreaterThan(5)
      const alone = yield* load(`plugins: [./c.ts]\n${text("a: { closed: {} }")}`, { world, modules })
      const error = yield* Effect.flip(play(alone))
      expect(error).toBeInstanceOf(SinkError)
    }))

  it.effect("fails with the error of a store that cannot be opened", () =>
    Effect.gen(function* () {
      const world = makeWorld()
      const broken = {
        kind: "store",
        name: "tape",
        config: Schema.Struct({}),
        make: () => Effect.fail(new Error("no tape in it")),
      }
      const pipeline = yield* load(
        `plugins: [./tape.ts]\n${text("a: { stdout: {}, lane: { store: tape } }")}`,
        { world, modules: { "./tape.ts": { broken } } },
      )
      const error = yield* Effect.flip(play(pipeline))
      expect((error as SinkError).message).toBe(
        "Cannot deliver (disable): Cannot open the store tape of a: no tape in it",
      )
    }))

  it.effect("asks each sink whether it can be reached", () =>
    Effect.gen(function* () {
      const silent = sinkPlugin({
        kind: "sink",
        name: "silent",
        config: Schema.Struct({}),
        make: () => Effect.succeed<Sink<never>>({ guarantee: "at-most-once", write: () => Effect.void }),
      })
      const world = makeWorld()
      world.broken.add("b")
      const pipeline = yield* load(
        `plugins: [./s.ts]\n${text("a: stdout", "b: { file: { path: x } }", "c: silent")}`,
        { world, modules: { "./s.ts": { silent } } },
      )
      const found = yield* pipeline.check({ run: "R", log: () => {} })
      expect(found.map(({ name, type, state }) => `${name} ${type} ${state}`)).toEqual([
        "a stdout reached",
        "b file failed",
        "c silent unknown",
      ])
      expect(found[1]!.error!.message).toBe("Cannot deliver (disable): no answer")
    }))
})
