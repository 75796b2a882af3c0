import { acceptThenClose, type Simulator, startSimulator } from "@boltodds/simulator"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PipeProcess, recordsOf, runPipe, runShell } from "@boltodds/testing/PipeProcess"

const key = "sk-live-4f9a2b7c1d"
const hasJq = spawnSync("jq", ["--version"]).status === 0

let simulator: Simulator
let feed: Record<string, string>

beforeAll(async () => {
  simulator = await startSimulator({ key, rate: 200, world: { games: 6, sports: ["NBA", "MLB"] } })
  feed = { BOLTODDS_URL: simulator.url, BOLTODDS_API_KEY: key }
})
afterAll(() => simulator.stop())

/** A port of this machine where nobody listens. */
const deadPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number }
      server.close(() => resolve(port))
    })
  })

describe("the stream on stdout", () => {
  it("is messages as they came, and ends at the count with 0", async () => {
    const { code, stdout } = await runPipe(["--emit", "messages", "--count", "5", "--no-control"], { env: feed })
    expect(code).toBe(0)
    expect(recordsOf(stdout).map(({ action }) => action)).toEqual(Array.from({ length: 5 }, () => "initial_state"))
  })

  it("has its controls under the wire's envelope", async () => {
    const { stdout } = await runPipe(["--emit", "messages", "--count", "1"], { env: feed })
    const actions = recordsOf(stdout).map(({ action }) => action)
    expect(actions).toEqual(["pipe_stream_started", "initial_state", "pipe_stream_stopped"])
  })

  it("wraps messages with --meta, byte for byte", async () => {
    const { stdout } = await runPipe(["--emit", "messages", "--count", "2", "--meta", "--no-control"], { env: feed })
    const [first, second] = recordsOf(stdout)
    expect(Object.keys(first!)).toEqual(["run", "seq", "part", "at", "session", "epoch", "message"])
    expect(first).toMatchObject({ session: "feed", epoch: 1, message: { action: "initial_state" } })
    expect(first!["run"]).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(first!["at"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(second!["run"]).toBe(first!["run"])
    expect(second!["seq"]).toBe(Number(first!["seq"]) + 1)
  })

  it("is changes of the book with --emit changes", async () => {
    const { stdout } = await runPipe(["--emit", "changes", "--sport", "NBA", "--count", "20"], { env: feed })
    const records = recordsOf(stdout)
    expect(records[0]).toMatchObject({ control: "stream_started", schema_version: 1, filters: { sports: ["NBA"] } })
    expect(records.at(-1)).toMatchObject({ control: "stream_stopped", reason: "count reached" })
    const changes = records.filter((record) => "change" in record)
    expect(changes).toHaveLength(20)
    expect(changes[0]).toMatchObject({ change: "game_opened", sport: "NBA" })
  })

  it("is a recording with --emit raw", async () => {
    const { stdout } = await runPipe(["--emit", "raw", "--count", "3"], { env: feed })
    const events = recordsOf(stdout).slice(1)
    // The header is no data record.
    expect(events).toHaveLength(3)
    // A connection that takes more than a second has ticks before it.
    expect(["Tick", "Connected"]).toContain(events[0]!["event"])
  })

  it("ends with 0 when its time is up, and reports on stderr", async () => {
    const args = ["--for", "2s", "--report", "--log-format", "human", "--emit", "changes"]
    const { code, stdout, stderr } = await runPipe(args, { env: feed })
    expect(code).toBe(0)
    expect(recordsOf(stdout).at(-1)).toMatchObject({ control: "stream_stopped", reason: "time is up" })
    const [, into, delivered, rest] = /stdout +([\d,]+) in = ([\d,]+) delivered (.*)/.exec(stderr)!
    expect(delivered).toBe(into)
    expect(rest).toBe("+ 0 merged + 0 lost + 0 pending")
  })

  it("reads its key from a file, and from --key with a warning", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-key-"))
    const file = join(folder, "key")
    writeFileSync(file, `${key}\n`)
    const env = { BOLTODDS_URL: simulator.url }
    const fromFile = await runPipe(["--count", "1", "--key-file", file], { env })
    expect(fromFile.code).toBe(0)
    const given = await runPipe(["--count", "1", "--key", key], { env })
    expect(given.code).toBe(0)
    expect(given.stderr).toContain("the key was given with --key")
    for (const { stdout, stderr } of [fromFile, given]) expect(stdout + stderr).not.toContain(key)
    rmSync(folder, { recursive: true })
  })
})

describe("readers", () => {
  it("may leave: head -n 3 gets three lines, and the command ends with 0, quietly", async () => {
    const { code, stdout, stderr } = await runShell("pipe --log-level warn | head -n 3", feed)
    expect(stderr).toBe("")
    expect(code).toBe(0)
    expect(recordsOf(stdout)).toHaveLength(3)
  })

  it.skipIf(!hasJq)("may be jq (skipped where there is none)", async () => {
    const line = `pipe --emit changes --count 50 --log-level warn | jq -c 'select(.change == "line_opened") | .odds'`
    const { code, stdout } = await runShell(line, feed)
    expect(code).toBe(0)
    expect(recordsOf(stdout).length).toBeGreaterThan(10)
  })

  it("that closes its end ends the command with 0", async () => {
    const pipe = new PipeProcess(["--emit", "changes"], { env: feed })
    await pipe.until(({ stdout }) => stdout.includes("\n"))
    pipe.child.stdout!.destroy()
    expect((await pipe.ended).code).toBe(0)
  })

  it("that cannot be written to end the command with 74", async () => {
    const { code, stderr } = await runShell("pipe --log-level none > /dev/full | cat", feed)
    expect(code).toBe(74)
    expect(stderr).toContain("stdout cannot be written")
  })
})

describe("signals", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("%s stops, drains, says so and ends with 0", async (signal) => {
    const pipe = new PipeProcess(["--emit", "changes"], { env: feed })
    await pipe.until(({ stdout }) => stdout.includes("line_opened"))
    pipe.kill(signal)
    const { code, stdout } = await pipe.ended
    expect(code).toBe(0)
    expect(stdout.endsWith("\n")).toBe(true)
    expect(recordsOf(stdout).at(-1)).toMatchObject({ control: "stream_stopped", reason: `signal ${signal}` })
  })

  it("that come twice within a moment, as npm passes them on, are one", async () => {
    const pipe = new PipeProcess(["--emit", "changes"], { env: feed })
    await pipe.until(({ stdout }) => stdout.includes("line_opened"))
    pipe.kill("SIGINT")
    pipe.kill("SIGINT")
    expect((await pipe.ended).code).toBe(0)
  })
})

describe("what goes wrong", () => {
  it("a refused key ends with 77, says what to do, and shows the key nowhere", async () => {
    const wrong = "sk-wrong-9e8d7c6b5a"
    const { code, stdout, stderr } = await runPipe(["--log-level", "debug"], {
      env: { ...feed, BOLTODDS_API_KEY: wrong },
    })
    expect(code).toBe(77)
    expect(stderr).toContain("refused the key")
    expect(stderr).toContain("Check that the key is complete")
    expect(stdout + stderr).not.toContain(wrong)
  })

  it("nobody at the address ends with 69 only where --max-attempts says so", async () => {
    const url = `ws://127.0.0.1:${await deadPort()}/api`
    const { code, stdout, stderr } = await runPipe(["--max-attempts", "1", "--url", url], {
      env: { BOLTODDS_API_KEY: key },
    })
    expect(code).toBe(69)
    expect(stderr).toContain("in 1 attempt. The last one: ")
    expect(stdout + stderr).not.toContain(key)
  })

  it("a server that accepts and closes is no data either", async () => {
    const hostile = await startSimulator({ key })
    hostile.behave(acceptThenClose())
    const env = { BOLTODDS_URL: hostile.url, BOLTODDS_API_KEY: key }
    const { code } = await runPipe(["--max-attempts", "2"], { env })
    expect(code).toBe(69)
    expect(hostile.stats().dials).toHaveLength(2)
    await hostile.stop()
  })

  it("logs a name that is nearly right, while the data flows", async () => {
    const pipe = new PipeProcess(["--book", "draftking", "--book", "draftkings"], { env: feed })
    await pipe.until(({ stdout, stderr }) => stdout.includes("line_opened") && stderr.includes("did you mean"))
    expect(pipe.stderr).toContain("no sportsbook `draftking`; did you mean `draftkings`?")
    pipe.kill("SIGTERM")
    expect((await pipe.ended).code).toBe(0)
  })

  const mistakes: ReadonlyArray<readonly [what: string, args: ReadonlyArray<string>, says: string]> = [
    ["a misspelt flag", ["--sprot", "NBA"], "Unknown flag --sprot. Did you mean --sport?"],
    ["a misspelt other name of a flag", ["--boook", "x"], "Unknown flag --boook. Did you mean --sportsbook?"],
    ["a misspelt command", ["demmo"], "Unknown command demmo. Did you mean boltodds-pipe demo?"],
    ["a command after flags", ["--meta", "demo"], "write boltodds-pipe demo first"],
    [
      "another sink",
      ["--sink", "kafka:x"],
      `Cannot use --sink: expected stdout, file:PATH, webhook:URL, webhook:@FILE or webhook:env:NAME; got "kafka:x"`,
    ],
    ["an invalid condition", ["--where", "sprot == 'NBA'"], "did you mean `sport`?"],
    ["an unknown placeholder", ["--sink", "file:{sprot}.ndjson"], "did you mean {sport}?"],
    ["a webhook that is no address", ["--sink", "webhook:example.com"], "url must start with https://"],
    [
      "an emit that does not exist",
      ["--emit", "chnages"],
      "Cannot use --emit: unknown emit `chnages`: did you mean `changes`?",
    ],
    ["--resume with what makes no book", ["--resume", "book.ndjson", "--emit", "quotes"], "its records make no book"],
    ["--meta with what has it", ["--meta", "--emit", "changes"], "its records have these fields already"],
    ["a count of nothing", ["--count", "0"], 'Cannot use --count: expected a whole number from 1 on; got "0"'],
    ["a key in the URL", ["--url", "wss://example.invalid/api?key=abc"], "Give the key separately"],
    ["a key file that is not there", ["--key-file", "/nonexistent/key"], "Cannot read the key file"],
    ["two keys", ["--key-file", "x", "--key", "y"], "leave one out"],
    ["unencrypted to elsewhere", ["--url", "ws://example.invalid/api"], "--insecure"],
  ]
  it.each(mistakes)("%s ends with 64 and says what to do, on stderr alone", async (_what, args, says) => {
    const { code, stdout, stderr } = await runPipe(args, { env: { BOLTODDS_API_KEY: key } })
    expect(code).toBe(64)
    expect(stdout).toBe("")
    expect(stderr).toContain(says)
    expect(stderr).toContain("Try: boltodds-pipe --help")
  })

  it("no key at all ends with 64 and says where to put it", async () => {
    const { code, stderr } = await runPipe([])
    expect(code).toBe(64)
    expect(stderr).toContain("export BOLTODDS_API_KEY=")
    expect(stderr).toContain("boltodds-pipe demo")
  })
})
