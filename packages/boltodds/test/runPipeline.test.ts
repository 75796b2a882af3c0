import {
  ConfigErrors,
  defineEmit,
  defineProcessor,
  defineSink,
  defineSource,
  DeliveryError,
  filter,
  type LineChange,
  runPipeline,
  type StreamRecord,
} from "boltodds"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as v from "valibot"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { z } from "zod"

beforeAll(() => {
  vi.stubEnv("XDG_STATE_HOME", temporaryFolder())
  vi.stubEnv("XDG_CACHE_HOME", temporaryFolder())
})
afterAll(() => vi.unstubAllEnvs())

const simulated = { simulator: { rate: 500 } }

/** A sink that keeps the records, options read by Zod. */
const memory = () => {
  const records: Array<StreamRecord> = []
  const plugin = defineSink({
    kind: "sink",
    name: "memory",
    config: z.object({ most: z.number().default(Infinity) }),
    make: ({ most }) => ({
      write: ({ envelopes }) => {
        for (const { value } of envelopes) if (records.length < most) records.push(value as StreamRecord)
      },
    }),
  })
  return { plugin, records }
}

describe("runPipeline", () => {
  it("runs a document to its end, and reports", async () => {
    const { plugin, records } = memory()
    const report = await runPipeline({
      version: 1,
      source: simulated,
      sinks: { mine: { memory: {}, emit: "changes" } },
      run: { count: 50 },
    }, { plugins: [plugin] })
    expect(report).toMatchObject({ reason: "count reached", isDelivered: true, blindWindows: [] })
    expect(report.sinks).toMatchObject([{ name: "mine", emit: "changes", state: "open", isDelivered: true }])
    expect(report.sinks[0]!.counts.delivered).toBe(records.length)
    expect(records.filter((record) => "change" in record)).toHaveLength(50)
    expect(JSON.parse(JSON.stringify(report))).toEqual(report)
  })

  it("runs a file, relative to its folder", async () => {
    const folder = temporaryFolder()
    writeFileSync(
      join(folder, "pipeline.yaml"),
      "version: 1\nsource: { simulator: { rate: 500 } }\nsinks: { out: { file: { path: odds.ndjson }, emit: changes } }\nrun: { count: 10 }\n",
    )
    const report = await runPipeline(join(folder, "pipeline.yaml"))
    expect(report.reason).toBe("count reached")
    const lines = readFileSync(join(folder, "odds.ndjson"), "utf8").trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    )
    expect(lines.filter((record) => "change" in record)).toHaveLength(10)
  })

  it("rejects with every mistake and its place, before anything is opened", async () => {
    const document = { version: 1, source: "simulater", sinks: { a: { stdout: {}, emit: "chnages" } } } as const
    const error = await runPipeline(document).then(() => undefined, (cause: unknown) => cause)
    expect(error).toBeInstanceOf(ConfigErrors)
    expect((error as ConfigErrors).problems.map(({ message }) => message)).toEqual([
      expect.stringContaining("simulater"),
      expect.stringContaining("chnages"),
    ])
  })

  it("an aborted signal stops the source, delivers what waits, and is the reason in the report", async () => {
    const controller = new AbortController()
    const { plugin, records } = memory()
    const running = runPipeline(
      { version: 1, source: simulated, sinks: { mine: { memory: {}, emit: "changes" } } },
      {
        plugins: [
          plugin,
          defineSink({
            kind: "sink",
            name: "trigger",
            make: () => ({ write: () => controller.abort() }),
          }),
        ],
        signal: controller.signal,
      },
    )
    setTimeout(() => controller.abort(), 500)
    const report = await running
    expect(report).toMatchObject({ reason: "aborted", isDelivered: true })
    expect(records.at(-1)).toMatchObject({ control: "stream_stopped", reason: "aborted" })
  })

  it("takes sources, emits and processors without Effect, their options read by Valibot", async () => {
    const { plugin, records } = memory()
    const opening = (game: number): string =>
      `{"action":"initial_state","data":{"sport":"MLB","sportsbook":"betmgm","game":"G${game}","outcomes":{"A":{"odds":"-110"}}}}`
    const games = defineSource({
      kind: "source",
      name: "games",
      config: v.object({ count: v.number() }),
      make: async function* ({ count }) {
        for (let game = 0; game < count; game++) yield opening(game)
      },
    })
    const only = defineProcessor({
      kind: "processor",
      name: "only",
      config: v.object({ game: v.string() }),
      keepsForm: true,
      make: ({ game }) => () => filter<LineChange>((change) => change.game === game),
    })
    const report = await runPipeline({
      version: 1,
      source: { games: { count: 3 } },
      sinks: { mine: { memory: {}, emit: "changes", processors: [{ only: { game: "G1" } }] } },
    }, { plugins: [plugin, games, only] })
    expect(report.reason).toBe("source ended")
    expect(records.flatMap((record) => "change" in record ? [`${record.change} ${record.game}`] : [])).toEqual([
      "game_opened G1",
      "line_opened G1",
    ])
  })

  it("takes an emit without Effect", async () => {
    const { plugin, records } = memory()
    const counter = defineEmit({
      kind: "emit",
      name: "frames-only",
      make: () => ({
        name: "frames-only",
        needs: "frames",
        open: () => ({
          of: (steps) =>
            steps.flatMap(({ event }, index) =>
              event._tag !== "Frame" ? [] : [{
                _tag: "Record" as const,
                seq: index + 1,
                at: event.at,
                session: event.session,
                epoch: event.epoch,
                last: true,
                text: `{"bytes":${event.raw.length}}`,
                value: { bytes: event.raw.length },
              }]
            ),
        }),
      }),
    })
    await runPipeline({
      version: 1,
      source: simulated,
      sinks: { mine: { memory: { most: 3 }, emit: "frames-only" } },
      run: { count: 5 },
    }, { plugins: [plugin, counter] })
    expect(records).toHaveLength(3)
    for (const record of records) expect(record).toEqual({ bytes: expect.any(Number) })
  })

  it("a sink that fails is logged, and what it lost is in the report", async () => {
    const log: Array<string> = []
    const refusing = defineSink({
      kind: "sink",
      name: "refusing",
      make: () => ({
        write: () => {
          throw new DeliveryError("no such table", { rest: "disable" })
        },
      }),
    })
    const { plugin } = memory()
    const report = await runPipeline({
      version: 1,
      source: simulated,
      sinks: { bad: { refusing: {}, emit: "changes", required: false }, mine: { memory: {}, emit: "changes" } },
      run: { count: 100 },
    }, { plugins: [refusing, plugin], onLog: (level, text) => void log.push(`${level} ${text}`) })
    expect(log.find((line) => line.startsWith("error bad: "))).toContain("no such table")
    expect(report.isDelivered).toBe(false)
    expect(report.sinks).toMatchObject([
      { name: "bad", state: "disabled", error: expect.stringContaining("no such table"), isDelivered: false },
      { name: "mine", state: "open", isDelivered: true },
    ])
  })

  it("rejects with an Error where a required sink is disabled", async () => {
    const refusing = defineSink({
      kind: "sink",
      name: "refusing",
      make: () => {
        throw new Error("the disk is gone")
      },
    })
    await expect(runPipeline({
      version: 1,
      source: simulated,
      sinks: { bad: { refusing: {}, emit: "changes", required: true } },
    }, { plugins: [refusing], onLog: false })).rejects.toThrow("the disk is gone")
  })
})
