/**
 * What the stores cost for each record: the file sink, NATS, Redis, PostgreSQL and Parquet, in turn, and the processor time of their servers; and
 * what a process costs that reads all records of a log (with `JSON.parse`, whole groups, and the checks of the reader).
 * Batches of 500 changes of about 700 bytes, of 300 games with 40 lines. Needs `nats-server`, `redis-server`, PostgreSQL and Linux. Run:
 * `pnpm bench stores [batches=100] [rounds=3] [json=FILE]`. Prints medians of rounds; the texts are made outside of the time.
 */
import { gameChange, lineChange } from "@boltodds/testing/changes"
import { NatsServer } from "@boltodds/testing/NatsServer"
import { PostgresServer } from "@boltodds/testing/PostgresServer"
import { RedisServer } from "@boltodds/testing/RedisServer"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Scope } from "effect/Scope"
import * as Stream from "effect/Stream"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { nats, natsRecords } from "../packages/nats/src/index.ts"
import { redis, redisRecords } from "../packages/redis/src/index.ts"
import { makeRecord, type Sink } from "../packages/sink/src/index.ts"
import { file } from "../packages/sinks/file/src/index.ts"
import { parquet } from "../packages/sinks/parquet/src/index.ts"
import { postgres } from "../packages/sinks/postgres/src/index.ts"
import { endedChildrenCpu, processTimes } from "./lib/processTimes.ts"
import { median } from "./lib/statistics.ts"

const args = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const batches = Number(args.get("batches") ?? 100)
const rounds = Number(args.get("rounds") ?? 3)
const size = 500
const games = 300
const lines = 40

const form = { encode: (value: unknown) => JSON.stringify(value) }
let seq = 0
const envelopes = () =>
  Array.from({ length: size }, () => {
    seq += 1
    const game = `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${(seq >> 2) % games}`
    const value = seq <= games * 4 && seq % 4 === 1
      ? gameChange({ change: "game_opened", game, seq, last: true })
      : lineChange({ game, outcome: `Outcome ${seq % lines}`, odds: 100 + seq % 900, seq, last: true })
    const made = makeRecord<unknown>(
      { seq, at: 1_767_225_600_000 + seq, session: "main", epoch: 1, last: true },
      value,
      form,
    )
    if (made.text === "") throw new Error("no text")
    return made
  })

/** A store, with the process of its server where it has one. */
interface Store {
  readonly sink: Effect.Effect<Sink<unknown>, unknown, Scope>
  readonly pid: number | undefined
  /** All records of the log; absent where nothing reads them. */
  readonly records?: Stream.Stream<ReadonlyArray<unknown>, unknown>
  readonly end: () => Promise<void>
}

interface Cost {
  readonly client: number
  readonly server: number
  readonly reader: number | undefined
}

const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system
}

const measure = async ({ sink, pid, records, end }: Store): Promise<Cost> => {
  const made = Array.from({ length: batches }, envelopes)
  const serverTime = () => pid === undefined ? 0 : processTimes(pid).cpu + endedChildrenCpu(pid)
  const before = { client: process.cpuUsage(), server: serverTime() }
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const opened = yield* sink
    for (const [index, batch] of made.entries()) {
      yield* opened.write({ id: `${seq}/${index}`, attempt: 1, envelopes: batch })
    }
  })))
  const { user, system } = process.cpuUsage(before.client)
  const count = batches * size
  // A server may have work left that it does in the background, such as NATS with the latest records.
  for (let last = -1; last !== serverTime();) {
    last = serverTime()
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  const serverCost = (serverTime() - before.server) * 1e6 / count
  let reader: number | undefined
  if (records !== undefined) {
    const from = cpuMicros()
    let read = 0
    await Effect.runPromise(
      Stream.runForEachWhile(records, (group) => Effect.sync(() => (read += group.length) < count)),
    )
    reader = (cpuMicros() - from) / read
  }
  await end()
  return { client: (user + system) / count, server: serverCost, reader }
}

const folder = mkdtempSync(join(tmpdir(), "stores-bench-"))
const withNats = (latest: boolean) => async (): Promise<Store> => {
  const server = await NatsServer.start()
  return {
    sink: nats({ servers: server.url, name: "odds", latest }),
    pid: server.pid,
    records: natsRecords({ servers: server.url, name: "odds", from: "log" }),
    end: () => server.kill(),
  }
}
const withRedis = (latest: boolean, partitions: number) => async (): Promise<Store> => {
  const server = await RedisServer.start("--appendfsync", "everysec")
  const sink = redis({ url: server.url, stream: "odds", latest, partitions })
  const records = redisRecords({ url: server.url, stream: "odds", from: "log" })
  return { sink, pid: server.pid, records, end: () => server.kill() }
}
let files = 0
const withPostgres = (latest: boolean) => async (): Promise<Store> => {
  const server = await PostgresServer.start()
  const password = Redacted.make(PostgresServer.password)
  const sink = postgres({ url: server.url, user: PostgresServer.user, password, latest })
  return { sink, pid: server.pid, end: () => server.end() }
}
const ways: { readonly [name: string]: () => Promise<Store> } = {
  file: () =>
    Promise.resolve({
      sink: file({ path: join(folder, `${++files}.ndjson`) }),
      pid: undefined,
      end: () => Promise.resolve(),
    }),
  "nats, log": withNats(false),
  "nats, log and latest": withNats(true),
  "redis, log": withRedis(false, 0),
  "redis, log and latest": withRedis(true, 0),
  "redis, and 4 partitions": withRedis(true, 4),
  postgres: withPostgres(false),
  "postgres, and latest": withPostgres(true),
  parquet: () =>
    Promise.resolve({
      sink: parquet({ path: join(folder, `${++files}.parquet`) }, { emit: "changes" }),
      pid: undefined,
      end: () => Promise.resolve(),
    }),
}
const costs = new Map<string, Array<Cost>>(Object.keys(ways).map((name) => [name, []]))
for (let round = 0; round < rounds; round++) {
  for (const [name, open] of Object.entries(ways)) costs.get(name)!.push(await measure(await open()))
}
rmSync(folder, { recursive: true })
/** The median of rounds, without a figure where there is none. */
const middle = (values: ReadonlyArray<Cost>, key: keyof Cost): number | undefined => {
  const found = values.flatMap((value) => value[key] ?? [])
  return found.length === 0 ? undefined : median(found)
}
const rows = [...costs].map(([name, values]) =>
  [name, {
    client: middle(values, "client")!,
    server: middle(values, "server")!,
    reader: middle(values, "reader"),
  }] as const
)
console.log(`${batches} batches of ${size} records, µs of processor time a record`)
console.log(`${"".padEnd(24)} client  server  reader`)
for (const [name, { client, server, reader }] of rows) {
  const shown = [client, server, reader].map((value) => (value?.toFixed(1) ?? "–").padStart(7))
  console.log(`${name.padEnd(24)}${shown.join(" ")}`)
}
const path = args.get("json")
if (path !== undefined) {
  const machine = `${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores`
  const stored = { node: process.version, machine, batches, rounds, ways: Object.fromEntries(rows) }
  writeFileSync(path, JSON.stringify(stored, undefined, 2) + "\n")
}
