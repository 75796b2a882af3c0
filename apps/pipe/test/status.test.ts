/** A running process, seen from outside: its pages, `status`, `tap`, the heartbeat of its log, a new key. */
import { startSimulator } from "@boltodds/simulator"
import { hasPrometheus, promtool } from "@boltodds/testing/Promtool"
import { startLocalServer } from "@boltodds/testing/LocalServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { waitLimit } from "@boltodds/testing/TestProcess"
import { existsSync, writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import type { StatusByKind } from "@boltodds/pipeline"

// Not onTestFinished: these tests run side by side, and it would end those of another.
const ends: Array<() => Promise<unknown>> = []
const atEnd = (end: () => Promise<unknown>): void => void ends.push(end)
afterAll(async () => void await Promise.all(ends.map((end) => end())))

const key = "sk-status-1234abcd"

/** A process that serves its status, and where. */
const start = async (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly pipe: PipeProcess; readonly at: string }> => {
  const pipe = new PipeProcess([...args, "--listen", "0", "--log-format", "json"], { env })
  atEnd(async () => void await pipe.stop("SIGKILL"))
  const address = /http:\/\/127\.0\.0\.1:\d+/
  await pipe.until(({ stderr }) => address.test(stderr))
  return { pipe, at: address.exec(pipe.stderr)![0] }
}

const get = async (at: string, page: string): Promise<readonly [status: number, text: string]> => {
  const response = await fetch(at + page)
  return [response.status, await response.text()]
}

const until = async (at: string, page: string, holds: (status: number, text: string) => boolean): Promise<string> => {
  const end = performance.now() + waitLimit()
  for (;;) {
    const [status, text] = await get(at, page)
    if (holds(status, text)) return text
    if (performance.now() > end) throw new Error(`${page} is still ${status}: ${text}`)
    await sleep(50)
  }
}

const statusOf = async (at: string): Promise<Required<StatusByKind>> => JSON.parse((await get(at, "/status"))[1])

describe("a process that serves", { concurrent: true }, () => {
  it("shows a lost feed within a second and the settled one after it, in every way that there is", async () => {
    const feed = await startSimulator({ key, rate: 100, world: { games: 4 } })
    atEnd(() => feed.stop())
    const { pipe, at } = await start(["serve"], { BOLTODDS_URL: feed.url, BOLTODDS_API_KEY: key })
    expect((await get(at, "/livez"))[0]).toBe(200)
    await until(at, "/readyz", (status) => status === 200)
    await until(at, "/feedz", (status, text) => status === 503 && /games confirmed/.test(text))
    await until(at, "/feedz", (status) => status === 200)
    feed.pause()
    feed.disconnect("abort")
    const [, why] = await Promise.all([
      until(at, "/readyz", (status) => status === 200),
      until(at, "/feedz", (status) => status === 503),
    ])
    expect(why).toMatch(/^feed: (?:connecting|syncing): /)
    const { source, lanes, books } = await statusOf(at)
    expect(source.counts.connections_lost).toBe(1)
    expect(source.gaps.at(-1)).toMatchObject({ kind: "gap", session: "feed" })
    expect(lanes.lanes).toMatchObject([{ name: "serve", type: "serve", emit: "changes", state: "open" }])
    expect(books.books.length).toBeGreaterThan(3)
    const { code, stdout } = await runPipe(["status", at])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^feed +(?:connecting|syncing|live) /m)
    expect(stdout).toMatch(/^LAST GAPS/m)
    for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(80)
    const probe = await runPipe(["status", at, "--probe", "livez"])
    expect([probe.code, probe.stdout]).toEqual([0, "ok\n"])
    const json = await runPipe(["status", at, "--json"])
    expect(Object.keys(JSON.parse(json.stdout))).toEqual(["books", "source", "lanes", "process"])
    if (hasPrometheus()) {
      expect(promtool(["check", "metrics"], { input: (await get(at, "/metrics"))[1] })).toEqual({ code: 0, output: "" })
    }
    await until(at, "/feedz", (status) => status === 200)
    expect((await pipe.stop()).code).toBe(0)
  })

  it("lets `tap` see what a sink gets, and names the sinks where there is no such one", async () => {
    const feed = await startSimulator({ key, rate: 200, world: { games: 3 } })
    atEnd(() => feed.stop())
    const { at } = await start(["serve"], { BOLTODDS_URL: feed.url, BOLTODDS_API_KEY: key })
    await until(at, "/readyz", (status) => status === 200)
    const tap = new PipeProcess(["tap", "serve", at])
    atEnd(async () => void await tap.stop("SIGKILL"))
    await tap.until(({ stdout }) => stdout.split("\n").length > 20)
    const { code, stdout } = await tap.stop("SIGINT")
    expect(code).toBe(0)
    const [first] = recordsOf(stdout.slice(0, stdout.lastIndexOf("\n")))
    expect(first).toHaveProperty("run")
    const wrong = await runPipe(["tap", "none", at])
    expect([wrong.code, wrong.stderr]).toEqual([
      64,
      expect.stringContaining('Unknown sink "none". This process has serve'),
    ])
  })

  it("answers `status` of nobody with 69, and says what to do", async () => {
    const { code, stderr } = await runPipe(["status", "127.0.0.1:1"])
    expect(code).toBe(69)
    expect(stderr).toContain("No process answers at http://127.0.0.1:1")
  })

  it("has health and metrics alone with `run --listen`, beside the sinks of a file, and a heartbeat in its log", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 1, rate: 50 } }",
      "sinks: { files: { file: { path: changes.ndjson }, emit: changes } }",
    )
    const { pipe, at } = await start(["run", folder.file, "--log-heartbeat", "1s"], {})
    await until(at, "/readyz", (status) => status === 200)
    await pipe.until(({ stderr }) => stderr.includes('"event":"heartbeat"'))
    const beat = recordsOf(pipe.stderr).find(({ event }) => event === "heartbeat")!
    expect(beat["message"]).toMatch(/^alive for \d+s: \d of 1 session live, /)
    expect((await get(at, "/v1/book?emit=changes"))[0]).toBe(404)
    const { lanes } = await statusOf(at)
    expect(lanes.lanes).toMatchObject([{ name: "files", type: "file" }])
    expect((await pipe.stop()).code).toBe(0)
    expect(existsSync(join(folder.path, "changes.ndjson"))).toBe(true)
  })

  it("does not answer /livez while one turn of the event loop does not end", async () => {
    const plugin = fileURLToPath(new URL("fixtures/spinProcessor.ts", import.meta.url))
    const folder = new PipelineFolder(
      `plugins: ["${plugin}"]`,
      "source: { simulator: { seed: 1, rate: 50 } }",
      "sinks: { files: { file: { path: changes.ndjson }, emit: changes, processors: [{ spin: {} }] } }",
    )
    const { pipe, at } = await start(["run", folder.file], { NODE_OPTIONS: "--conditions=@boltodds/source" })
    // It may answer until the first record comes.
    const end = performance.now() + waitLimit()
    const answers = (): Promise<boolean> =>
      fetch(`${at}/livez`, { signal: AbortSignal.timeout(2_000) }).then(() => true, () => false)
    while (await answers()) expect(performance.now()).toBeLessThan(end)
    expect([await answers(), pipe.child.exitCode]).toEqual([false, null])
  })

  it("is a standby before it leads, and says so", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: {} }",
      'lease: { nats: { servers: "nats://127.0.0.1:1", name: odds } }',
      'sinks: { bus: { nats: { servers: "nats://127.0.0.1:1", name: odds }, emit: changes } }',
    )
    const { pipe, at } = await start(["run", folder.file], {})
    const text = await until(at, "/readyz", (status) => status === 503)
    expect(text).toMatch(/^standby: /)
    expect((await get(at, "/feedz"))[1]).toMatch(/^standby: /)
    expect((await get(at, "/livez"))[0]).toBe(200)
    expect((await get(at, "/metrics"))[1]).toContain('boltodds_phase{phase="standby"} 1')
    await pipe.stop()
  })

  it("connects again with a new key once its file has changed, and not for one that is half written", async () => {
    const keys: Array<string> = []
    const feed = await startLocalServer({
      connection: (socket, request) => {
        keys.push(new URL(request.url!, "http://feed").searchParams.get("key")!)
        socket.send(JSON.stringify([{ action: "socket_connected" }]))
        socket.once("message", () => {
          const data = { sport: "MLB", sportsbook: "betmgm", game: "A vs B", home_team: "A", away_team: "B", info: {} }
          const outcomes = { x: { odds: "+100", link: "", outcome_name: "Moneyline" } }
          socket.send(JSON.stringify([{ action: "initial_state", data: { ...data, outcomes } }]))
        })
      },
    })
    atEnd(() => feed.stop())
    const folder = new PipelineFolder(
      `source: { feed: { url: "${feed.url}", key_file: key } }`,
      "sinks: { files: { file: { path: changes.ndjson }, emit: changes } }",
    )
    const file = join(folder.path, "key")
    writeFileSync(file, "first-key-0123456789\n", { mode: 0o600 })
    const pipe = new PipeProcess(["run", folder.file, "--log-format", "json"])
    atEnd(async () => void await pipe.stop("SIGKILL"))
    await pipe.until(({ stderr }) => stderr.includes("receiving from"))
    writeFileSync(file, "")
    await sleep(6_000)
    expect(keys).toEqual(["first-key-0123456789"])
    writeFileSync(file, "second-key-0123456789\n")
    await pipe.until(({ stderr }) => stderr.split("receiving from").length === 3)
    expect(keys).toEqual(["first-key-0123456789", "second-key-0123456789"])
    expect(pipe.stderr).toContain("the key has changed")
    const { code, stderr } = await pipe.stop()
    expect(code).toBe(0)
    expect(stderr).not.toContain("second-key")
  })
})
