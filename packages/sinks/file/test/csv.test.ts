import { encodeRecord } from "@boltodds/protocol"
import { SinkError } from "@boltodds/sink"
import { csvHeader, csvLine, tableOf } from "@boltodds/tables"
import { batchOf, recordsOf } from "@boltodds/testing/storeBench"
import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { opened, tempFolder, tree } from "./fixtures/files.ts"

const { columns, rowOf } = tableOf("changes")!
const header = csvHeader(columns)
const records = recordsOf(1)
const lines = records.map((record) => csvLine(columns, rowOf(JSON.parse(encodeRecord(record)))!, { oneLine: true }))

const write = (options: Parameters<typeof opened>[0], emit: string = "changes") =>
  Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const { sink } = yield* opened(options, { emit })
    yield* sink.write(batchOf(records.slice(0, 50)))
    yield* sink.write(batchOf(records.slice(50)))
  })))

describe("files of CSV", () => {
  it("have a header and a row for each record, in one file and over many", async () => {
    const folder = tempFolder()
    await write({ path: join(folder, "a.csv"), format: "csv" })
    expect(readFileSync(join(folder, "a.csv"), "utf8")).toBe([header, ...lines, ""].join("\r\n"))
    await write({ path: join(folder, "b.csv"), format: "csv", rotate: { bytes: 4000 } })
    const parts = tree(folder).filter((name) => name.startsWith("b")).toSorted((a, b) => numberOf(a) - numberOf(b))
    expect(parts.length).toBeGreaterThan(1)
    const texts = parts.map((name) => readFileSync(join(folder, name), "utf8").split("\r\n"))
    expect(texts.map(([first]) => first)).toEqual(parts.map(() => header))
    expect(texts.flatMap((rows) => rows.slice(1, -1))).toEqual(lines)
  })

  it("are compressed too", async () => {
    const folder = tempFolder()
    await write({ path: join(folder, "a.csv"), format: "csv", compress: "gzip" })
    expect(gunzipSync(readFileSync(join(folder, "a.csv.gz"))).toString()).toBe([header, ...lines, ""].join("\r\n"))
  })

  it("are repaired to whole rows, and the next file has a header of its own", async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, "a.csv.part"), [header, lines[0], lines[1]!.slice(0, 20)].join("\r\n"))
    await write({ path: join(folder, "a.csv"), format: "csv" })
    expect(readFileSync(join(folder, "a.csv"), "utf8")).toBe([header, lines[0], ""].join("\r\n"))
    expect(readFileSync(join(folder, "a.1.csv"), "utf8")).toBe([header, ...lines, ""].join("\r\n"))
  })

  it("are refused without columns", async () => {
    const path = join(tempFolder(), "a.csv")
    const failure = await Effect.runPromise(
      Effect.flip(Effect.scoped(opened({ path, format: "csv" }, { emit: "raw" }))),
    )
    expect(failure).toBeInstanceOf(SinkError)
    expect(failure.message).toContain("raw has no columns; name one of changes, messages, quotes")
  })
})

const numberOf = (name: string): number => Number(/\.(\d+)\.csv/.exec(name)?.[1] ?? 0)
