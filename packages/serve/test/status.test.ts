/** The pages of a server about its process. */
import { hasPrometheus, parseScrape, promtool } from "@boltodds/testing/Promtool"
import { LatestStatus } from "@boltodds/pipeline"
import { jsonSchema } from "@boltodds/protocol/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import type { StatusRecord } from "@boltodds/protocol"
import { readFileSync } from "node:fs"
import { describe, expect, it, onTestFinished } from "vitest"
import { metricDescriptions, metricsReference, StreamServer, type StreamServerOptions } from "../src/index.ts"
import { TapWriter } from "../src/status/TapWriter.ts"
import { makeRecord } from "@boltodds/sink"
import { ask, dial, listen } from "./served.ts"
import { books, healthy, lane, lanes, ofProcess, session, source, sportsbook } from "./statusRecords.ts"

const serveStatus = async (
  records: ReadonlyArray<StatusRecord> = healthy(),
  options: StreamServerOptions = {},
): Promise<{ readonly server: StreamServer; readonly latest: LatestStatus }> => {
  const latest = new LatestStatus()
  latest.take(records)
  const server = new StreamServer({ port: 0, status: latest, ...options })
  await server.open()
  onTestFinished(() => server.stop())
  return { server, latest }
}

describe("/livez, /readyz and /feedz", () => {
  it("answer 200 for a process that is well", async () => {
    const { server } = await serveStatus()
    for (const page of ["/livez", "/readyz", "/feedz"]) expect(await ask(server, page)).toEqual([200, "ok\n"])
  })

  it("say what is missing: of the feed in /feedz, of what serves in /readyz", async () => {
    const { server, latest } = await serveStatus()
    latest.take([
      books(sportsbook("betmgm", { stale: true })),
      source([
        session({ state: "connecting", why: "HTTP 503", next_dial_at: "2026-07-16T18:00:03.000Z" }),
        session({ session: "nba", state: "syncing", why: "137 of 294 games confirmed" }),
      ]),
      lanes(lane("files", { state: "disabled", last_error: "no space left\nreally" })),
      ofProcess(),
    ])
    expect(await ask(server, "/feedz")).toEqual([
      503,
      "feed: connecting: HTTP 503; next dial at 2026-07-16T18:00:03.000Z\nnba: syncing: 137 of 294 games confirmed\n",
    ])
    expect(await ask(server, "/readyz")).toEqual([503, "the sink files is disabled: no space left?really\n"])
    expect(await ask(server, "/livez")).toEqual([200, "ok\n"])
  })

  it("stay 200 with a sink disabled that is not required, and name it", async () => {
    const hook = lane("hook", { state: "disabled", required: false, last_error: "HTTP 410" })
    const { server } = await serveStatus([books(), source([session()]), lanes(lane("files"), hook), ofProcess()])
    expect(await ask(server, "/readyz")).toEqual([200, "ok\nthe sink hook is disabled: HTTP 410\n"])
  })

  it("stay 200 with one sportsbook that is stale, and name it", async () => {
    const records = [books(sportsbook("betmgm", { stale: true })), source([session()]), lanes(), ofProcess()]
    const { server } = await serveStatus(records)
    expect(await ask(server, "/feedz")).toEqual([200, "ok\nstale sportsbooks: betmgm\n"])
  })

  it("say standby on a standby", async () => {
    const { server, latest } = await serveStatus()
    latest.standsBy("another process holds the lease")
    expect(await ask(server, "/livez")).toEqual([200, "ok\n"])
    for (const page of ["/readyz", "/feedz"]) {
      expect(await ask(server, page)).toEqual([503, "standby: another process holds the lease\n"])
    }
  })

  it("are not ready before a served stream has begun, nor before the run", async () => {
    const { server, latest } = await serveStatus()
    server.add({ emit: "changes", run: "r" })
    expect(await ask(server, "/readyz")).toEqual([503, "the stream changes has no records yet\n"])
    latest.take([ofProcess("starting")])
    expect((await ask(server, "/readyz"))[1]).toContain("the process is starting")
    expect(await ask(server, "/feedz")).toEqual([503, "the process is starting\n"])
  })

  it("need no token, and the other pages do", async () => {
    const token = "0123456789abcdef"
    const { server } = await serveStatus(healthy(), { token })
    for (const page of ["/livez", "/readyz", "/feedz"]) expect((await ask(server, page))[0]).toBe(200)
    for (const page of ["/status", "/metrics", "/v1/tap?sink=files"]) {
      expect((await ask(server, page))[0]).toBe(401)
    }
    expect((await ask(server, "/status", { Authorization: `Bearer ${token}` }))[0]).toBe(200)
  })
})

describe("/status and emit=status", () => {
  it("are the records: by kind, and as a stream that begins with the newest of each", async () => {
    const { server, latest } = await serveStatus()
    const [status, body] = await ask(server, "/status")
    expect(status).toBe(200)
    expect(Object.keys(JSON.parse(body))).toEqual(["books", "source", "lanes", "process"])
    const { arrivals } = dial(server, "?emit=status")
    await arrivals.until((record) => (record as unknown as StatusRecord).status === "process")
    const kinds = () => (arrivals.records as unknown as ReadonlyArray<StatusRecord>).map((each) => each.status)
    expect(kinds()).toEqual(["books", "source", "lanes", "process"])
    expect(arrivals.records.at(-1)).toMatchObject({ last: true })
    latest.take([ofProcess("stopping")])
    await arrivals.until((record) => (record as unknown as { phase?: string }).phase === "stopping")
    expect(kinds()).toHaveLength(5)
    const events = await listen(server, "?emit=status")
    await events.arrivals.until((record) => (record as unknown as StatusRecord).status === "process")
  })

  it("have the published schema", () => {
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(jsonSchema("status"))
    for (const record of healthy()) expect([validate(record), validate.errors]).toEqual([true, null])
    expect(validate({ ...healthy()[0], books: [{}] })).toBe(false)
    expect(validate({ status: "weather", at: "now" })).toBe(true)
  })

  it("are what a server without streams streams", async () => {
    const { server } = await serveStatus()
    const { arrivals } = dial(server)
    expect(await arrivals.until(() => true)).toMatchObject({ status: "books" })
    expect((await ask(server, "/v1/book?emit=changes"))[1]).toContain("this server has status")
  })

  it("are not there without a status", async () => {
    const server = new StreamServer({ port: 0 })
    await server.open()
    onTestFinished(() => server.stop())
    expect((await ask(server, "/metrics"))[0]).toBe(404)
    expect((await ask(server, "/v1/stream?emit=status"))[0]).toBe(404)
  })
})

describe.skipIf(!hasPrometheus())("/metrics (skipped without promtool)", () => {
  it("is read by the parser of Python's client, with exact values", async () => {
    const { server } = await serveStatus()
    const [, text] = await ask(server, "/metrics")
    const samples = parseScrape(text)
    const value = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
      samples.find((sample) =>
        sample.name === name && Object.entries(labels).every(([label, wanted]) => sample.labels[label] === wanted)
      )?.value
    expect(value("boltodds_frames_total")).toBe(400)
    expect(value("boltodds_messages_total")).toBe(410)
    expect(value("boltodds_quarantined_total")).toBe(1)
    expect(value("boltodds_session_state", { session: "feed", state: "live" })).toBe(1)
    expect(value("boltodds_session_state", { session: "feed", state: "stale" })).toBe(0)
    expect(value("boltodds_session_gap_seconds_total", { session: "feed" })).toBe(1.315)
    expect(value("boltodds_sportsbook_lag_seconds", { sportsbook: "betmgm", stat: "p95" })).toBe(0.08)
    expect(value("boltodds_lane_in_total", { sink: "files", type: "file", emit: "changes" })).toBe(100)
    expect(value("boltodds_phase", { phase: "running" })).toBe(1)
    expect(value("process_cpu_seconds_total")).toBe(61.25)
    expect(value("process_start_time_seconds")).toBe(Date.UTC(2026, 6, 16, 15) / 1000)
    const buckets = samples.filter(({ name }) => name === "boltodds_feed_latency_seconds_bucket")
    expect(buckets.map(({ labels, value }) => [labels["le"], value])).toEqual([
      ["0", 1],
      ["0.01", 6],
      ["0.1", 9],
      ["+Inf", 10],
    ])
    expect(value("boltodds_feed_latency_seconds_sum")).toBe(0.4125)
  })

  it("has each metric that is documented, of its type and with its labels, and no other", async () => {
    const { server } = await serveStatus()
    const samples = parseScrape((await ask(server, "/metrics"))[1])
    const found = new Map<string, { type: string; labels: ReadonlyArray<string> }>()
    for (const { family, type, name, labels } of samples) {
      // The parser takes `_total` off the name of a counter.
      const documented = type === "counter" && !family.endsWith("_total") ? `${family}_total` : family
      if (name.endsWith("_sum") || name.endsWith("_count")) continue
      found.set(documented, { type, labels: Object.keys(labels).sort() })
    }
    const expected = metricDescriptions.map(({ name, type, labels }) =>
      [name, { type, labels: labels.toSorted() }] as const
    )
    expect(new Map(found)).toEqual(new Map(expected))
  })

  it("passes promtool, whatever names a feed invents, and its series are bounded", async () => {
    const hostile = [
      'quote" back\\slash',
      "line\nbreak",
      "\u0000\u202Eevil\uD800",
      "x".repeat(5_000),
      "x".repeat(5_000) + "y",
      "_other",
      "",
      ...Array.from({ length: 400 }, (_, n) => `book-${n}`),
    ]
    const all = hostile.map((name) => sportsbook(name))
    const { server, latest } = await serveStatus([books(...all), source([session()]), lanes(), ofProcess()])
    const [, text] = await ask(server, "/metrics")
    const samples = parseScrape(text)
    const labels = new Set(
      samples.filter(({ name }) => name === "boltodds_sportsbook_games").map((sample) => sample.labels["sportsbook"]!),
    )
    expect(labels.size).toBe(101)
    for (const label of labels) expect(label.length).toBeLessThan(100)
    const games = samples.filter(({ name }) => name === "boltodds_sportsbook_games")
    expect(games.reduce((sum, { value }) => sum + value, 0)).toBe(10 * hostile.length)
    expect(promtool(["check", "metrics"], { input: text })).toEqual({ code: 0, output: "" })
    // Other names later: those that have labels keep them, and no new ones come.
    latest.take([
      books(...Array.from({ length: 300 }, (_, n) => sportsbook(`later-${n}`))),
      source([session()]),
      ofProcess(),
    ])
    const later = parseScrape((await ask(server, "/metrics"))[1])
    expect(later.filter(({ name }) => name === "boltodds_sportsbook_games").map(({ labels }) => labels["sportsbook"]))
      .toEqual(["_other"])
  })
})

describe("a tap", () => {
  const form = { encode: JSON.stringify }
  const change = (outcome: string, odds: number) => {
    const value = { change: "line_moved", run: "r", seq: 1, sportsbook: "betmgm", game: "g", outcome, odds }
    return makeRecord<unknown>({ seq: 1, at: 1, session: "feed", epoch: 1, last: true }, value, form)
  }

  it("writes what comes, and the newest of each line once its reader takes something again", () => {
    let backlog = 0
    const written: Array<string> = []
    const tap = new TapWriter({ backlogBytes: () => backlog, write: (text) => void written.push(text) })
    tap.take([change("x", 100)])
    expect(written).toHaveLength(1)
    backlog = 1_000_000
    for (let odds = 101; odds <= 200; odds++) tap.take([change("x", odds), change("y", odds)])
    expect(written).toHaveLength(1)
    backlog = 0
    tap.drain()
    const lines = written[1]!.trimEnd().split("\n").map((line) => JSON.parse(line))
    expect(lines[0]).toEqual({ tap: "slow", merged: 198, dropped: 0 })
    expect(lines.slice(1).map(({ outcome, odds }) => [outcome, odds])).toEqual([["x", 200], ["y", 200]])
  })

  it("is bounded, and says how many records it left out", () => {
    const written: Array<string> = []
    let backlog = 1_000_000
    const tap = new TapWriter({ backlogBytes: () => backlog, write: (text) => void written.push(text) })
    for (let n = 0; n < 12_000; n++) tap.take([change(`o${n}`, 100)])
    backlog = 0
    tap.drain()
    const lines = written[0]!.trimEnd().split("\n")
    expect(lines).toHaveLength(10_001)
    expect(JSON.parse(lines[0]!)).toEqual({ tap: "slow", merged: 0, dropped: 2_000 })
  })

  it("of a sink that does not exist is a mistake that names the sinks", async () => {
    const { server } = await serveStatus()
    expect(await ask(server, "/v1/tap?sink=none")).toEqual([404, "Cannot tap a sink: nothing runs now"])
  })
})

describe("docs/metrics.md", () => {
  it("is the table that the scrape is made of", () => {
    const page = readFileSync(new URL("../../../docs/metrics.md", import.meta.url), "utf8")
    expect(page, "write it anew with `schema metrics`").toBe(metricsReference())
  })
})
