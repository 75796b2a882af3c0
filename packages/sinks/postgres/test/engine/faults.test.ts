import { tableOf } from "@boltodds/tables"
import { hasPostgres } from "@boltodds/testing/PostgresServer"
import { patience } from "@boltodds/testing/patience"
import { RowTexts } from "@boltodds/testing/rowTexts"
import { batchOf, deliver, failureOf, recordsOf, type StreamRecord, textsOfRecords } from "@boltodds/testing/storeBench"
import * as Duration from "effect/Duration"
import { describe, expect, it } from "vitest"
import { type PostgresBench, useBench } from "../fixtures/PostgresBench.ts"

/** How often a backend is ended: `POSTGRES_KILLS=30 pnpm vitest run packages/sinks/postgres/test/engine/faults`. */
const kills = Number(process.env["POSTGRES_KILLS"] ?? 4)
const { columns } = tableOf("changes")!

/** Records of several runs, one after another. */
const manyOf = (count: number): ReadonlyArray<StreamRecord> => {
  const records: Array<StreamRecord> = []
  for (let seed = 1; records.length < count; seed++) records.push(...recordsOf(seed))
  return records.slice(0, count)
}

const expectAll = (bench: PostgresBench, records: ReadonlyArray<StreamRecord>): void => {
  const texts = new RowTexts()
  for (const text of textsOfRecords(records)) texts.note(text)
  expect(bench.rows(columns).map((row) => texts.textOf(row))).toEqual(textsOfRecords(records))
}

describe.skipIf(!hasPostgres())("every record is there once, in order,", () => {
  const holder = useBench()

  it(`where the backend is ended in mid-COPY, ${kills} times`, async () => {
    const { bench } = holder
    const records = manyOf(3_000)
    // Without the latest records COPY goes into the table itself.
    const sink = await bench.open({ latest: false })
    bench.sql(waiting(bench.schema))
    const size = Math.ceil(records.length / (kills + 1))
    let retries = 0
    let inCopy = 0
    for (let index = 0, round = 0; index < records.length; index += size, round++) {
      const batch = batchOf(records.slice(index, index + size))
      if (round === 0) {
        await deliver(sink, batch)
        continue
      }
      bench.sql(
        `insert into ${bench.schema}.target values (${index + 1 + Math.floor(Math.random() * batch.envelopes.length)})`,
      )
      const ended = endBackend(bench)
      retries += await deliver(sink, batch)
      inCopy += await ended
    }
    expect(inCopy).toBe(kills)
    expect(retries).toBeGreaterThanOrEqual(kills)
    expectAll(bench, records)
  })

  it("where the server is killed and starts again", async () => {
    const { bench } = holder
    const records = manyOf(900)
    const sink = await bench.open()
    await deliver(sink, batchOf(records.slice(0, 300)))
    await bench.server.kill()
    const failure = await failureOf(sink, batchOf(records.slice(300, 600)))
    expect(failure).toMatchObject({ rest: "retry", cause: { reason: "unreachable" } })
    await bench.server.start()
    await deliver(sink, batchOf(records.slice(300, 600)))
    await deliver(sink, batchOf(records.slice(600)))
    expectAll(bench, records)
  })

  it("where the server does not answer for a while", async () => {
    const { bench } = holder
    const sink = await bench.open({ timeout: Duration.millis(500 * patience()) })
    const records = manyOf(600)
    await deliver(sink, batchOf(records.slice(0, 300)))
    bench.server.signalAll("SIGSTOP")
    const failure = await failureOf(sink, batchOf(records.slice(300)))
    bench.server.signalAll("SIGCONT")
    expect(failure).toMatchObject({ rest: "retry", cause: { reason: "unreachable" } })
    await deliver(sink, batchOf(records.slice(300)))
    expectAll(bench, records)
  })

  it("where a second writer takes the table over: the first writes nothing any more", async () => {
    const { bench } = holder
    const records = manyOf(900)
    const first = await bench.open()
    await deliver(first, batchOf(records.slice(0, 300)))
    const second = await bench.open()
    const failure = await failureOf(first, batchOf(records.slice(600)))
    expect(failure).toMatchObject({ rest: "disable", cause: { reason: "fenced" } })
    expect(failure.message).toContain("A table has one writer: stop one of the two, or give one another schema.")
    await deliver(second, batchOf(records.slice(300, 600)))
    expectAll(bench, records.slice(0, 600))
  })

  it("with a new reader where what was acknowledged is gone", async () => {
    const { bench } = holder
    const forgot: Array<unknown> = []
    const sink = await bench.open({ onEvent: (event) => forgot.push(event) })
    await deliver(sink, batchOf(recordsOf(1)))
    bench.sql(`drop schema ${bench.schema} cascade`)
    await expect(deliver(sink, batchOf(recordsOf(2)))).rejects.toMatchObject({ rest: "retry", isNewReader: true })
    expect(forgot).toEqual([{ _tag: "TableForgot", table: `${bench.schema}.changes` }])
    await deliver(sink, batchOf(recordsOf(2)))
    expectAll(bench, recordsOf(2))
    // As if a backup was restored.
    bench.sql(
      `update ${bench.schema}.sink_positions set deliveries = 3; delete from ${bench.schema}.changes where delivery > 3`,
    )
    await expect(deliver(sink, batchOf(recordsOf(3)))).rejects.toMatchObject({ rest: "retry", isNewReader: true })
    await deliver(sink, batchOf(recordsOf(3)))
    expectAll(bench, [...recordsOf(2).slice(0, 3), ...recordsOf(3)])
  })
})

/** COPY waits for a minute at the row that `target` names, so that it is met in its middle, however slow the machine is. */
const waiting = (schema: string): string =>
  `create table ${schema}.target (delivery bigint);
   create function ${schema}.wait() returns trigger language plpgsql as
   $$ begin
     if exists (select 1 from ${schema}.target t where t.delivery = new.delivery) then perform pg_sleep(60); end if;
     return new;
   end $$;
   create trigger wait before insert on ${schema}.changes for each row execute function ${schema}.wait()`

/** Ends the backend of the sink once it waits in its COPY. Resolves to 1. */
const endBackend = async ({ server, schema }: PostgresBench): Promise<number> => {
  const inCopy = "application_name = 'boltodds' and wait_event = 'PgSleep' and query ilike 'copy%'"
  while ((await server.run(`select count(*) from pg_stat_activity where ${inCopy}`)) === "0");
  const end = `delete from ${schema}.target; select pg_terminate_backend(pid) from pg_stat_activity where ${inCopy}`
  return (await server.run(end)) === "t" ? 1 : 0
}
