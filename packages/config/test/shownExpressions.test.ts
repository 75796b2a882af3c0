/** What an expression with a variable in it shows of itself while it works. */
import { Predicate, processorPlugin } from "@boltodds/config"
import { filter, run } from "@boltodds/pipeline"
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { load } from "./fixtures/load.ts"
import { makeWorld } from "./fixtures/registry.ts"

const id = "01K0000000000000000000000A"
const start = Date.UTC(2026, 6, 16, 18)
const secret = "hunter2-of-a-variable"

const line = {
  timestamp: "2026-07-16T18:00:00.123456+00:00",
  action: "initial_state",
  data: {
    sport: "NBA",
    sportsbook: "draftkings",
    game: "A vs B",
    home_team: "A",
    away_team: "B",
    info: {},
    outcomes: { "A Moneyline": { odds: "+150", outcome_name: "Moneyline", outcome_target: "A", link: "" } },
  },
}

const events: ReadonlyArray<FeedEvent> = [
  { _tag: "Connected", session: "main", epoch: 1, at: start, plan: "Pro" },
  { _tag: "Subscribed", session: "main", epoch: 1, at: start, filters: {} },
  makeFrame("main", 1, start + 100, JSON.stringify(line)),
]

/** Makes an expression of its own out of the one that it is given. */
const unless = processorPlugin({
  kind: "processor",
  name: "unless",
  about: "Leaves out what meets a condition.",
  config: Predicate,
  make: (condition, { evaluate }) => {
    const holds = evaluate(`!(${condition})`)
    return () => filter<unknown>((record) => holds(record) === true)
  },
})

/** All that a pipeline says of its expressions while it runs. */
const shownBy = (sink: string, env: Readonly<Record<string, string>>) =>
  Effect.scoped(Effect.gen(function* () {
    const world = makeWorld()
    world.events = events
    const told: Array<unknown> = []
    const text = `version: 1\nplugins: [unless]\nsource: demo\nsinks:\n  a: { stdout: {}, emit: changes, ${sink} }\n`
    const pipeline = yield* load(text, { world, env, modules: { unless: { unless } } })
    const open = pipeline.open({
      run: id,
      log: (...words) => told.push(words),
      evaluations: (of) => {
        told.push(of)
        return { begin: () => {}, end: () => {} }
      },
    })
    const { source, state } = yield* open.source
    yield* run(source, open.routes, { state: { run: id, ...state } })
    return JSON.stringify([told, open.expressions()])
  }))

describe("an expression that holds a variable", () => {
  it.effect.each<readonly [string, string]>([
    ["a condition that fails", `where: '{"a": odds}[sportsbook == "" ? "a" : "\${NAME}"] > 0.0'`],
    ["a condition that is watched", `where: 'game.matches("\${NAME}")'`],
    ["a condition as a whole", "where: '${WHOLE}'"],
    ["a filter", `processors: [{ filter: 'game.matches("\${NAME}") || {"a": odds}["\${NAME}"] > 0.0' }]`],
    ["a formula", `processors: [{ map: { x: '{"a": odds}["\${NAME}" + game]' } }]`],
    ["an expression that a plug-in makes of another", `processors: [{ unless: 'game.matches("\${NAME}")' }]`],
  ])("shows the name of the variable, or nothing: %s", ([what, sink]) =>
    Effect.gen(function* () {
      const shown = yield* shownBy(sink, { NAME: secret, WHOLE: `game.matches("${secret}")` })
      expect(shown).not.toContain(secret)
      expect(shown).toContain(what.includes("plug-in") ? "***" : sink.includes("WHOLE") ? "${WHOLE}" : "${NAME}")
    }))

  it.effect("shows an expression without variables whole, and why it fails", () =>
    Effect.gen(function* () {
      const shown = yield* shownBy(
        `where: '{"a": odds}[sportsbook == "" ? "a" : "b"] > 0.0', processors: [{ unless: 'game.matches("^Z")' }]`,
        {},
      )
      expect(shown).toContain("No such key: b")
      expect(shown).toContain('!(game.matches(\\"^Z\\"))')
    }))
})
