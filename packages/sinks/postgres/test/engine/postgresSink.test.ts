import { emptyBook, fold, isLineChange, isLive } from "@boltodds/protocol"
import type { Batch } from "@boltodds/sink"
import { tableOf, tables } from "@boltodds/tables"
import { lineChange } from "@boltodds/testing/changes"
import { hasPostgres } from "@boltodds/testing/PostgresServer"
import { RowTexts } from "@boltodds/testing/rowTexts"
import { batchOf, deliver, failureOf, recordsOf, type StreamRecord, textsOfRecords } from "@boltodds/testing/storeBench"
import { describe, expect, it } from "vitest"
import { useBench } from "../fixtures/PostgresBench.ts"

const { columns } = tableOf("changes")!

/** The lines that are live with a price, by the fold of all records. */
const liveOf = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> => {
  const book = fold(emptyBook, records)
  return [...book.games.values()].flatMap((game) =>
    [...game.lines.values()].filter((line) => line.odds !== null && isLive(book, game, line))
      .map((line) => [game.sportsbook, game.game, line.outcome, line.odds].join("|"))
  ).toSorted()
}

/** The lines that are known, by the same. */
const knownOf = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> => {
  const book = fold(emptyBook, records)
  return [...book.games.values()].flatMap((game) =>
    [...game.lines.keys()].map((outcome) => [game.sportsbook, game.game, outcome].join("|"))
  ).toSorted()
}

describe.skipIf(!hasPostgres())("the sink postgres", () => {
  const holder = useBench()

  it("has every record of a feed as its row, cell by cell", async () => {
    const { bench } = holder
    const records = [1, 2, 3].flatMap(recordsOf)
    const texts = new RowTexts()
    for (const text of textsOfRecords(records)) texts.note(text)
    const sink = await bench.open()
    for (let index = 0; index < records.length; index += 97) {
      await deliver(sink, batchOf(records.slice(index, index + 97)))
    }
    expect(bench.rows(columns).map((row) => texts.textOf(row))).toEqual(textsOfRecords(records))
    const described = bench.sql(
      `select column_name, col_description('${bench.schema}.changes'::regclass, ordinal_position)
       from information_schema.columns where table_schema = '${bench.schema}' and table_name = 'changes' order by ordinal_position`,
    )
    expect(described.split("\n").slice(1)).toEqual(columns.map(({ name, description }) => `${name}\t${description}`))
  })

  it("uses no keyword of SQL as the name of a column", () => {
    const names = tables.flatMap((table) => table.columns.map(({ name }) => name))
    const list = [...new Set(names), "delivery"].map((name) => `'${name}'`).join(",")
    expect(holder.bench.sql(`select word from pg_get_keywords() where word in (${list})`)).toBe("")
  })

  it("has in live_lines what a reader that folds all records has as live, after any of them", async () => {
    const { bench } = holder
    const seeds = Array.from({ length: Number(process.env["LAW_RUNS"] ?? 4) }, (_, index) => index + 1)
    const sink = await bench.open()
    const all: Array<StreamRecord> = []
    for (const seed of seeds) {
      const records = recordsOf(seed)
      for (let index = 0; index < records.length;) {
        const size = 1 + (index * 7919 + seed * 31) % 60
        const part = records.slice(index, index + size)
        index += size
        all.push(...part)
        await deliver(sink, batchOf(part))
        const live = bench.sql(
          `select concat_ws('|', sportsbook, game, outcome, odds) from ${bench.schema}.live_lines`,
        )
        expect(live === "" ? [] : live.split("\n").toSorted()).toEqual(liveOf(all))
      }
      const known = bench.sql(`select concat_ws('|', sportsbook, game, outcome) from ${bench.schema}.latest`)
      expect(known === "" ? [] : known.split("\n").toSorted()).toEqual(knownOf(all))
    }
  })

  it("has no live lines where the writer says nothing for a while", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const records = recordsOf(1)
    const cut = records.findLastIndex((record) => !("control" in record) && isLineChange(record)) + 1
    let upTo = cut
    while (upTo > 0 && liveOf(records.slice(0, upTo)).length === 0) upTo -= 1
    expect(upTo).toBeGreaterThan(0)
    await deliver(sink, batchOf(records.slice(0, upTo)))
    const count = `select count(*) from ${bench.schema}.live_lines`
    expect(bench.sql(count)).toBe(String(liveOf(records.slice(0, upTo)).length))
    bench.sql(`update ${bench.schema}.sink_positions set written_at = written_at - interval '26 seconds'`)
    expect(bench.sql(count)).toBe("0")
  })

  it("has one dead letter for a text with NUL, and all other records", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const lines = Array.from(
      { length: 7 },
      (_, index) => lineChange({ seq: index + 1, outcome: `O${index}`, last: true }),
    )
    const bad = lineChange({ seq: 4, outcome: "a\u0000b", last: true })
    const records = lines.map((line, index) => index === 3 ? bad : line)
    const batch = batchOf(records)
    const failure = await failureOf(sink, batch)
    expect(failure).toMatchObject({ rest: "retry", delivered: 3, rejected: [3], cause: { reason: "rejected" } })
    // As a lane goes on: with what is left, as a batch of its own.
    await deliver(sink, batchOf(records.slice(4)))
    expect(bench.sql(`select outcome from ${bench.schema}.changes order by delivery`)).toBe("O0\nO1\nO2\nO4\nO5\nO6")
    const inside = { control: "feed_notice", message: "a\u0000b", deep: ["\u0000"] }
    const control = { ...lineChange({ seq: 9, last: true }), ...inside } as unknown as StreamRecord
    expect(await failureOf(sink, batchOf([control]))).toMatchObject({ delivered: 0, rejected: [0] })
    const harmless = { ...lineChange({ seq: 10, last: true }), deep: "\\u0000" } as unknown as StreamRecord
    await deliver(sink, batchOf([harmless]))
    expect(bench.sql(`select details ->> 'deep' from ${bench.schema}.changes where seq = 10`)).toBe("\\u0000")
  })

  it("writes texts with tabs, breaks and backslashes as they are", async () => {
    const { bench } = holder
    const outcome = "a\tb\nc\rd\\e\\N"
    await deliver(await bench.open(), batchOf([lineChange({ outcome, link: "\\." })]))
    expect(bench.sql(`select to_json(outcome), link from ${bench.schema}.changes`)).toBe(
      `${JSON.stringify(outcome)}\t\\.`,
    )
  })

  it("writes a batch once, however often it is sent, also where a part of it was written", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const batch = batchOf(recordsOf(1))
    await deliver(sink, batch)
    await deliver(sink, batch)
    await deliver(await bench.open(), batch)
    expect(bench.sql(`select count(*), max(delivery) from ${bench.schema}.changes`)).toBe(
      `${batch.envelopes.length}\t${batch.envelopes.length}`,
    )
  })

  it("counts deliveries, and not the numbers of records", async () => {
    const { bench } = holder
    const sink = await bench.open()
    const at = (seq: number, part: number): Batch<unknown> => batchOf([lineChange({ seq, part, last: true })])
    for (const batch of [at(9, 0), at(3, 1), at(3, 2)]) await deliver(sink, batch)
    expect(bench.sql(`select delivery, seq, part from ${bench.schema}.changes order by delivery`)).toBe(
      "1\t9\t0\n2\t3\t1\n3\t3\t2",
    )
  })

  it("adds the columns that a newer version has, and keeps the rows", async () => {
    const { bench } = holder
    await deliver(await bench.open(), batchOf(recordsOf(1)))
    bench.sql(`alter table ${bench.schema}.changes drop column link, drop column odds cascade`)
    bench.sql(`drop view ${bench.schema}.live_lines`)
    bench.sql(`alter table ${bench.schema}.latest drop column link`)
    const count = recordsOf(1).length
    await deliver(await bench.open(), batchOf(recordsOf(2)))
    expect(bench.sql(`select count(*), count(odds) > 0 from ${bench.schema}.changes`)).toBe(
      `${count + recordsOf(2).length}\tt`,
    )
  })

  it("refuses tables of a newer version", async () => {
    const { bench } = holder
    await bench.open()
    bench.sql(`update ${bench.schema}.sink_positions set version = 99`)
    const failure = await bench.refusal({})
    expect(failure).toMatchObject({ rest: "disable", cause: { reason: "schema" } })
    expect(failure.message).toContain("are of version 99, and this program knows 1: update it, or use another schema.")
  })

  it("writes other emits without the tables of the latest records", async () => {
    const { bench } = holder
    const sink = await bench.open({ emit: "best" })
    const value = {
      best: "opened",
      key: "k",
      odds: 120,
      sportsbooks: ["a", "b"],
      run: "01",
      seq: 4,
      session: "main",
      epoch: 1,
    }
    await deliver(sink, batchOf([{ ...value, at: "2026-07-16T04:54:37.438Z", last: true } as unknown as StreamRecord]))
    expect(bench.sql(`select selection_key, kind, sportsbooks ->> 1, odds from ${bench.schema}.best`)).toBe(
      "k\topened\tb\t120",
    )
    expect(bench.sql(`select count(*) from pg_tables where schemaname = '${bench.schema}' and tablename = 'latest'`))
      .toBe("0")
  })
})
