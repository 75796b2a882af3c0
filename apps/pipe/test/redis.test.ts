/** The sink `redis` in a configuration, on a real server. */
import { writeFileSync } from "node:fs"
import { redisRecords } from "@boltodds/redis"
import { type Book, emptyBook, fold, identityOf } from "@boltodds/protocol"
import { hasRedis, RedisServer } from "@boltodds/testing/RedisServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const sinkOf = (options: string): string => `sinks: { bus: { redis: { ${options} }, emit: changes } }`

describe.skipIf(!hasRedis())("a configuration with the sink redis", () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await RedisServer.start()
  })
  afterAll(() => server.kill())

  it("writes the feed, which a reader of another process has as a book", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7 } }",
      sinkOf(`url: "${server.url}", stream: sim`),
    )
    const process = new PipeProcess(["run", folder.file, "--report"])
    const books = redisRecords({ url: server.url, stream: "sim" }).pipe(Stream.scan((): Book => emptyBook, fold))
    const book = await Effect.runPromise(Stream.runLast(Stream.takeUntil(books, ({ games }) => games.size > 10)))
    expect(book).toMatchObject({ _tag: "Some" })
    process.child.kill("SIGTERM")
    const { code, stderr } = await process.ended
    expect(code, stderr).toBe(0)
    const report = stderr.split("\n").find((line) => line.includes('"report"'))
    const [{ counts }] = JSON.parse(report ?? "").report.routes
    expect(counts.delivered).toBe(counts.in)
    expect(counts.delivered).toBeGreaterThan(100)
  })

  it("loses and doubles nothing while the server is killed, and logs that it tries again", async () => {
    const own = await RedisServer.start()
    const folder = new PipelineFolder("source: { simulator: { seed: 7 } }", sinkOf(`url: "${own.url}", stream: sim`))
    const process = new PipeProcess(["run", folder.file, "--report"])
    const records = redisRecords({ url: own.url, stream: "sim", from: "log" }).pipe(
      Stream.flatMap(Stream.fromIterable),
      Stream.filter(({ origin }) => origin === undefined),
    )
    const readUntil = (done: () => boolean) => Effect.runPromise(Stream.runCollect(Stream.takeUntil(records, done)))
    await readUntil(() => true)
    await own.kill()
    // The next batch fails.
    await process.until(({ stderr }) => stderr.includes("trying again in"))
    await own.start()
    await process.until(({ stderr }) => stderr.includes("delivering again"))
    process.child.kill("SIGTERM")
    const { code, stderr } = await process.ended
    expect(code, stderr).toBe(0)
    const report = stderr.split("\n").find((line) => line.includes('"report"'))
    const [{ counts }] = JSON.parse(report ?? "").report.routes
    expect(counts).toMatchObject({ delivered: counts.in, dropped: 0, pending: 0 })
    let count = 0
    const all = await readUntil(() => ++count === counts.delivered)
    expect(new Set(all.map((record) => identityOf(record))).size).toBe(counts.delivered)
    await own.kill()
  })

  it("is a source too, which check --connect tries", async () => {
    const sourceOf = (options: string) => `source: { redis: { url: "${server.url}", ${options} } }`
    const folder = new PipelineFolder(sourceOf("stream: sim"), "sinks: { out: { stdout: {}, emit: changes } }")
    const found = await runPipe(["check", folder.file, "--connect"])
    expect([found.code, found.stdout]).toEqual([
      0,
      expect.stringMatching(/Redis has the stream sim, written up to the position \d+/),
    ])
    const worker = new PipeProcess(["run", folder.file])
    await worker.until(({ stdout }) => stdout.includes("game_opened"))
    worker.child.kill("SIGTERM")
    const { code, stdout } = await worker.ended
    expect(code).toBe(0)
    expect(JSON.parse(stdout.split("\n")[0]!)).toMatchObject({ control: "stream_started" })
    folder.write(sourceOf("stream: none"), "sinks: { out: { stdout: {} } }")
    const missing = await runPipe(["check", folder.file, "--connect"])
    expect(missing.stdout).toContain("The stream none does not exist yet: a run waits for its writer.")
    folder.write(sourceOf("stream: sim").replace(/:\d+"/, ':1"'), "sinks: { out: { stdout: {} } }")
    const refused = await runPipe(["run", folder.file])
    expect([refused.code, refused.stdout]).toEqual([69, ""])
    expect(refused.stderr).toContain("Cannot connect to Redis at redis://127.0.0.1:1")
  })

  it("is tried by check --connect, and a server that is not there is named", async () => {
    const folder = new PipelineFolder("source: simulator", sinkOf(`url: "${server.url}", stream: checked`))
    const found = await runPipe(["check", folder.file, "--connect"])
    expect(found.stdout + found.stderr).toContain("bus (redis): ok")
    const gone = new PipelineFolder("source: simulator", sinkOf("url: 'redis://127.0.0.1:1', stream: checked"))
    const { code, stdout, stderr } = await runPipe(["check", gone.file, "--connect"])
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain(
      "Cannot connect to Redis at redis://127.0.0.1:1: connection refused. Start the server",
    )
  })
})

describe("a configuration with the sink redis that is only checked", { concurrent: true }, () => {
  it("names the server and what goes there, and no secret", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      sinkOf("url: 'rediss://a.example:6380/2', user: feed, password: { file: secret.txt }"),
    )
    writeFileSync(folder.at("secret.txt"), "SECRET-of-the-file\n", { mode: 0o600 })
    const { code, stdout, stderr } = await runPipe(["check", folder.file])
    expect(code, stderr).toBe(0)
    expect(stdout.split("\n").slice(1, -1)).toEqual([
      "  contacts  a.example:6380 (bus), with password from secret.txt",
      "  reads     secret.txt (bus)",
    ])
    expect(stdout + stderr).not.toContain("SECRET-of-the-file")
  })

  it("sends nothing in the clear to other machines unless the user allows it", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      sinkOf("url: 'redis://bus.example', allow_insecure: true"),
    )
    const env = { BOLTODDS_ALLOW: "" }
    const refused = await runPipe(["check", folder.file], { env })
    expect(refused.code).toBe(78)
    expect(refused.stderr).toMatch(/Cannot use `allow_insecure`: .*sent unencrypted, and only a file allows it/)
    expect((await runPipe(["check", folder.file, "--allow", "insecure"], { env })).code).toBe(0)
    const plain = new PipelineFolder("source: simulator", sinkOf("url: 'redis://bus.example'"))
    const { code, stderr } = await runPipe(["check", plain.file, "--allow", "insecure"], { env })
    expect(code).toBe(78)
    expect(stderr).toContain("redis:// to bus.example can be read on the way")
    expect(stderr).toContain("→ use rediss://, or set allow_insecure: true")
  })

  it("refuses each mistake with its place", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      sinkOf(
        "url: 'rediss://me:pass-4711@bus.example', user: me, cert: 'x', stream: 'a:b', max_age: 0s, partitions: 65",
      ),
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    for (const message of ["max_age", "a whole number from 1 to 64"]) expect(stderr).toContain(message)
    expect(stderr).toContain("url holds a user or a password")
    expect(stderr).toContain("user has no password")
    expect(stderr).toContain("cert and key belong together")
    expect(stderr).toContain("has characters that no stream may have")
    expect(stderr.replace(/^ +\d+ \|.*$/gm, "")).not.toContain("pass-4711")
  })

  it("keeps the latest records of changes alone", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { bus: { redis: { latest: true }, emit: messages } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain("the latest records of messages are not a book: latest needs emit: changes")
  })

  it("refuses to leave out the controls: its readers would believe prices after a gap", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { bus: { redis: {}, emit: changes, control: false } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot use `control: false` with `redis`: its readers would believe prices after a gap")
  })

  it("refuses a lane that merges records", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { bus: { redis: {}, emit: changes, lane: { overflow: coalesce } } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot coalesce before `redis`: it recognizes batches that are sent again")
  })
})
