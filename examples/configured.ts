/** A pipeline from a configuration file, in a program of your own: `node configured.ts pipeline.yaml`. */
import { loadPipeline } from "@boltodds/config"
import { makeRegistry } from "@boltodds/parts"
import { run } from "@boltodds/pipeline"
import { ulid } from "@boltodds/protocol"
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"

const [file = "pipeline.yaml"] = process.argv.slice(2)
const registry = await makeRegistry()
const program = Effect.gen(function* () {
  const pipeline = yield* loadPipeline(readFileSync(file, "utf8"), { file, registry, env: process.env })
  const state = { run: ulid() }
  const { source, routes } = pipeline.open({ ...state, log: (level, message) => console.error(level, message) })
  const opened = yield* source
  return yield* run(opened.source, routes, { count: pipeline.run.count, state: { ...state, ...opened.state } })
})
await Effect.runPromise(Effect.scoped(program))
