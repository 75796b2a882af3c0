import { type ConfigErrors, loadPipeline, makePipeline } from "@boltodds/config"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { makeWorld } from "./fixtures/registry.ts"

const document = {
  version: 1,
  source: { feed: { sports: ["NBA", "${LEAGUE:-MLB}"] } },
  sinks: { screen: { stdout: {}, emit: "changes", where: 'sport == "NBA" && odds >= 150', lane: undefined } },
}
const options = () => ({ file: "flags.json", registry: makeWorld().registry, env: {} })
const mistakesIn = (value: unknown): Promise<ConfigErrors> =>
  Effect.runPromise(Effect.flip(makePipeline(value, options())))

describe("a document that is a value", () => {
  it("is what its text would be", async () => {
    const made = await Effect.runPromise(makePipeline(document, options()))
    const loaded = await Effect.runPromise(loadPipeline(JSON.stringify(document), options()))
    expect(made.resolved).toEqual(loaded.resolved)
    expect(made.sinks).toEqual(loaded.sinks)
  })

  it("has its mistakes reported with their places in its JSON", async () => {
    const { problems } = await mistakesIn({
      ...document,
      sinks: { screen: { stdout: {}, emit: "chnages", where: 'sprot == "NBA"' } },
    })
    expect(problems.map(({ path, line, remedy }) => [path.join("."), line, remedy])).toEqual([
      ["sinks.screen.emit", 14, "did you mean `changes`?"],
      ["sinks.screen.where", 15, "did you mean `sport`?"],
    ])
  })

  it("may be nothing that a configuration is", async () => {
    for (const value of [null, 7, "text", [], {}]) expect((await mistakesIn(value)).problems.length).toBeGreaterThan(0)
  })
})
