/**
 * What the file sink costs for each record: one file without compression, with gzip and zstd, and divided by sportsbook.
 * Batches of 100 records of about 600 bytes. Run: `pnpm bench file [batches=200] [rounds=5]`. Prints processor time for each
 * record, the kernel's and that of the threads that compress included: medians of rounds taken in turn.
 */
import { type Envelope, makeRecord } from "@boltodds/sink"
import { file, type FileOptions } from "@boltodds/sink-file"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const args = new Map(process.argv.slice(2).map((arg) => arg.split("=") as [string, string]))
const rounds = Number(args.get("rounds") ?? 5)
const batches = Number(args.get("batches") ?? 200)
const size = 100

interface Price {
  readonly seq: number
  readonly sportsbook: string
  readonly game: string
  readonly odds: number
  readonly link: string
}

const form = { encode: (value: Price) => JSON.stringify(value) }
let seq = 0
const batch = (): ReadonlyArray<Envelope<Price>> =>
  Array.from({ length: size }, () => {
    seq += 1
    const link = `https://sportsbook.example/event/${seq % 997}?outcomes=${"0OU85504590O950_1-".repeat(26)}`
    const game = `Springfield Comets vs Shelbyville Hounds, 2026-07-16, ${seq % 64}`
    const value = { seq, sportsbook: `sportsbook ${seq % 16}`, game, odds: 100 + seq % 90, link }
    return makeRecord<Price>({ seq, at: 1_767_225_600_000 + seq, session: "s", epoch: 1, last: true }, value, form)
  })

/** Microseconds of processor time for each record. The texts are made outside of the time. */
const measure = async (options: FileOptions): Promise<number> => {
  const made = Array.from({ length: batches }, batch)
  for (const envelopes of made) for (const { text } of envelopes) if (text.length === 0) throw new Error("no text")
  const before = process.cpuUsage()
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const sink = yield* file(options)
    for (const [index, envelopes] of made.entries()) yield* sink.write({ id: `${index}`, attempt: 1, envelopes })
  })))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / (batches * size)
}

const folder = mkdtempSync(join(args.get("folder") ?? tmpdir(), "file-bench-"))
const ways: Readonly<Record<string, FileOptions>> = {
  "one file": { path: join(folder, "plain.ndjson") },
  "one file, gzip": { path: join(folder, "small.ndjson"), compress: "gzip" },
  "one file, zstd": { path: join(folder, "smaller.ndjson"), compress: "zstd" },
  "16 sportsbooks": { path: join(folder, "{sportsbook}.ndjson") },
}
const times = new Map<string, Array<number>>(Object.keys(ways).map((name) => [name, []]))
try {
  for (let round = 0; round < rounds; round++) {
    for (const [name, options] of Object.entries(ways)) times.get(name)!.push(await measure(options))
  }
} finally {
  rmSync(folder, { recursive: true })
}
for (const [name, values] of times) {
  const median = values.toSorted((a, b) => a - b)[rounds >> 1]!
  console.log(`${name}: ${median.toFixed(2)} µs of processor time a record`)
}
