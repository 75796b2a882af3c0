/** A realtime webhook through the whole command, to a receiver that is slow, fails, and stands still. */
import { startSimulator } from "@boltodds/simulator"
import { emptyBook, fold, isControl } from "@boltodds/protocol"
import { existsSync, readFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { dice } from "../chaos/random.ts"
import { beforeStop, bookOf, lineOf, settle, shown } from "./books.ts"
import { type Answer, openReceiver, type Row, taken } from "@boltodds/testing/HookReceiver"
import { recorded } from "./lines.ts"
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

const seed = Number(process.env["DELIVERY_SEED"] ?? 1)
const maxAgeMillis = 1_000

/** How a slow receiver answers in the end. */
const moods: ReadonlyArray<Answer> = [taken, taken, taken, { status: 500 }, "cut", "torn", "drop"]

/** The most that the process had in memory so far, in MiB, as Linux reports it; elsewhere 0, and memory is not judged. */
const peakOf = (pid: number): number =>
  existsSync(`/proc/${pid}/status`)
    ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024
    : 0

describe("a realtime webhook", () => {
  it(`delivers the newest records to a slow receiver, no old ones, and in the end the true book (seed ${seed})`, async () => {
    const { pick } = dice(seed)
    let release = (): void => {}
    const held = new Promise<void>((resolve) => release = resolve)
    // Slow at first; the eighth is held until the test has seen the feed move on.
    const receiver = await openReceiver(async (_, index) => {
      if (index === 8) await held
      else await sleep(400)
      return index === 8 ? taken : pick(moods)
    })
    const server = await startSimulator({ key: feedKey, rate: 500, world: { seed, games: 4, players: 1 } })
    const folder = tempFolder()
    const path = pipelineIn(folder, {
      run: { report: true },
      sinks: {
        screen: { stdout: {}, emit: "changes" },
        archive: { file: { path: "odds.ndjson" }, emit: "changes" },
        hook: {
          webhook: hookTo(receiver.url, { profile: "realtime", timeout: "30s" }),
          emit: "changes",
          lane: { ...hasty, max_age: `${maxAgeMillis}ms` },
        },
      },
    })
    const pipe = runPipeline(path, server)
    await whileRuns(pipe, receiver.until(() => receiver.deliveries.length === 9))
    // By the feed's own time the receiver now stands still for four times what a record may wait.
    const stood = receiver.deliveries[8]!.atMillis + 4 * maxAgeMillis
    await whileRuns(pipe, pipe.until(({ stdout }) => lastAt(stdout) > stood))
    const releasedAt = Date.now()
    release()
    await whileRuns(pipe, receiver.until(() => receiver.deliveries.length > 14))
    receiver.answer = () => taken
    await whileRuns(pipe, settle(server, pipe))
    const truth = server.book()
    const readerBook = () => shown(fold(emptyBook, receiver.acknowledged.flatMap(({ records }) => records)))
    await whileRuns(pipe, receiver.until(() => same(readerBook(), truth)))
    const peak = peakOf(pipe.child.pid!)
    pipe.kill("SIGTERM")
    const { stderr } = await pipe.ended
    await server.stop()
    await receiver.down()

    expect(receiver.forged).toEqual([])
    const recording = recorded(folder, "odds")
    expect(recording.map(({ seq }) => seq)).toEqual(recording.map((_, index) => index + 1))
    expect(shown(bookOf(recording))).toEqual(truth)
    const { hook } = routesIn(stderr)
    expect(sidesOf(hook!)[0]).toBe(sidesOf(hook!)[1])
    expect(hook!.counts.coalesced, "merged").toBeGreaterThan(0)
    expect(hook!.counts.expired, "too old").toBeGreaterThan(0)

    // Each line's numbers rise. A batch that failed may come again with what is newer merged in: never an older price.
    const numbers = new Map<string, number>()
    for (const row of receiver.acknowledged.flatMap(({ records }) => records)) {
      const line = lineOf(row)
      if (line === undefined) continue
      // A resnapshot has the number of the state that it shows.
      if (isNews(row)) expect(row.seq).toBeGreaterThan(numbers.get(line) ?? 0)
      else expect(row.seq).toBeGreaterThanOrEqual(numbers.get(line) ?? 0)
      numbers.set(line, row.seq)
    }
    const prices = new Map<string, number>()
    const wasAt = pricesIn(recording)
    for (const row of receiver.deliveries.flatMap(({ records }) => records)) {
      const line = lineOf(row)
      if (line === undefined || !("odds" in row) || row.odds === null) continue
      expect(row.seq).toBeGreaterThanOrEqual(prices.get(line) ?? 0)
      prices.set(line, row.seq)
      // A record shows the price that was right at its number.
      expect(row.odds).toBe(wasAt(line, row.seq))
    }
    // Records after the standstill are young. A resnapshot shows the state at the time when it was made.
    const behind = receiver.deliveries.slice(9).flatMap(({ records }) => records).filter(isNews)
    expect(behind.length).toBeGreaterThan(0)
    const oldest = Math.min(...behind.map(({ at }) => Date.parse(at)))
    expect(oldest).toBeGreaterThan(releasedAt - 2 * maxAgeMillis)

    expect(shown(fold(emptyBook, beforeStop(receiver.deliveries.flatMap(({ records }) => records))))).toEqual(truth)
    expect(peak, "bounded, in MiB").toBeLessThan(400)
  })
})

/** What a line's price was at a number, by a recording without a hole. */
const pricesIn = (recording: ReadonlyArray<Row>): (line: string, seq: number) => number | null | undefined => {
  const told = new Map<string, Array<readonly [seq: number, odds: number | null]>>()
  for (const row of recording) {
    const line = lineOf(row)
    if (line === undefined || !("odds" in row)) continue
    const before = told.get(line)
    if (before === undefined) told.set(line, [[row.seq, row.odds]])
    else before.push([row.seq, row.odds])
  }
  return (line, seq) => told.get(line)?.findLast(([at]) => at <= seq)?.[1]
}

/** The time of the last whole line. */
const lastAt = (stdout: string): number => {
  const end = stdout.lastIndexOf("\n")
  const line = stdout.slice(stdout.lastIndexOf("\n", end - 1) + 1, end)
  return line === "" ? 0 : Date.parse((JSON.parse(line) as Row).at)
}

const isNews = (row: Row): boolean => !isControl(row) && row.cause === "feed"

const same = (one: Record<string, string>, other: Record<string, string>): boolean => {
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key])
}
