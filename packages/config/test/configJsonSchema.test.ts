import { configJsonSchema, leasePlugin } from "@boltodds/config"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { readdir, readFile } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { parse } from "yaml"
import { pipelineOf } from "./fixtures/load.ts"
import { makeWorld } from "./fixtures/registry.ts"

const schema = configJsonSchema(makeWorld().registry)
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)
const accepts = (text: string): boolean => validate(parse(text))

const withSinks = (sinks: string): string => `version: 1\nsource: demo\nsinks: ${sinks}`

const good = [
  withSinks("{ a: stdout }"),
  withSinks("{ a: { stdout: } }"),
  withSinks(
    "{ a: { stdout: {}, emit: changes, where: 'odds > 1', control: false, required: false, fallback: b }, b: stdout }",
  ),
  withSinks("{ a: { webhook: { url: u, secret: { env: A } } } }"),
  withSinks("{ a: { webhook: { url: u, secret: [{ file: a }, plain], port: '${PORT}', timeout: 15s } } }"),
  withSinks(
    "{ a: { stdout: {}, emit: '${EMIT}', lane: { overflow: block, block_timeout: '${P}', max_bytes: 16MiB } } }",
  ),
  withSinks("{ a: { stdout: {}, lane: { store: { outbox: { path: x } }, retry: { base: 200ms, attempts: 10 } } } }"),
  withSinks(
    "{ a: { stdout: {}, emit: changes, lane: { store: memory, batch: { records: 100, bytes: 1000, linger: 1s }, parallel: 2 } } }",
  ),
  withSinks(
    "{ a: { stdout: {}, emit: changes, processors: [dedupe, { conflate: { every: 1s } }, { filter: 'late' }, { pick: [odds] }, { map: { a: odds } }, { min_move: { cents: 5 } }, { sample: { interval: 1m } }] } }",
  ),
  "version: 1\nplugins: [./a.ts]\nx-lane: &l { max_age: 1s }\nsource: { feed: { sports: [NBA] } }\nsinks: { a: { stdout: {}, lane: *l } }\nrun: { count: 5, for: 1h30m, report: true }",
]

const bad = [
  "version: 2\nsource: demo\nsinks: { a: stdout }",
  "version: 1\nsource: demo",
  "version: 1\nsource: dmeo\nsinks: { a: stdout }",
  "version: 1\nsource: { feed: {}, demo: {} }\nsinks: { a: stdout }",
  "version: 1\nsource: { feed: { sport: [NBA] } }\nsinks: { a: stdout }",
  withSinks("{}"),
  withSinks("{ a: { emit: changes } }"),
  withSinks("{ a: { stdout: {}, emti: changes } }"),
  withSinks("{ a: { stdout: {}, emit: change } }"),
  withSinks("{ a: { webhook: { url: u }, emit: raw } }"),
  withSinks("{ a: { webhook: { url: u, port: many } } }"),
  withSinks("{ a: { webhook: { url: u, secret: { envv: A } } } }"),
  withSinks("{ a: { stdout: {}, lane: { max_age: 5 } } }"),
  withSinks("{ a: { stdout: {}, lane: { max_age: 5 seconds } } }"),
  withSinks("{ a: { stdout: {}, lane: { overflow: drop } } }"),
  withSinks("{ a: { stdout: {}, processors: [{ conflate: {} }] } }"),
  withSinks("{ a: stdout }") + "\nrun: { count: 0 }",
]

describe("the JSON Schema of configurations", () => {
  it("accepts what the loader accepts", async () => {
    for (const text of good) {
      expect([text, accepts(text), validate.errors]).toEqual([text, true, null])
      const env = { PORT: "1", EMIT: "changes", P: "1s", A: "abcd" }
      const modules = {
        "./a.ts": {
          default: { kind: "processor", name: "x", config: makeWorld().registry.sources[1]!.config, make: () => 1 },
        },
      }
      await pipelineOf(text, { env, modules, files: { a: "secret" } })
    }
  })

  it("refuses what is wrong with the form", () => {
    for (const text of bad) expect([text, accepts(text)]).toEqual([text, false])
  })

  it("shows editors what things are for", () => {
    const text = JSON.stringify(schema)
    for (const words of ["The feed itself.", "Posts batches.", "Where to.", "How long a change may be held."]) {
      expect(text).toContain(words)
    }
  })

  it("accepts every configuration in the README", async () => {
    const readme = await readFile(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8")
    const blocks = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block]) => block!)
    const whole = blocks.filter((block) => block.includes("version: 1"))
    expect(whole.length).toBeGreaterThan(0)
    for (const block of whole) {
      expect([block, accepts(block), validate.errors]).toEqual([block, true, null])
      await pipelineOf(block, { env: { HOOK_SECRET: "whsec_0123", USER_HOME: "/srv/a" }, modules: {} })
    }
  })

  it("refuses no configuration among the examples for its form outside of plug-in options", async () => {
    const folder = fileURLToPath(new URL("../../../examples", import.meta.url))
    const files = (await readdir(folder, { recursive: true })).filter((file) =>
      /^(?!.*node_modules).*pipelines?.*\.ya?ml$/.test(file)
    )
    const { registry } = makeWorld()
    const lease = leasePlugin({ kind: "lease", name: "nats", config: Schema.Struct({}), make: () => Effect.never })
    const { properties } = configJsonSchema({ ...registry, leases: [lease] })
    for (const file of files) {
      const document = parse(await readFile(`${folder}/${file}`, "utf8"))
      expect([
        file,
        Object.keys(document).every((key) => key.startsWith("x-") || key in (properties as object)),
      ]).toEqual([file, true])
    }
  })
})
