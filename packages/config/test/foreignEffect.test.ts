import { loadPipeline } from "@boltodds/config"
import { sinkFromPromise } from "@boltodds/sink"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaParser from "effect/SchemaParser"
import { makeWorld } from "./fixtures/registry.ts"

/** A schema that is not of this copy of Effect: its syntax tree is of classes that nobody here knows. */
const foreignSchema = <A>(schema: Schema.Codec<A, unknown>): Schema.Codec<A, unknown> =>
  Object.create(schema, { ast: { value: Object.assign(Object.create(null), schema.ast) } })

const options = Schema.Struct({ volume: Schema.optionalKey(Schema.Int) })

const horn = {
  kind: "sink",
  name: "horn",
  config: foreignSchema(options),
  make: () => Effect.succeed(sinkFromPromise({ write: async () => {} })),
}

const load = (
  importBeside: (wanted: string, specifier: string) => Promise<unknown>,
  sink = "{ horn: { volume: 3 } }",
) =>
  loadPipeline(`{ "version": 1, "plugins": ["./horn.js"], "source": "demo", "sinks": { "a": ${sink} } }`, {
    file: "pipeline.json",
    registry: makeWorld().registry,
    host: { importModule: async () => ({ horn }), importBeside },
  })

describe("a plug-in with a copy of Effect of its own", () => {
  it.effect("has its options decoded by that copy, which knows what its own schemas mean", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = []
      const own = {
        // Their own schema, in their own words.
        decodeUnknownEffect: () => (value: unknown) => {
          asked.push(value)
          return SchemaParser.decodeUnknownEffect(options)(value, { errors: "all", onExcessProperty: "error" })
        },
      }
      const pipeline = yield* load(async (wanted, specifier) => {
        asked.push([wanted, specifier])
        return own
      })
      expect(pipeline.sinks.map(({ type }) => type)).toEqual(["horn"])
      expect(asked).toEqual([["effect/SchemaParser", "./horn.js"], { volume: 3 }])
      const { problems } = yield* Effect.flip(load(async () => own, "{ horn: { volum: 3 } }"))
      expect(problems.map(({ remedy }) => remedy)).toEqual(["did you mean `volume`?"])
    }))

  it.effect("is refused where nobody can reach that copy, rather than misread", () =>
    Effect.gen(function* () {
      const unreachable = [
        () => Promise.reject(new Error("Cannot find module 'effect/SchemaParser'")),
        () => Promise.resolve({}),
      ]
      for (const importBeside of unreachable) {
        const { problems } = yield* Effect.flip(load(importBeside))
        expect(problems.map(({ message, remedy }) => `${message} → ${remedy}`)).toEqual([
          "Cannot use the plug-in ./horn.js: it holds a copy of Effect that only itself can reach, and so its options " +
          "cannot be read → leave `effect` out of its bundle, and install it beside the module",
        ])
      }
    }))
})
