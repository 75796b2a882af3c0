/** A webhook whose receiver wants no more: what becomes of the run, of the other sinks, and of what it did not take. */
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { recordsOf } from "@boltodds/testing/PipeProcess"
import { bookOf, LawOfBelief, settle, shown } from "./books.ts"
import { type HookReceiver, openReceiver, type Row, taken } from "@boltodds/testing/HookReceiver"
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

let server: Simulator
beforeAll(async () => {
  server = await startSimulator({ key: feedKey, rate: 300, world: { games: 3, players: 0 } })
})
afterAll(() => server.stop())

/** Takes some batches, and then no more for ever. */
const gonesAfter = (batches: number): Promise<HookReceiver> =>
  openReceiver((_, index) => index < batches ? taken : { status: 410 })

const rowsOn = (stdout: string): ReadonlyArray<Row> => recordsOf(stdout) as unknown as ReadonlyArray<Row>
const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, index) => index + 1)

/** Controls that a lane withholds between a loss and the resnapshot after it. */
const withheld: ReadonlySet<string> = new Set(["fresh", "game_verified", "gap_closed", "synced"])

describe("a webhook that answers 410", () => {
  it("ends the run with 74, and says which sink and why", async () => {
    const receiver = await gonesAfter(3)
    const folder = tempFolder()
    const sinks = {
      hook: { webhook: hookTo(receiver.url), emit: "changes" },
      archive: { file: { path: "odds.ndjson" }, emit: "changes" },
    }
    const { code, stderr } = await runPipeline(pipelineIn(folder, { sinks }), server).ended
    expect(code).toBe(74)
    const { origin } = new URL(receiver.url)
    const last = stderr.trimEnd().split("\n").at(-1)!
    expect(last).toContain("hook cannot be written")
    expect(last).toContain(
      `Cannot post to ${origin}: it answered 410; it wants no more: the webhook is disabled until it is opened anew`,
    )
    expect(receiver.deliveries.length).toBe(4)
    // The file has every record, up to the last one.
    const rows = recorded(folder, "odds")
    expect(rows.map(({ seq }) => seq)).toEqual(upTo(rows.length))
    expect(rows.at(-1)).toMatchObject({ control: "stream_stopped", reason: "sink hook failed" })
    await receiver.down()
  })

  it("ends alone where it is not required: the others go on to the end", async () => {
    const receiver = await gonesAfter(2)
    const folder = tempFolder()
    const sinks = {
      hook: { webhook: hookTo(receiver.url), emit: "changes", required: false },
      screen: { stdout: {}, emit: "changes" },
      archive: { file: { path: "odds.ndjson" }, emit: "changes" },
    }
    const feed = await startSimulator({ key: feedKey, rate: 300, world: { games: 3, players: 0 } })
    const pipe = runPipeline(pipelineIn(folder, { sinks, run: { report: true } }), feed)
    await whileRuns(pipe, receiver.until(() => receiver.deliveries.length === 3))
    const later = feed.stats().messagesSent + 200
    await feed.waitFor(({ messagesSent }) => messagesSent > later)
    await settle(feed, pipe)
    pipe.kill("SIGTERM")
    const { code, stdout, stderr } = await pipe.ended
    // It is said that not everybody got everything.
    expect([code, stderr]).toEqual([75, expect.stringMatching(/Stopped with \d+ records undelivered: hook lost \d+/)])
    expect(stderr).toMatch(/"level":"error","event":"sink_disabled","message":"hook: .*it answered 410/)
    const rows = rowsOn(stdout)
    expect(rows.map(({ seq }) => seq)).toEqual(upTo(rows.length))
    expect(shown(bookOf(rows))).toEqual(feed.book())
    expect(recorded(folder, "odds")).toEqual(rows)
    const { hook, screen, archive } = routesIn(stderr)
    for (const route of [hook!, screen!, archive!]) expect(sidesOf(route)[0]).toBe(sidesOf(route)[1])
    expect([hook!.state, screen!.state, archive!.state]).toEqual(["disabled", "open", "open"])
    expect(hook!.counts.delivered).toBe(receiver.acknowledged.flatMap(({ records }) => records).length)
    expect(receiver.deliveries.length).toBe(3)
    await feed.stop()
    await receiver.down()
  })

  it.each(["memory", "outbox"])(
    "hands over to its fallback exactly what it did not take (store: %s)",
    async (store) => {
      const receiver = await gonesAfter(4)
      const folder = tempFolder()
      const sinks = {
        hook: {
          webhook: hookTo(receiver.url),
          emit: "changes",
          lane: { ...hasty, overflow: "block", store },
          fallback: "reserve",
        },
        screen: { stdout: {}, emit: "changes" },
        reserve: { file: { path: "reserve.ndjson" } },
      }
      const feed = await startSimulator({ key: feedKey, rate: 300, world: { games: 3, players: 0 } })
      const pipe = runPipeline(pipelineIn(folder, { sinks }), feed)
      await whileRuns(pipe, receiver.until(() => receiver.deliveries.length === 5))
      await whileRuns(pipe, pipe.until(({ stderr }) => /hook: the whole book is sent again/.test(stderr)))
      const later = feed.stats().messagesSent + 200
      await feed.waitFor(({ messagesSent }) => messagesSent > later)
      await settle(feed, pipe)
      pipe.kill("SIGTERM")
      const { code, stdout, stderr } = await pipe.ended
      expect([code, stderr]).toEqual([0, expect.stringContaining("reserve takes over for hook, which is disabled")])
      const all = rowsOn(stdout)
      const isRecorded = (row: Row): boolean => JSON.stringify(all[row.seq - 1]) === JSON.stringify(row)
      const reserve = recorded(folder, "reserve")
      const taken = [...receiver.acknowledged.flatMap(({ records }) => records), ...reserve.filter(isRecorded)]
      // On a busy machine the feed may be `stale` in between: a lane withholds what verifies until its reader has the book.
      const isSure = (row: Row): boolean => !("control" in row && withheld.has(String(row.control)))
      expect(taken.filter(isSure)).toEqual(all.filter(isSure))
      expect(receiver.deliveries.length).toBe(5)
      // Its reader has nothing of what the webhook took: it receives the report of that first, and then the whole book.
      expect(reserve[0]).toMatchObject({ control: "dropped", reason: "takeover" })
      const own = reserve.filter((row) => !isRecorded(row))
      expect(own[1]).toMatchObject({ control: "stream_started" })
      expect(shown(bookOf(reserve))).toEqual(feed.book())
      const law = new LawOfBelief(all)
      law.getsByGroup(reserve)
      expect(law.broken).toEqual([])
      await feed.stop()
      await receiver.down()
    },
  )
})
