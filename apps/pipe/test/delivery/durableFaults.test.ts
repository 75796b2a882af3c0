/** A durable webhook through the whole command, to a receiver that fails in every way it can. */
import { isControl, isLineChange } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { patience } from "@boltodds/testing/patience"
import { dice } from "../chaos/random.ts"
import { runPipe } from "@boltodds/testing/PipeProcess"
import { LawOfBelief } from "./books.ts"
import { type Answer, openReceiver, type Row, taken } from "@boltodds/testing/HookReceiver"
import {
  feedKey,
  hasty,
  hookTo,
  pipelineIn,
  routesIn,
  runPipeline,
  sidesOf,
  tempFolder,
  whileRuns,
} from "./pipelines.ts"

const isDropped = (row: Row): boolean =>
  isControl(row) && (row.control === "dropped" || (row.control === "quarantined" && row.reason === "dropped"))
const isWithheld = (row: Row): boolean =>
  isControl(row) && ["game_verified", "gap_closed", "synced", "fresh"].includes(row.control)
/** Whether a resnapshot begins here, of everything or of some games. */
const begins = (row: Row): boolean =>
  isControl(row) ? row.control === "stream_started" : row.cause === "snapshot" && !isLineChange(row)

const seed = Number(process.env["DELIVERY_SEED"] ?? 1)

/** All that a receiver may do, with how often; those that make dead letters come rarely. */
const ways: ReadonlyArray<readonly [name: string, weight: number, answer: Answer]> = [
  ["taken", 40, taken],
  ["500", 12, { status: 500 }],
  ["hang", 6, "hang"],
  ["cut", 8, "cut"],
  ["torn", 8, "torn"],
  ["drop", 8, "drop"],
  ["429", 2, { status: 429, headers: { "retry-after": "1" } }],
  ["302", 5, { status: 302, headers: { location: "/elsewhere" } }],
  ["400", 7, { status: 400 }],
]
const lot = ways.flatMap(([name, weight, answer]) => Array.from({ length: weight }, () => [name, answer] as const))

/** What a map holds for a key: this, where there is nothing. */
const once = <K, V>(map: Map<K, V>, key: K, value: V): V => {
  const known = map.get(key)
  if (known === undefined) map.set(key, value)
  return known ?? value
}

/** The numbers of all dead letters. */
const deadIn = async (outbox: string): Promise<ReadonlySet<number>> => {
  const seqs = new Set<number>()
  for (let after = 0, more = true; more;) {
    const { code, stdout } = await runPipe([
      "outbox",
      "list",
      outbox,
      "--json",
      "--limit",
      "500",
      "--after",
      `${after}`,
    ])
    expect(code).toBe(0)
    const { letters, next } = JSON.parse(stdout) as { letters: ReadonlyArray<{ seq: number }>; next?: number }
    for (const letter of letters) seqs.add(letter.seq)
    more = next !== undefined
    after = next ?? 0
  }
  return seqs
}

describe("a durable webhook", () => {
  it(`delivers everything at least once, in order, to a receiver that fails in every way (seed ${seed})`, async () => {
    const { pick } = dice(seed)
    const struck = new Map<string, number>()
    const receiver = await openReceiver(() => {
      const [name, answer] = pick(lot)
      struck.set(name, (struck.get(name) ?? 0) + 1)
      return answer
    })
    const server = await startSimulator({ key: feedKey, rate: 300, world: { seed, games: 4, players: 1 } })
    const folder = tempFolder()
    const path = pipelineIn(folder, {
      // Nothing is to wait at the end, however busy the machine is.
      run: { report: true, drain_within: "2m" },
      sinks: {
        // A later answer is not read: the batch can be a dead letter although it arrived.
        hook: {
          webhook: hookTo(receiver.url, { profile: "durable", timeout: `${Math.round(600 * patience())}ms` }),
          lane: hasty,
        },
        archive: { file: { path: "odds.ndjson" }, emit: "changes" },
      },
    })
    const pipe = runPipeline(path, server)
    await whileRuns(pipe, receiver.until(() => ways.every(([name, weight]) => (struck.get(name) ?? 0) >= weight / 3)))
    receiver.answer = () => taken
    server.pause()
    await server.drained()
    pipe.kill("SIGTERM")
    const { code, stderr } = await pipe.ended
    // Dead letters were not delivered. Unless a resnapshot made it good, the exit code says so.
    const { hook } = routesIn(stderr)
    expect(sidesOf(hook!)[0]).toBe(sidesOf(hook!)[1])
    expect([code, hook!.counts.pending]).toEqual([hook!.isLossy ? 75 : 0, 0])
    if (code === 75) expect(stderr).toMatch(/hook lost \d+ on the way \(dead_letter \d+\)/)
    await server.stop()
    await receiver.down()

    expect(receiver.forged).toEqual([])
    const texts = readFileSync(join(folder, "odds.ndjson"), "utf8").split("\n").slice(0, -1)
    const recording = texts.map((text) => JSON.parse(text) as Row)
    expect(recording.map(({ seq }) => seq)).toEqual(recording.map((_, index) => index + 1))
    const dead = await deadIn(join(folder, "outbox", "hook.sqlite"))
    expect(dead.size).toBeGreaterThan(0)

    // The same id is the same body, always; what was recorded has one id, and goes alone.
    const isRecorded = (row: Row): boolean => JSON.stringify(row) === texts[row.seq - 1]
    const bodies = new Map<string, string>()
    const ids = new Map<number, string>()
    for (const { id, body, records } of receiver.deliveries) {
      expect(once(bodies, id, body)).toBe(body)
      const own = records.filter((row) => !isRecorded(row))
      expect([0, records.length]).toContain(own.length)
      // The lane's own records: the loss, and after it the whole book again.
      if (own.length > 0) expect(own.filter((row) => !isDropped(row)).slice(0, 1).every(begins)).toBe(true)
      else for (const { seq } of records) expect(once(ids, seq, id)).toBe(id)
    }

    const { acknowledged } = receiver
    const arrived = [
      ...new Set(acknowledged.flatMap(({ records }) => records).filter(isRecorded).map(({ seq }) => seq)),
    ]
    expect(arrived).toEqual(arrived.toSorted((one, other) => one - other))
    const known = new Set(arrived)
    // What a lane withholds after a loss is neither: a resnapshot says more.
    const kept = recording.filter((row) => !isWithheld(row) || known.has(row.seq) || dead.has(row.seq))
    expect(kept.map(({ seq }) => seq).filter((seq) => dead.has(seq) === known.has(seq))).toEqual([])

    // After a loss it received the report before anything else.
    const law = new LawOfBelief(recording)
    for (const { id, records } of acknowledged) law.gets(records, id)
    expect(law.broken).toEqual([])
  })
})
