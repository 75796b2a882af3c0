/**
 * Workers: pipelines in processes of their own that go on from what another one writes to NATS. The server and a worker
 * are killed. `WORKER_RUNS=20 WORKER_SEED=1` for more lives.
 */
import { type Book, type Change, type Control, emptyBook, fold, identityOf } from "@boltodds/protocol"
import { hasNats, NatsServer } from "@boltodds/testing/NatsServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess } from "@boltodds/testing/PipeProcess"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"

type StreamRecord = Change | Control

const runs = Number(process.env["WORKER_RUNS"] ?? 1)
const firstSeed = Number(process.env["WORKER_SEED"] ?? 7)

/** Whole lines: a process that was killed may have written a part of one. */
const recordsIn = (text: string): ReadonlyArray<StreamRecord> =>
  text.split("\n").slice(0, -1).map((line) => JSON.parse(line))

const bookOf = (records: ReadonlyArray<StreamRecord>): Book => fold(emptyBook, records)

/** What the pipeline that reads the feed made itself. */
const passedOn = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<StreamRecord> =>
  records.filter(({ origin }) => origin === undefined)

const hasEnded = (text: string): boolean => text.includes('"control":"stream_stopped"')

/** A worker, and the lives that it had. */
class Worker {
  readonly folder: PipelineFolder
  readonly lives: Array<string> = []
  #process: PipeProcess

  constructor(server: NatsServer, options: string, sink: string) {
    this.folder = new PipelineFolder(
      `source: { nats: { servers: "${server.url}", name: odds, ${options} } }`,
      `sinks: { out: ${sink} }`,
    )
    this.#process = this.#start()
  }

  #start(): PipeProcess {
    return new PipeProcess(["run", this.folder.file])
  }

  /** Ends it as a crash does, and starts it again. */
  async crash(): Promise<void> {
    this.#process.child.kill("SIGKILL")
    this.lives.push((await this.#process.ended).stdout)
    this.#process = this.#start()
  }

  /** Does nothing for this time. */
  async freeze(millis: number): Promise<void> {
    this.#process.child.kill("SIGSTOP")
    await sleep(millis)
    this.#process.child.kill("SIGCONT")
  }

  async until(condition: (stdout: string) => boolean): Promise<void> {
    await this.#process.until(({ stdout }) => condition(stdout))
  }

  /** Waits for the end of the run that it reads, and ends it. */
  async end(): Promise<ReadonlyArray<StreamRecord>> {
    await this.until(hasEnded)
    this.#process.child.kill("SIGTERM")
    const { code, stdout, stderr } = await this.#process.ended
    expect(code, stderr).toBe(0)
    this.lives.push(stdout)
    return recordsIn(stdout)
  }
}

const live = async (seed: number): Promise<void> => {
  const server = await NatsServer.start()
  const stdout = "{ stdout: {}, emit: changes }"
  const fast = new Worker(server, "from: latest", stdout)
  const feed = new PipelineFolder(
    `source: { simulator: { seed: ${seed}, rate: 60, time_speed: 200, cut_after: 3s } }`,
    `sinks: { bus: { nats: { servers: "${server.url}", name: odds } }, all: { file: { path: all.ndjson } } }`,
  )
  const ingest = new PipeProcess(["run", feed.file])
  const slow = new Worker(server, "from: latest", "{ stdout: {}, emit: changes, lane: { overflow: coalesce } }")
  await fast.until((text) => text.includes('"control":"synced"'))
  const each = new Worker(server, "from: log", stdout)
  await Promise.all([
    slow.until((text) => text.includes("line_opened")),
    each.until((text) => text.includes('"control":"synced"')),
  ])
  const frozen = slow.freeze(2_000)
  await server.kill()
  await sleep(300)
  await server.start()
  await each.crash()
  await each.until((text) => text.includes('"control":"gap_opened"'))
  await frozen
  const half = new Worker(server, "from: latest", "{ stdout: {}, emit: changes, where: 'sportsbook == \"fanduel\"' }")
  await half.until((text) => text.includes("line_moved"))
  ingest.child.kill("SIGTERM")
  const { code, stderr } = await ingest.ended
  expect(code, stderr).toBe(0)

  const all = recordsIn(feed.text("all.ndjson"))
  const book = bookOf(all)
  expect(book.games.size).toBeGreaterThan(5)
  const order = new Map(all.map((record, index) => [identityOf(record), index]))
  const workers = [fast, slow, each, half]
  const read = await Promise.all(workers.map((worker) => worker.end()))
  await server.kill()

  // The exact book, whatever was lost on the way.
  for (const records of read.slice(0, 3)) expect(bookOf(records)).toEqual(book)
  const ofFanduel = ({ games }: Book) =>
    new Map([...games].filter(([, { sportsbook, lines }]) => sportsbook === "fanduel" && lines.size > 0))
  expect(ofFanduel(bookOf(read[3]!))).toEqual(ofFanduel(book))
  // Each record of the log once and in order.
  expect(passedOn(read[2]!)).toEqual(all)
  const placesOf = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<number> =>
    passedOn(records).map((record) => order.get(identityOf(record)) ?? -1)
  for (const worker of workers) {
    for (const life of worker.lives) {
      const records = recordsIn(life)
      const ids = records.map((record) => identityOf(record))
      expect(new Set(ids).size, "no record comes twice").toBe(ids.length)
      expect(placesOf(records), "all records are known").not.toContain(-1)
      // What is urgent comes first in a lane that coalesces, but for records of one line.
      for (const part of worker === slow ? byLine(records) : [records]) {
        expect(placesOf(part), "records are in their order").toEqual(placesOf(part).toSorted((a, b) => a - b))
      }
    }
  }
}

/** The changes of each line. */
const byLine = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<ReadonlyArray<StreamRecord>> => {
  const lines = new Map<string, Array<StreamRecord>>()
  for (const record of records) {
    if (!("outcome" in record && "change" in record)) continue
    const key = `${record.sportsbook} ${record.game} ${record.outcome}`
    lines.set(key, [...lines.get(key) ?? [], record])
  }
  return [...lines.values()]
}

describe.skipIf(!hasNats())("workers of a pipeline on NATS", () => {
  it("end with the exact book: fast, slow, killed, and with a condition, while the server is killed", async () => {
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) await live(seed)
  })
})
