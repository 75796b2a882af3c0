/** The sink `nats` in a configuration, on a real server. */
import { writeFileSync } from "node:fs"
import { natsRecords } from "@boltodds/nats"
import { type Book, emptyBook, fold, identityOf } from "@boltodds/protocol"
import { hasNats, NatsServer } from "@boltodds/testing/NatsServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const sinkOf = (options: string): string => `sinks: { bus: { nats: { ${options} }, emit: changes } }`

describe.skipIf(!hasNats())("a configuration with the sink nats", () => {
  let server: NatsServer
  beforeAll(async () => {
    server = await NatsServer.start()
  })
  afterAll(() => server.kill())

  it("writes the feed, which a reader of another process has as a book", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7 } }",
      sinkOf(`servers: "${server.url}", name: sim`),
    )
    const process = new PipeProcess(["run", folder.file, "--report"])
    const books = natsRecords({ servers: server.url, name: "sim" }).pipe(Stream.scan((): Book => emptyBook, fold))
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
    const own = await NatsServer.start()
    const folder = new PipelineFolder("source: { simulator: { seed: 7 } }", sinkOf(`servers: "${own.url}", name: sim`))
    const process = new PipeProcess(["run", folder.file, "--report"])
    const records = natsRecords({ servers: own.url, name: "sim", from: "log" }).pipe(
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
    const sourceOf = (options: string) => `source: { nats: { servers: "${server.url}", ${options} } }`
    const folder = new PipelineFolder(sourceOf("name: sim"), "sinks: { out: { stdout: {} } }")
    const found = await runPipe(["check", folder.file, "--connect"])
    expect([found.code, found.stdout]).toEqual([
      0,
      expect.stringMatching(/NATS has the stream sim_latest with \d+ records/),
    ])
    folder.write(sourceOf("name: none"), "sinks: { out: { stdout: {} } }")
    const missing = await runPipe(["check", folder.file, "--connect"])
    expect(missing.stdout).toContain("The stream none_latest does not exist yet: a run waits for its writer.")
    folder.write(sourceOf("name: sim, since: 1h").replace(/:\d+"/, ':1"'), "sinks: { out: { stdout: {} } }")
    expect((await runPipe(["check", folder.file])).stderr).toContain("Cannot use `since` without `from: log`")
    folder.write(sourceOf("name: sim").replace(/:\d+"/, ':1"'), "sinks: { out: { stdout: {} } }")
    const refused = await runPipe(["run", folder.file])
    expect([refused.code, refused.stdout]).toEqual([69, ""])
    expect(refused.stderr).toContain("Cannot connect to NATS at nats://127.0.0.1:1")
  })

  it("is tried by check --connect, and a server that is not there is named", async () => {
    const folder = new PipelineFolder("source: simulator", sinkOf(`servers: "${server.url}", name: checked`))
    const found = await runPipe(["check", folder.file, "--connect"])
    expect(found.stdout + found.stderr).toContain("bus (nats): ok")
    const gone = new PipelineFolder("source: simulator", sinkOf("servers: 'nats://127.0.0.1:1', name: checked"))
    const { code, stdout, stderr } = await runPipe(["check", gone.file, "--connect"])
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain(
      "Cannot connect to NATS at nats://127.0.0.1:1: connection refused. Start the server",
    )
  })
})

describe("a configuration with the sink nats that is only checked", { concurrent: true }, () => {
  it("names each server and what goes there, and no secret", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      sinkOf("servers: ['tls://a.example', 'tls://b.example:5222'], credentials: { file: feed.creds }"),
    )
    writeFileSync(folder.at("feed.creds"), "-----BEGIN NATS USER JWT-----\nSECRET-of-the-file\n", { mode: 0o600 })
    const { code, stdout, stderr } = await runPipe(["check", folder.file])
    expect(code, stderr).toBe(0)
    expect(stdout.split("\n").slice(1, -1)).toEqual([
      "  contacts  a.example:4222 (bus), with credentials from feed.creds",
      "  contacts  b.example:5222 (bus), with credentials from feed.creds",
      "  reads     feed.creds (bus)",
    ])
    expect(stdout + stderr).not.toContain("SECRET-of-the-file")
  })

  it("sends nothing in the clear to other machines unless the user allows it", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      sinkOf("servers: 'nats://bus.example', allow_insecure: true"),
    )
    const env = { BOLTODDS_ALLOW: "" }
    const refused = await runPipe(["check", folder.file], { env })
    expect(refused.code).toBe(78)
    expect(refused.stderr).toMatch(/Cannot use `allow_insecure`: .*sent unencrypted, and only a file allows it/)
    expect((await runPipe(["check", folder.file, "--allow", "insecure"], { env })).code).toBe(0)
    const plain = new PipelineFolder("source: simulator", sinkOf("servers: 'nats://bus.example'"))
    const { code, stderr } = await runPipe(["check", plain.file, "--allow", "insecure"], { env })
    expect(code).toBe(78)
    expect(stderr).toContain("nats:// to bus.example can be read on the way")
    expect(stderr).toContain("→ use tls://, or set allow_insecure: true")
  })

  it.each([
    ["servers: 'http://bus.example'", "a server begins with http://"],
    ["servers: 'tls://me:pass-4711@bus.example'", "a server holds a user or a password"],
    ["servers: ['tls://a.example', 'nats://127.0.0.1']", "servers mixes tls:// and nats://"],
    ["servers: []", "servers is empty"],
    ["credentials: feed-4711.creds", "found one without a JWT"],
    ["user: me", "user and password belong together"],
    ["token: { env: T }, user: me, password: { env: T }", "token and user are given"],
    ["cert: 'x'", "cert and key belong together"],
    ["name: 'a.b'", "has characters that no stream may have"],
    ["max_age: 0s", "max_age"],
    ["replicas: 6", "replicas"],
  ])("refuses %s with its place", async (options, message) => {
    const folder = new PipelineFolder("source: simulator", sinkOf(options))
    const { code, stderr } = await runPipe(["check", folder.file], { env: { T: "secret-0815" } })
    expect(code).toBe(78)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain("secret-0815")
    expect(stderr).not.toContain("feed-4711")
    expect(stderr.replace(/^ +\d+ \|.*$/gm, "")).not.toContain("pass-4711")
  })

  it("keeps the latest records of changes alone", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { bus: { nats: { latest: true }, emit: messages } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain("the latest records of messages are not a book: latest needs emit: changes")
  })

  it("refuses to leave out the controls: its readers would believe prices after a gap", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { bus: { nats: {}, emit: changes, control: false } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot use `control: false` with `nats`: its readers would believe prices after a gap")
  })

  it("refuses a lane that merges records", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { bus: { nats: {}, emit: changes, lane: { overflow: coalesce } } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stderr).toContain("Cannot coalesce before `nats`: it recognizes batches that are sent again")
  })
})
