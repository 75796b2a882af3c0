import { messages, quotes } from "@boltodds/pipeline"
import { type Batch, SinkError } from "@boltodds/sink"
import { parquet, type ParquetEvent, type ParquetOptions } from "@boltodds/sink-parquet"
import { apply, make } from "@boltodds/state"
import { tableOf } from "@boltodds/tables"
import { arrowRows } from "@boltodds/testing/arrowRows"
import { duckdb, duckdbObjects } from "@boltodds/testing/duckdb"
import { RowTexts } from "@boltodds/testing/rowTexts"
import { batchOf, recordsOf, textsOfRecords } from "@boltodds/testing/storeBench"
import * as Effect from "effect/Effect"
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { scenario } from "../../../state/test/scenario.ts"
import { parquetFiles, rowsOf, tempFolder, tree } from "./fixtures/files.ts"

const { columns } = tableOf("changes")!

/** Writes batches and closes. Returns what happened. */
const write = async (
  options: ParquetOptions,
  batches: ReadonlyArray<Batch<unknown>>,
  emit = "changes",
): Promise<ReadonlyArray<ParquetEvent>> => {
  const events: Array<ParquetEvent> = []
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const sink = yield* parquet(options, { emit, run: "01RUN", onEvent: (event) => events.push(event) })
    for (const batch of batches) yield* sink.write(batch)
  })))
  return events
}

describe("a Parquet file", () => {
  it("has every record of a feed as its row, for DuckDB and for arrow-rs", async () => {
    const folder = tempFolder()
    const records = [1, 2, 3].flatMap(recordsOf)
    const texts = new RowTexts()
    for (const text of textsOfRecords(records)) texts.note(text)
    const events = await write({ path: join(folder, "c.parquet") }, [batchOf(records)])
    expect(tree(folder)).toEqual(["c.parquet"])
    expect((await rowsOf(folder, columns)).map((row) => texts.textOf(row))).toEqual(textsOfRecords(records))
    const byArrow = arrowRows(join(folder, "c.parquet"), columns)
    expect(byArrow.map((row) => texts.textOf(row))).toEqual(textsOfRecords(records))
    const { size } = statSync(join(folder, "c.parquet"))
    expect(events.filter(({ _tag }) => _tag !== "Journal")).toEqual([
      { _tag: "Written", path: join(folder, "c.parquet"), rows: records.length, bytes: size, unreadable: 0 },
    ])
  })

  it("has types that readers know, zstd, and the description of each column", async () => {
    const folder = tempFolder()
    await write({ path: join(folder, "c.parquet") }, [batchOf(recordsOf(1))])
    const path = join(folder, "c.parquet")
    const described = await duckdbObjects(`describe select * from read_parquet('${path}')`)
    const types = { text: "VARCHAR", json: "VARCHAR", whole: "BIGINT", number: "DOUBLE", flag: "BOOLEAN" } as const
    expect(described.map((row) => [row["column_name"], row["column_type"]])).toEqual(
      columns.map(({ name, type }) => [name, type === "time" ? "TIMESTAMP WITH TIME ZONE" : types[type]]),
    )
    const codecs = await duckdb(`select distinct compression from parquet_metadata('${path}')`)
    expect(codecs).toEqual([["ZSTD"]])
    // Nothing is in it twice: besides the columns there are a header and a footer.
    const [[chunks]] = await duckdb(`select sum(total_compressed_size)::int from parquet_metadata('${path}')`) as [
      [number],
    ]
    expect(statSync(path).size - chunks).toBeLessThan(24_000)
    const [[known]] = await duckdb(
      `select decode(value) from parquet_kv_metadata('${path}') where decode(key) = 'boltodds.columns'`,
    ) as [[string]]
    expect(JSON.parse(known)).toEqual(Object.fromEntries(columns.map(({ name, description }) => [name, description])))
  })

  it("says of messages and quotes where they belong, which they do not themselves", async () => {
    const state = { run: "01J00000000000000000000002" }
    const { steps } = apply(make(state), scenario(2).events)
    for (const emit of [messages(), quotes(), messages({ meta: true })]) {
      const folder = tempFolder()
      const envelopes = emit.open({ state }).of(steps)
      await write({ path: join(folder, "x.parquet") }, [{ id: "1", attempt: 1, envelopes }], emit.name)
      const rows = await duckdb(
        `select run, seq, part, session_name, epoch_ms(received_at) from read_parquet('${join(folder, "x.parquet")}')`,
      )
      const own = emit.name === "quotes" ? envelopes.filter(({ _tag }) => _tag === "Record") : envelopes
      const run = JSON.parse(own[0]!.text).run ?? "01RUN"
      expect(rows.map((row) => row.map(String))).toEqual(
        own.map(({ seq, session, at }) => [run, String(seq), "0", session, String(Math.trunc(at))]),
      )
    }
  })

  it("has a partition in its path, and no rows make no file", async () => {
    const folder = tempFolder()
    await write({ path: join(folder, "date={yyyy}-{MM}-{dd}/c.parquet") }, [batchOf(recordsOf(1))])
    await write({ path: join(folder, "none.parquet") }, [])
    expect(tree(folder)).toHaveLength(1)
    const found = await duckdb(
      `select count(distinct date) from read_parquet('${folder}/*/*.parquet', hive_partitioning = true)`,
    )
    expect(found.map((row) => row.map(String))).toEqual([["1"]])
  })
})

describe("what a process left", () => {
  const one = batchOf(recordsOf(1))
  const lines = `${textsOfRecords(recordsOf(1)).join("\n")}\n`

  it("is finished by the next one, and the new file comes after it", async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, "c.ndjson.part"), `${lines}{"torn`)
    await write({ path: join(folder, "c.parquet") }, [one])
    expect(tree(folder)).toEqual(["c.1.parquet", "c.parquet"])
    expect(await rowsOf(folder, columns)).toHaveLength(2 * recordsOf(1).length)
  })

  it("is not made twice where the process died between the name of the file and the end of its journal", async () => {
    const folder = tempFolder()
    await write({ path: join(folder, "c.parquet") }, [one])
    const before = readFileSync(join(folder, "c.parquet"))
    writeFileSync(join(folder, "c.parquet.ndjson"), lines)
    await write({ path: join(folder, "c.parquet") }, [])
    expect(tree(folder)).toEqual(["c.parquet"])
    expect(readFileSync(join(folder, "c.parquet")).equals(before)).toBe(true)
  })

  it("is made anew where the file was not whole", async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, "c.3.parquet.ndjson"), lines)
    writeFileSync(join(folder, "c.3.parquet.tmp"), "PAR1 torn")
    await write({ path: join(folder, "c.parquet") }, [one])
    expect(tree(folder)).toEqual(["c.3.parquet", "c.4.parquet"])
    expect(await rowsOf(folder, columns)).toHaveLength(2 * recordsOf(1).length)
  })

  it("leaves files of others alone", async () => {
    const folder = tempFolder()
    for (const name of ["other.ndjson", "other.parquet", "c.csv", "c.parquet.ndjson.part"]) {
      writeFileSync(join(folder, name), "x")
    }
    await write({ path: join(folder, "c.parquet") }, [one])
    expect(tree(folder)).toEqual(
      ["c.csv", "c.parquet", "c.parquet.ndjson.part", "other.ndjson", "other.parquet"].toSorted(),
    )
  })

  it("is kept where it cannot be converted, and tried again", async () => {
    const folder = tempFolder()
    const journal = join(folder, "c.parquet.ndjson")
    writeFileSync(journal, lines)
    // The file that is written on the way cannot be removed: it is a folder.
    mkdirSync(join(folder, "c.parquet.tmp"))
    const events = await write({ path: join(folder, "c.parquet") }, [])
    expect(events.filter(({ _tag }) => _tag === "NotWritten")).toMatchObject([{ journal }])
    expect(readFileSync(journal, "utf8")).toBe(lines)
    renameSync(join(folder, "c.parquet.tmp"), join(folder, "away"))
    await write({ path: join(folder, "c.parquet") }, [])
    expect(parquetFiles(folder)).toEqual([join(folder, "c.parquet")])
  })
})

describe("options that cannot be used", () => {
  it.each([
    [{ path: "odds.csv" }, "changes", "does not end with .parquet"],
    [{ path: "{sprt}.parquet" }, "changes", "did you mean {sport}?"],
    [{ path: "raw.parquet" }, "raw", "Cannot write raw as Parquet: it has no columns"],
  ])("%j with %s are refused", async (options, emit, why) => {
    const failure = await Effect.runPromise(Effect.flip(Effect.scoped(parquet(options, { emit }))))
    expect(failure).toBeInstanceOf(SinkError)
    expect(failure.message).toContain(why)
  })
})
