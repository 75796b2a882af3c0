/**
 * A lane's way through its store, add, take and settle in batches of 100 records of 600 bytes, in an outbox against the
 * store in memory; and with the disk waited for at every commit. Run: `pnpm bench outbox [size=100] [backlog=0]`. Prints
 * records a second and processor time for each record: medians of several rounds taken in turn.
 */
import { type Outbox, outbox, type OutboxOptions } from "@boltodds/outbox"
import { memoryStore } from "@boltodds/lane"
import { type Envelope, makeRecord, type Store } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const args = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const rounds = Number(args.get("rounds") ?? 5)
const batches = Number(args.get("batches") ?? 300)
const size = Number(args.get("size") ?? 100)
/** Records that wait before the ones that are measured. */
const backlog = Number(args.get("backlog") ?? 0)

interface Price {
  readonly n: number
  readonly pad: string
}

const form = { encode: (value: Price) => JSON.stringify(value) }
const pad = "x".repeat(580)
let seq = 0
const batch = (): ReadonlyArray<Envelope<Price>> =>
  Array.from({ length: size }, () => {
    seq += 1
    return makeRecord<Price>({ seq, at: seq, session: "s", epoch: 1, last: true }, { n: seq, pad }, form)
  })

interface Measure {
  /** Records a second. */
  readonly rate: number
  /** Microseconds of processor time for each record, the kernel's included. */
  readonly processor: number
}

/** The texts are made outside of the time. */
const measure = (store: Store<Price>): Measure => {
  const made = Array.from({ length: batches }, batch)
  for (const envelopes of made) for (const { text } of envelopes) if (text.length === 0) throw new Error("no text")
  const limits = { records: size, bytes: Number.MAX_SAFE_INTEGER }
  const before = process.cpuUsage()
  const start = performance.now()
  for (const envelopes of made) {
    store.add(envelopes, 0)
    store.settle(store.take(limits))
  }
  const millis = performance.now() - start
  const { user, system } = process.cpuUsage(before)
  return { rate: batches * size / millis * 1000, processor: (user + system) / (batches * size) }
}

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const folder = mkdtempSync(join(args.get("folder") ?? tmpdir(), "outbox-bench-"))
try {
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const opened = (name: string, options: Partial<OutboxOptions<Price>> = {}) =>
      outbox<Price>({ path: join(folder, name), run: "R", ...options })
    const stores: ReadonlyArray<readonly [string, Store<Price>]> = [
      ["memory", memoryStore<Price>()],
      ["outbox", (yield* opened("a.db")).store],
      ["outbox, with keys", (yield* opened("b.db", { key: ({ seq }) => `line ${seq % 5_000}` })).store],
      ["outbox, fsync", (yield* opened("c.db", { fsync: true })).store],
    ] satisfies ReadonlyArray<readonly [string, Outbox<Price>["store"]]>
    for (const [, store] of stores) for (let count = 0; count < backlog; count += size) store.add(batch(), 0)
    const measures = new Map(stores.map(([name]) => [name, [] as Array<Measure>]))
    for (let round = 0; round < rounds; round++) {
      for (const [name, store] of stores) measures.get(name)!.push(measure(store))
    }
    for (const [name, values] of measures) {
      const rate = median(values.map((value) => value.rate))
      const processor = median(values.map((value) => value.processor))
      console.log(`${name}: ${Math.round(rate)} records/s, ${processor.toFixed(2)} µs of processor time a record`)
    }
  })))
} finally {
  rmSync(folder, { recursive: true })
}
