/** The sink `postgres` in a configuration, on a real server. */
import { hasPostgres, PostgresServer } from "@boltodds/testing/PostgresServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"
import { writeFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const env = { PG_PASSWORD: PostgresServer.password }
/** How often the command is killed: `POSTGRES_KILLS=10 pnpm vitest run apps/pipe/test/postgres`. */
const kills = Number(process.env["POSTGRES_KILLS"] ?? 2)

describe.skipIf(!hasPostgres())("a configuration with the sink postgres", () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await PostgresServer.start(["log_statement = 'none'"])
  })
  afterAll(() => server.end())

  const sinkOf = (options: string, more = ""): string =>
    `sinks: { db: { postgres: { url: "${server.url}", user: odds, password: { env: PG_PASSWORD }, ${options} }, emit: changes${more} } }`
  const count = (schema: string): number =>
    Number(server.psql(`select coalesce(max(delivery), 0) from ${schema}.changes`))

  it("writes the feed, and the lines that are live", async () => {
    const folder = new PipelineFolder("source: { simulator: { seed: 7 } }", sinkOf("schema: sim"))
    const command = new PipeProcess(["run", folder.file, "--report"], { env })
    await folder.until(() => server.psql("select to_regclass('sim.live_lines') is not null") === "t")
    await folder.until(() => Number(server.psql("select count(*) from sim.live_lines")) > 100)
    command.child.kill("SIGTERM")
    const { code, stderr } = await command.ended
    expect(code, stderr).toBe(0)
    expect(stderr).not.toContain(PostgresServer.password)
    const [{ counts }] = JSON.parse(stderr.split("\n").find((line) => line.includes('"report"')) ?? "").report.routes
    expect(counts.delivered).toBe(counts.in)
    expect(server.psql("select count(*), count(distinct (run, seq, part, origin)) from sim.changes")).toBe(
      `${counts.delivered}\t${counts.delivered}`,
    )
    // The run has ended: nothing is live any more.
    expect(server.psql("select count(*) from sim.live_lines")).toBe("0")
  })

  it(`has every record once where the command is killed ${kills} times, with an outbox`, async () => {
    const lane = `, lane: { store: { outbox: { path: box/o.db } } }`
    const folder = new PipelineFolder("source: { simulator: { seed: 7 } }", sinkOf("schema: killed", lane))
    for (let kill = 0; kill < kills; kill++) {
      const command = new PipeProcess(["run", folder.file], { env })
      const before = server.psql("select to_regclass('killed.changes') is not null") === "t" ? count("killed") : 0
      await folder.until(() =>
        server.psql("select to_regclass('killed.changes') is not null") === "t" && count("killed") > before
      )
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 300))
      command.child.kill("SIGKILL")
      await command.ended
    }
    const last = new PipeProcess(["run", folder.file, "--report"], { env })
    const before = count("killed")
    await folder.until(() => count("killed") > before + 500)
    last.child.kill("SIGTERM")
    const { code, stderr } = await last.ended
    expect(code, stderr).toBe(0)
    const found = server.psql(
      "select count(*), max(delivery), count(distinct (run, seq, part, coalesce(origin, ''))) from killed.changes",
    ).split("\t")
    expect(new Set(found).size).toBe(1)
    // Of each run all numbers up to its last: what the outbox had taken is there.
    const holes = server.psql(
      `select count(*) from (
         select seq - lag(seq) over (partition by run order by seq) as step from killed.changes where part = 0 and origin is null
       ) s where step > 1`,
    )
    expect(holes).toBe("0")
  })

  it("is tried by check --connect, and a server that is not there is named", async () => {
    const folder = new PipelineFolder("source: simulator", sinkOf("schema: checked"))
    const found = await runPipe(["check", folder.file, "--connect"], { env })
    expect(found.stdout + found.stderr).toContain("db (postgres): ok")
    folder.write("source: simulator", sinkOf("schema: checked").replace(/:\d+\//, ":1/"))
    const { code, stdout, stderr } = await runPipe(["check", folder.file, "--connect"], { env })
    expect(code).not.toBe(0)
    expect(stdout + stderr).toContain("Cannot connect to PostgreSQL at 127.0.0.1:1/odds: connection refused. Start the")
  })
})

describe("a configuration with the sink postgres that is only checked", { concurrent: true }, () => {
  it("names the server and what goes there, and no secret", async () => {
    const folder = new PipelineFolder(
      "source: simulator",
      "sinks: { db: { postgres: { url: 'postgres://a.example/odds', user: feed, password: { file: secret.txt } }, emit: changes } }",
    )
    writeFileSync(folder.at("secret.txt"), "SECRET-of-the-file\n", { mode: 0o600 })
    const { code, stdout, stderr } = await runPipe(["check", folder.file])
    expect(code, stderr).toBe(0)
    expect(stdout + stderr).toContain("a.example:5432")
    expect(stdout + stderr).not.toContain("SECRET")
  })

  it.each([
    [
      "postgres: { url: 'postgres://db.example/odds', encrypted: false, allow_insecure: true }, emit: changes",
      "the records would be sent unencrypted, and only a file allows it",
    ],
    ["postgres: { url: 'postgres://me:pass-4711@db.example/odds' }, emit: changes", "url holds a user or a password"],
    ["postgres: { }, emit: raw", "Cannot use the emit `raw` here: a sink of type `postgres` does not take it"],
    ["postgres: { }, emit: changes, control: false", "Cannot use `control: false` with `postgres`"],
    ["postgres: { }, emit: changes, lane: { overflow: coalesce }", "Cannot coalesce before `postgres`"],
    ["parquet: { path: odds.csv }, emit: changes", "it does not end with .parquet"],
    [
      "parquet: { path: odds.parquet }, emit: raw",
      "Cannot use the emit `raw` here: a sink of type `parquet` does not take it",
    ],
    ["file: { path: odds.csv, format: csv }, emit: raw", "Cannot use `format: csv`: records of raw have no columns"],
  ])("%s is refused", async (sink, why) => {
    const folder = new PipelineFolder("source: simulator", `sinks: { out: { ${sink} } }`)
    const { code, stdout, stderr } = await runPipe(["check", folder.file])
    expect(code).toBe(78)
    expect(stdout + stderr).toContain(why)
    expect(stdout + stderr).not.toContain("4711")
  })
})

describe("a configuration with the sink parquet", () => {
  it("leaves whole files when it is stopped", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7 } }",
      "sinks: { out: { parquet: { path: 'odds/c.parquet' }, emit: changes }, csv: { file: { path: 'c.csv', format: csv }, emit: quotes } }",
    )
    const command = new PipeProcess(["run", folder.file, "--report"])
    await folder.until(() => folder.has("odds/c.ndjson.part") && folder.lines("odds/c.ndjson.part").length > 500)
    command.child.kill("SIGTERM")
    const { code, stderr } = await command.ended
    expect(code, stderr).toBe(0)
    expect([folder.has("odds/c.parquet"), folder.has("odds/c.ndjson"), folder.has("odds/c.parquet.ndjson")]).toEqual([
      true,
      false,
      false,
    ])
    expect(folder.text("c.csv").split("\r\n")[0]).toMatch(/^received_at,sent_at,run,seq,/)
    const twice = new PipelineFolder(
      "source: simulator",
      "sinks: { a: { parquet: { path: c.parquet }, emit: changes }, b: { parquet: { path: c.parquet }, emit: changes } }",
    )
    expect((await runPipe(["check", twice.file])).code).toBe(78)
  })
})
