import {
  DeliveryError,
  loadPipeline,
  type PlainPlugin,
  type PlainSinkPlugin,
  type PlainSourcePlugin,
  pluginFrom,
} from "@boltodds/config"
import { run } from "@boltodds/pipeline"
import type { Change, StreamRecord } from "@boltodds/protocol"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as v from "valibot"
import { z } from "zod"
import { load, pipelineOf, problemsOf } from "./fixtures/load.ts"
import { makeWorld } from "./fixtures/registry.ts"

/** A sink whose options a schema reads; it keeps what it was made with. */
const radio = (config: PlainSinkPlugin["config"], more: Partial<PlainSinkPlugin> = {}) => {
  const made: Array<unknown> = []
  const plugin: PlainSinkPlugin = {
    kind: "sink",
    name: "radio",
    config,
    make: (options) => {
      made.push(options)
      return { write: () => {} }
    },
    ...more,
  }
  return { plugin, made }
}

const text = (options: string): string =>
  `version: 1\nsource: demo\nplugins: [./radio.ts]\nsinks: { a: { radio: ${options} } }\n`

const problems = async (plugin: PlainPlugin, options: string): Promise<ReadonlyArray<string>> =>
  (await problemsOf(text(options), { modules: { "./radio.ts": { default: plugin } } })).map((problem) =>
    `${problem.line}:${problem.column} ${problem.message} → ${problem.remedy}`
  )

const libraries = {
  zod: {
    schema: z.object({
      station: z.string(),
      power: z.number().max(100).default(5),
      place: z.object({ x: z.number() }).optional(),
    }),
    strange: "4:31 Cannot use `power`: Invalid input: expected number, received string → change it as the message says",
  },
  valibot: {
    schema: v.object({
      station: v.string(),
      power: v.optional(v.pipe(v.number(), v.maxValue(100)), 5),
      place: v.optional(v.object({ x: v.number() })),
    }),
    strange:
      '4:31 Cannot use `power`: Invalid type: Expected number but received "much" → change it as the message says',
  },
}

describe.each(Object.entries(libraries))("options that a schema of %s reads", (_, { schema, strange }) => {
  it("come to what the schema makes of them, defaults included", async () => {
    const { plugin, made } = radio(schema)
    const pipeline = await pipelineOf(text("{ station: KEXP }"), { modules: { "./radio.ts": { default: plugin } } })
    const { routes } = pipeline.open({ run: "01J00000000000000000000000", log: () => {} })
    const source = { name: "nothing", events: makeWorld().registry.sources[1]!.make({}, undefined as never) }
    const opened = await Effect.runPromise(Effect.scoped(source.events))
    await Effect.runPromise(run(opened.source, routes, { state: { run: "01J00000000000000000000000" } }))
    expect(made).toEqual([{ station: "KEXP", power: 5 }])
  })

  it("are reported at their place, all of them, in the words of the schema", async () => {
    const { plugin } = radio(schema)
    const [first, ...rest] = await problems(plugin, "{ power: much }")
    expect([first, ...rest].some((problem) => problem?.includes("station"))).toBe(true)
    expect([first, ...rest]).toContain(strange)
  })

  it("have no key that the schema would ignore, at any depth", async () => {
    const { plugin } = radio(schema)
    expect(await problems(plugin, "{ station: KEXP, pwer: 3, place: { x: 1, why: 2 } }")).toEqual([
      "4:39 Cannot use `pwer`: sink type `radio` has no such option → did you mean `power`?",
      "4:63 Cannot use `why`: `place` of sink type `radio` has no such option → its options: x",
    ])
  })

  it("may come from variables, also where no text is wanted", async () => {
    const { plugin } = radio(schema)
    const outside = { env: { POWER: "7" }, modules: { "./radio.ts": { default: plugin } } }
    const pipeline = await pipelineOf(text('{ station: KEXP, power: "${POWER}" }'), outside)
    expect(pipeline.sinks.map(({ type }) => type)).toEqual(["radio"])
  })
})

describe("a plug-in without Effect", () => {
  it("takes a key that its schema renames for one that it knows", async () => {
    const renaming = z.object({ url: z.string().default("x") }).transform(({ url }) => ({ address: url }))
    expect(
      (await Effect.runPromise(load(text("{ url: x }"), {
        modules: { "./radio.ts": { default: radio(renaming).plugin } },
      }))).sinks,
    ).toHaveLength(1)
  })

  it("without `config` has no options", async () => {
    expect(await problems(radio(undefined).plugin, "{ loud: true }")).toEqual([
      "4:24 Cannot use `loud`: sink type `radio` has no options → remove it",
    ])
  })

  it("has secrets that a configuration names, and nothing shows", async () => {
    const { plugin, made } = radio(z.object({ token: z.string().min(9) }), { secrets: ["token"] })
    const outside = { env: { TOKEN: "hush-hush-1" }, modules: { "./radio.ts": { default: plugin } } }
    const pipeline = await pipelineOf(text("{ token: { env: TOKEN } }"), outside)
    expect(JSON.stringify(pipeline.resolved)).not.toContain("hush")
    const { routes } = pipeline.open({ run: "01J00000000000000000000000", log: () => {} })
    const opened = await Effect.runPromise(Effect.scoped(makeWorld().registry.sources[1]!.make({}, undefined as never)))
    await Effect.runPromise(run(opened.source, routes, { state: { run: "01J00000000000000000000000" } }))
    expect(made).toEqual([{ token: "hush-hush-1" }])
    const short = await problemsOf(text('{ token: "hush" }'), { modules: { "./radio.ts": { default: plugin } } })
    expect(JSON.stringify(short)).not.toContain("hush")
  })
})

const opening =
  `{"action":"initial_state","data":{"sport":"MLB","sportsbook":"betmgm","game":"A vs B","outcomes":{"A":{"odds":"-110"},"B":{"odds":"+100"}}}}`

/** Runs a source into a sink, both without Effect. */
const runThrough = (source: PlainSourcePlugin, sink: PlainSinkPlugin) =>
  Effect.scoped(Effect.gen(function* () {
    const registry = {
      sources: [pluginFrom(source)],
      processors: [],
      sinks: [pluginFrom(sink)],
    } as unknown as Parameters<typeof loadPipeline>[1]["registry"]
    const document =
      `{ "version": 1, "source": "${source.name}", "sinks": { "a": { "${sink.name}": {}, "emit": "changes" } } }`
    const pipeline = yield* loadPipeline(document, { file: "pipeline.json", registry })
    const open = pipeline.open({ run: "01J00000000000000000000000", log: () => {} })
    const opened = yield* open.source
    return yield* run(opened.source, open.routes, { state: { run: "01J00000000000000000000000" } })
  }))

describe("a source and a sink without Effect", () => {
  const taken: Array<StreamRecord> = []
  const closed: Array<string> = []
  const sink: PlainSinkPlugin = {
    kind: "sink",
    name: "list",
    make: () => ({
      write: ({ envelopes }) => void taken.push(...envelopes.map(({ value }) => value as Change)),
      close: () => void closed.push("sink"),
    }),
  }

  it.live("frames become changes; both are closed at the end", () =>
    Effect.gen(function* () {
      let signal: AbortSignal | undefined
      const source: PlainSourcePlugin = {
        kind: "source",
        name: "frames",
        make: async function* (_, context) {
          signal = context.signal
          try {
            yield opening
          } finally {
            closed.push("source")
          }
        },
      }
      const report = yield* runThrough(source, sink)
      expect(report.reason).toBe("source ended")
      expect(taken.flatMap((record) => "change" in record ? [record.change] : [])).toEqual([
        "game_opened",
        "line_opened",
        "line_opened",
      ])
      expect(closed).toEqual(["source", "sink"])
      expect(signal?.aborted).toBe(true)
    }))

  it.live("a source that throws fails the run with its error", () =>
    Effect.gen(function* () {
      const source: PlainSourcePlugin = {
        kind: "source",
        name: "broken",
        make: async function* () {
          yield opening
          throw new Error("the cable is cut")
        },
      }
      const error = yield* Effect.flip(runThrough(source, sink))
      expect(error).toEqual(new Error("the cable is cut"))
    }))

  it.live("a sink that says what it delivered gets only the rest again", () =>
    Effect.gen(function* () {
      const attempts: Array<ReadonlyArray<string>> = []
      const source: PlainSourcePlugin = {
        kind: "source",
        name: "frames",
        make: async function* () {
          yield opening
        },
      }
      yield* runThrough(source, {
        kind: "sink",
        name: "picky",
        make: () => ({
          write: ({ envelopes }) => {
            if (envelopes.length < 2) return
            attempts.push(envelopes.map(({ value }) => Object.values(value as object).includes("A") ? "A" : "other"))
            if (attempts.length === 1) throw new DeliveryError("busy", { delivered: 1, retryAfterMillis: 1 })
          },
        }),
      })
      expect(attempts[0]!.length).toBeGreaterThan(2)
      expect(attempts[1]).toEqual(attempts[0]!.slice(1))
    }))
})
