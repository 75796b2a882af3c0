/** A source of a configuration, from its text to the records of a sink. The recipe for a source copies this test. */
import { loadPipeline } from "@boltodds/config"
import { run } from "@boltodds/pipeline"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"
import { makeRegistry } from "../src/registry.ts"

/** Runs a pipeline with this source until the source ends. Returns the records of its sink. */
const recordsOf = async (source: string): Promise<ReadonlyArray<{ readonly [field: string]: unknown }>> => {
  const folder = mkdtempSync(join(tmpdir(), "boltodds-source-"))
  const text = `version: 1\nsource: { ${source} }\nsinks: { out: { file: { path: out.ndjson } } }\n`
  const registry = await makeRegistry()
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const pipeline = yield* loadPipeline(text, { file: join(folder, "pipeline.yaml"), registry, env: {} })
    const state = { run: "01K0000000000000000000000A" }
    const { source, routes } = pipeline.open({ ...state, log: () => {} })
    const opened = yield* source
    yield* run(opened.source, routes, { state: { ...state, ...opened.state } })
  })))
  return readFileSync(join(folder, "out.ndjson"), "utf8").trim().split("\n").map((line) => JSON.parse(line))
}

it("replays a recording from its first event to its last", async () => {
  const file = fileURLToPath(new URL("../../../examples/pipelines/recordings/evening.ndjson.gz", import.meta.url))
  const records = await recordsOf(`replay: { file: ${JSON.stringify(file)} }`)
  expect(records[0]).toMatchObject({ control: "stream_started", seq: 1 })
  expect(records.filter(({ change }) => change === "line_moved")).toHaveLength(495)
  expect(records.at(-1)).toMatchObject({ control: "stream_stopped", reason: "source ended" })
})
