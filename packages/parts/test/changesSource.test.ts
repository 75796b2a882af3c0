/** The source `changes`, from files as a file sink writes them. */
import { loadPipeline } from "@boltodds/config"
import { run } from "@boltodds/pipeline"
import * as Effect from "effect/Effect"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gunzipSync, zstdCompressSync } from "node:zlib"
import { expect, it } from "vitest"
import { makeRegistry } from "../src/registry.ts"

const recording = fileURLToPath(new URL("../../../examples/pipelines/recordings/evening.ndjson.gz", import.meta.url))
const folder = mkdtempSync(join(tmpdir(), "boltodds-changes-"))
const logged: Array<string> = []

/** Runs a pipeline with this source into a file. */
const runInto = async (source: string, sink: string): Promise<void> => {
  const text = `version: 1\nsource: { ${source} }\nsinks: { out: { ${sink} } }\n`
  const registry = await makeRegistry()
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const pipeline = yield* loadPipeline(text, { file: join(folder, "pipeline.yaml"), registry, env: {} })
    const { source, routes } = pipeline.open({ run: "01OWN", log: (level, text) => logged.push(`${level}: ${text}`) })
    const opened = yield* source
    yield* run(opened.source, routes, { state: { run: "01OWN", ...opened.state } })
  })))
}
const read = (name: string): string => readFileSync(join(folder, name), "utf8")

it("gives the bytes that it was given, from files of every kind", async () => {
  await runInto(`replay: { file: ${JSON.stringify(recording)} }`, "file: { path: a.ndjson }")
  await runInto("changes: { file: a.ndjson }", "file: { path: b.ndjson.gz, compress: gzip }")
  expect(gunzipSync(readFileSync(join(folder, "b.ndjson.gz"))).toString()).toBe(read("a.ndjson"))
  const lines = read("a.ndjson").split("\n")
  const half = Math.floor(lines.length / 2)
  writeFileSync(join(folder, "one.ndjson.zst"), zstdCompressSync(lines.slice(0, half).join("\n") + "\n"))
  writeFileSync(join(folder, "two.ndjson"), lines.slice(half).join("\n"))
  await runInto("changes: { file: [one.ndjson.zst, two.ndjson] }", "file: { path: c.ndjson }")
  expect(read("c.ndjson")).toBe(read("a.ndjson"))
})

it("names the file and the line that it cannot read, and passes on all others", async () => {
  const lines = read("a.ndjson").trimEnd().split("\n")
  writeFileSync(join(folder, "d.1.ndjson"), lines.slice(0, 10).join("\n") + "\n")
  writeFileSync(join(folder, "d.2.ndjson"), [...lines.slice(10, 12), "{torn", ...lines.slice(12)].join("\n") + "\n")
  logged.length = 0
  await expect(runInto("changes: { file: [d.1.ndjson, d.2.ndjson] }", "file: { path: e.ndjson }"))
    .rejects.toMatchObject({ reason: "Cannot read line 3 of " + join(folder, "d.2.ndjson") + ": it is not JSON" })
  expect(logged.filter((line) => !line.startsWith("debug"))).toEqual([
    `error: Cannot read line 3 of ${join(folder, "d.2.ndjson")}: it is not JSON`,
  ])
  const written = read("e.ndjson").trimEnd().split("\n")
  expect(written.filter((line) => !line.includes('"origin"'))).toEqual(lines)
  expect(written.filter((line) => line.includes('"origin"')).map((line) => JSON.parse(line).control)).toEqual([
    "dropped",
  ])
})

it("refuses emits that are made of messages, and a resume, when the configuration is checked", async () => {
  const text = `version: 1
source: { changes: {} }
sinks: { a: { stdout: {}, emit: raw }, b: { file: { path: x }, emit: messages, meta: true } }
run: { resume: x }
`
  const registry = await makeRegistry()
  const error = await Effect.runPromise(
    Effect.flip(loadPipeline(text, { file: join(folder, "pipeline.yaml"), registry, env: {} })),
  )
  expect(error.problems.map(({ line, column, message, remedy }) => `${line}:${column} ${message} → ${remedy}`)).toEqual(
    [
      "3:33 Cannot use `emit: raw` with `source: changes`: it is made of the messages of the feed, and this source gives " +
      "the records of another pipeline → write `emit: changes`, or use it in the pipeline that reads the feed",
      "3:70 Cannot use `emit: messages` with `source: changes`: it is made of the messages of the feed, and this source " +
      "gives the records of another pipeline → write `emit: changes`, or use it in the pipeline that reads the feed",
      "4:8 Cannot resume with `source: changes`: it begins with a book of its own → remove it: each start sends the whole book",
    ],
  )
})
