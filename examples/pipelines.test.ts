import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { once } from "node:events"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { gunzipSync, zstdDecompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { hasNats, NatsServer } from "@boltodds/testing/NatsServer"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { pipe, root, Running, runPipeline } from "./Running.ts"

const recording = "examples/pipelines/recordings/evening.ndjson.gz"

type Json = Readonly<Record<string, unknown>>
const linesOf = (text: string): ReadonlyArray<string> => text.split("\n").filter((line) => line !== "")
const recordsOf = (text: string): ReadonlyArray<Json> => linesOf(text).map((line) => JSON.parse(line))
const bookOf = (text: string) => fold(emptyBook, recordsOf(text) as unknown as ReadonlyArray<Change | Control>)

const startReceiver = async (env: Readonly<Record<string, string>> = {}) => {
  const receiver = new Running(["examples/receiver.ts"], { PORT: "0", ...env })
  await receiver.until(() => receiver.stderr.includes("listening at"))
  return { receiver, url: /http:\S+/.exec(receiver.stderr)![0] }
}

describe("the pipelines", { concurrent: true }, () => {
  it("record leaves a recording, which replay plays: a book, a gap, and the book again", async () => {
    const out = temporaryFolder()
    expect(await runPipeline("record", { OUT: out, FOR: "9s" }).ended).toMatchObject({ code: 0, stdout: "" })
    const file = join(out, "recording.ndjson.gz")
    expect(recordsOf(gunzipSync(readFileSync(file)).toString())[0]).toMatchObject({ boltodds_recording: 1 })
    const { code, stdout } = await runPipeline("replay", { RECORDING: file }).ended
    expect(code).toBe(0)
    const controls = recordsOf(stdout).flatMap(({ control }) => control === undefined ? [] : [control])
    expect(controls[0]).toBe("stream_started")
    expect(controls.at(-1)).toBe("stream_stopped")
    expect(controls.indexOf("gap_opened")).toBeGreaterThan(controls.indexOf("synced"))
    expect(controls.lastIndexOf("game_verified")).toBeGreaterThan(controls.indexOf("gap_opened"))
  })

  it("replay emits the same each time, of a recording that is small", async () => {
    expect(statSync(join(root, recording)).size).toBeLessThan(60_000)
    const [first, second] = await Promise.all([runPipeline("replay").ended, runPipeline("replay").ended])
    expect(first).toEqual({ code: 0, signal: null, stdout: second.stdout, stderr: "" })
    expect(linesOf(first.stdout).length).toBeGreaterThan(500)
    expect(bookOf(first.stdout).games.size).toBeGreaterThan(5)
  })

  it("files leaves changes by sport, which fold to a book, and quotes beside them", async () => {
    const out = temporaryFolder()
    const run = runPipeline("files", { OUT: out })
    const quotes = join(out, "quotes.ndjson")
    await run.until(() => existsSync(`${quotes}.part`) && linesOf(readFileSync(`${quotes}.part`, "utf8")).length > 200)
    expect(await run.stop()).toMatchObject({ code: 0, stdout: "" })
    const sports = readdirSync(join(out, "changes"))
    expect(sports).toContain("MLB")
    for (const sport of sports) {
      const files = readdirSync(join(out, "changes", sport))
      expect(files.every((file) => /^\d{8}T\d\d\.ndjson\.zst$/.test(file)), files.join()).toBe(true)
      const text = files.map((file) => zstdDecompressSync(readFileSync(join(out, "changes", sport, file)))).join("")
      const records = recordsOf(text)
      expect(records[0]).toMatchObject({ control: "stream_started" })
      expect(records.at(-1)).toMatchObject({ control: "stream_stopped" })
      expect(new Set(records.flatMap((it) => "change" in it ? [it["sport"]] : []))).toEqual(
        new Set(sport === "~none" ? [] : [sport]),
      )
      expect(bookOf(text).games.size > 0).toBe(sport !== "~none")
    }
    const rows = recordsOf(readFileSync(quotes, "utf8")).filter((it) => typeof it["outcome"] === "string")
    expect(rows.length).toBeGreaterThan(100)
  })

  it.skipIf(!hasNats())("a worker goes on from what ingest writes to NATS, and joins with the book", async () => {
    const server = await NatsServer.start()
    const out = temporaryFolder()
    const ingest = runPipeline("ingest", { NATS: server.url })
    await ingest.until(() => ingest.stderr.includes("receiving from"))
    const worker = runPipeline("worker", { NATS: server.url, OUT: out })
    const file = join(out, "moves.ndjson")
    await worker.until(() => existsSync(`${file}.part`) && /line_moved/.test(readFileSync(`${file}.part`, "utf8")))
    expect(await ingest.stop()).toMatchObject({ code: 0 })
    await worker.until(() => /stream_stopped/.test(readFileSync(`${file}.part`, "utf8")))
    expect(await worker.stop()).toMatchObject({ code: 0, stdout: "" })
    await server.kill()
    const records = recordsOf(readFileSync(file, "utf8"))
    expect(records[0]).toMatchObject({ control: "stream_started" })
    expect(records.filter(({ control }) => control === "stream_stopped")).toHaveLength(1)
    expect(new Set(records.flatMap((it) => "change" in it ? [it["sportsbook"]] : []))).toEqual(new Set(["fanduel"]))
    expect(bookOf(readFileSync(file, "utf8")).games.size).toBeGreaterThan(0)
  })

  it("serve answers with the book, and with the names of the vendor's protocol", async () => {
    const run = runPipeline("serve", { LISTEN: "0" })
    const address = /serving changes at (http:\/\/127\.0\.0\.1:\d+)/
    await run.until(() => address.test(run.stderr) && run.stderr.includes("receiving from"))
    const at = address.exec(run.stderr)![1]!
    let book = bookOf("")
    while (book.games.size === 0) book = bookOf(await (await fetch(`${at}/v1/book`)).text())
    expect((await fetch(`${at}/api/get_games?key=wrong`)).status).toBe(401)
    const names = await (await fetch(`${at}/api/get_info?key=example`)).json() as {
      readonly sportsbooks: ReadonlyArray<string>
    }
    expect(names.sportsbooks.length).toBeGreaterThan(2)
    expect(await run.stop()).toMatchObject({ code: 0, stdout: "" })
  })

  it("a served worker goes on from what serve serves, and joins with the book", async () => {
    const out = temporaryFolder()
    const serve = runPipeline("serve", { LISTEN: "0" })
    const address = /serving changes at (http:\/\/127\.0\.0\.1:\d+)/
    await serve.until(() => address.test(serve.stderr) && serve.stderr.includes("receiving from"))
    const worker = runPipeline("served-worker", { SERVER: address.exec(serve.stderr)![1]!, OUT: out })
    const file = join(out, "served-moves.ndjson")
    await worker.until(() => existsSync(`${file}.part`) && /line_moved/.test(readFileSync(`${file}.part`, "utf8")))
    expect(await serve.stop()).toMatchObject({ code: 0 })
    await worker.until(() => /stream_stopped/.test(readFileSync(`${file}.part`, "utf8")))
    expect(await worker.stop()).toMatchObject({ code: 0, stdout: "" })
    const records = recordsOf(readFileSync(file, "utf8"))
    expect(records[0]).toMatchObject({ control: "stream_started" })
    expect(new Set(records.flatMap((it) => "change" in it ? [it["sportsbook"]] : []))).toEqual(new Set(["fanduel"]))
    expect(bookOf(readFileSync(file, "utf8")).games.size).toBeGreaterThan(0)
  })

  it("webhook sends a receiver the whole book, signed", async () => {
    const { receiver, url } = await startReceiver()
    const run = runPipeline("webhook", { HOOK_URL: url })
    await receiver.until(() => receiver.stdout.includes("line_moved"))
    expect(await run.stop()).toMatchObject({ code: 0, stdout: "" })
    const { stdout } = await receiver.stop()
    const records = recordsOf(stdout)
    expect(records[0]).toMatchObject({ control: "stream_started" })
    expect(records.at(-1)).toMatchObject({ control: "stream_stopped" })
    expect(bookOf(stdout).games.size).toBeGreaterThan(5)
  })

  it("webhook with another secret than the receiver's delivers nothing, and reports it", async () => {
    const { receiver, url } = await startReceiver({ HOOK_SECRET: "whsec_YW5vdGhlciBzZWNyZXQsIG5vdCB0aGUgc2FtZSEh" })
    const run = runPipeline("webhook", { HOOK_URL: url })
    await run.until(() => run.stderr.includes("it answered 401"))
    expect((await run.stop()).code).toBe(75)
    expect((await receiver.stop()).stdout).toBe("")
  })

  it("durable-webhook keeps what nobody takes, and the next run delivers it first, once", async () => {
    const out = temporaryFolder()
    const away = runPipeline("durable-webhook", { OUT: out, HOOK_URL: "http://127.0.0.1:1/" })
    const file = join(out, "hook.sqlite")
    await away.until(() => away.stderr.includes("ECONNREFUSED"))
    await away.until(() => statSync(file).size + statSync(`${file}-wal`).size > 400_000)
    away.child.kill("SIGKILL")
    await away.ended
    const listed = JSON.parse((await pipe("outbox", "list", file, "--json")).stdout)
    const held: number = listed.waiting.records + listed.taken.records
    expect(held).toBeGreaterThan(20)

    const { receiver, url } = await startReceiver()
    const run = runPipeline("durable-webhook", { OUT: out, HOOK_URL: url })
    await receiver.until(() => linesOf(receiver.stdout).length > held + 20)
    expect((await run.stop()).code).toBe(0)
    const records = recordsOf((await receiver.stop()).stdout)
    const runs = [...new Set(records.map(({ run }) => run))]
    expect(runs).toHaveLength(2)
    for (const run of runs) {
      const seqs = records.filter((record) => record["run"] === run).map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.map((_, index) => index + 1))
    }
    expect(records.slice(0, held).every(({ run }) => run === runs[0])).toBe(true)
    expect((await pipe("outbox", "list", file)).stdout).toContain("  waiting       none\n")
  })

  it("discord describes big moves of Moneylines at two sportsbooks", async () => {
    const { receiver, url } = await startReceiver()
    const run = runPipeline("discord", { DISCORD_URL: url })
    await receiver.until(() => / [+-]\d+ → [+-]\d+/.test(receiver.stdout))
    expect((await run.stop()).code).toBe(0)
    const lines = linesOf((await receiver.stop()).stdout)
    const moves = lines.filter((line) => / [+-]\d+ → [+-]\d+/.test(line))
    for (const move of moves) {
      expect(move).toMatch(/^[A-Z]+ · (?:draftkings|fanduel) · .+ · [A-Z][a-z]{2} \d+ \d\d:\d\d ET — Moneyline /)
    }
    expect(lines.at(-1)).toContain("no price here is live")
  })

  it("odds-screen shows Moneylines, archives everything, and logs big moves", async () => {
    const out = temporaryFolder()
    const run = runPipeline("odds-screen", { OUT: out })
    await run.until(() => run.stdout.includes('"line_moved"'))
    const { code, stdout } = await run.stop()
    expect(code).toBe(0)
    const shown = recordsOf(stdout).filter((it) => "change" in it)
    const fields = ["seq", "change", "sportsbook", "game", "team", "odds", "chance", "unverified"]
    for (const record of shown) expect(Object.keys(record)).toEqual(fields)
    for (const { odds, chance } of shown) {
      if (typeof odds === "number") expect(chance).toBeCloseTo(odds < 0 ? odds / (odds - 100) : 100 / (odds + 100), 9)
      else expect(chance).toBe(null)
    }
    const files = readdirSync(out).map((file) => [file, gunzipSync(readFileSync(join(out, file))).toString()] as const)
    const [archive, moves] = files.toSorted(([a], [b]) => a.localeCompare(b))
    expect(archive![0]).toMatch(/^everything-\d{8}\.ndjson\.gz$/)
    expect(moves![0]).toMatch(/^moves-\d{8}\.ndjson\.gz$/)
    const actions = new Set(recordsOf(archive![1]).map(({ action }) => action))
    expect([...actions]).toEqual(expect.arrayContaining(["initial_state", "line_update", "pipe_stream_stopped"]))
    const opened = recordsOf(moves![1]).find(({ change }) => change === "line_opened")
    expect(Object.keys(opened!)).toEqual([
      "at",
      "change",
      "sportsbook",
      "game",
      "outcome",
      "previous_odds",
      "odds",
    ])
  })

  it("fallback: the reserve gets everything that the archive cannot take", async () => {
    const out = temporaryFolder()
    const run = runPipeline("fallback", { OUT: out })
    const file = join(out, "reserve.ndjson")
    await run.until(() => existsSync(`${file}.part`) && readFileSync(`${file}.part`, "utf8").includes("line_moved"))
    expect((await run.stop()).code).toBe(0)
    expect(run.stderr).toContain("reserve takes over for archive, which is disabled: ")
    const text = readFileSync(file, "utf8")
    expect(recordsOf(text).map(({ seq }) => seq)).toEqual(linesOf(text).map((_, index) => index + 1))
  })

  it("plugins: rows in a database, of games that have begun", async () => {
    const out = temporaryFolder()
    const run = runPipeline("plugins", { OUT: out }, "--allow", "plugins")
    const file = join(out, "odds.sqlite")
    const rows = () => {
      const database = new DatabaseSync(file, { readOnly: true })
      const found = database.prepare("SELECT change, control, odds FROM changes ORDER BY rowid").all()
      database.close()
      return found
    }
    await run.until(() => run.stderr.includes("receiving from"))
    await run.until(() => existsSync(file) && rows().some(({ change }) => change === "line_moved"))
    expect((await run.stop()).code).toBe(0)
    const all = rows()
    expect(all[0]).toMatchObject({ control: "stream_started", change: null })
    expect(all.at(-1)).toMatchObject({ control: "stream_stopped" })
    expect(all.filter(({ change, odds }) => change === "line_opened" && typeof odds === "number").length)
      .toBeGreaterThan(50)
  })

  it("command: what a program prints is sent to one that listens, as replay emits it", async () => {
    let text = ""
    const server = createServer((socket) => void socket.setEncoding("utf8").on("data", (it: string) => text += it))
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const port = String((server.address() as AddressInfo).port)
    const { code, stdout } = await runPipeline("command", { COLLECTOR_PORT: port }, "--allow", "plugins").ended
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" })
    const closed = once(server, "close")
    server.close()
    await closed
    expect(text).toBe((await runPipeline("replay").ended).stdout)
  })

  it("command: half a recording does not pass for a whole one", async () => {
    const folder = temporaryFolder()
    const plugin = join(root, "examples/plugins/command-source.ts")
    const text = (line: string) =>
      `{"version":1,"plugins":["${plugin}"],"source":{"command":{"line":${line}}},"sinks":{"a":"stdout"}}`
    const half = `["sh", "-c", "gzip -dc ${join(root, recording)} | head -50; exit 3"]`
    writeFileSync(join(folder, "half.json"), text(half))
    const failed = await pipe("run", join(folder, "half.json"), "--allow", "plugins")
    expect(failed.code).toBe(65)
    expect(failed.stderr).toContain("sh ended with 3")
    writeFileSync(join(folder, "none.json"), text(`["no-program-of-that-name"]`))
    const none = await pipe("run", join(folder, "none.json"), "--allow", "plugins")
    expect(none.code).toBe(65)
    expect(none.stderr).toContain("no-program-of-that-name")
  })

  it("discord passes its test: the recording sends the channel what is expected", async () => {
    const expected = "examples/pipelines/expected/channel.ndjson"
    const words = ["test", "examples/pipelines/discord.yaml", "--recording", recording, "--log-level", "error"]
    const { code, stdout, stderr } = await pipe(...words, "--expect", `channel=${expected}`)
    const count = linesOf(readFileSync(join(root, expected), "utf8")).length
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `channel: ok, ${count} lines\n`, stderr: "" })
  })

  it("discord expects no small moves, but the first of a line after a gap, which confirms it", () => {
    const confirmed = new Set<string>()
    let moves = 0
    for (const record of recordsOf(readFileSync(join(root, "examples/pipelines/expected/channel.ndjson"), "utf8"))) {
      const { control, change, sportsbook, game, outcome, cause, odds, previous_odds: before } = record
      if (control === "gap_opened") confirmed.clear()
      if (outcome === undefined) continue
      const line = JSON.stringify([sportsbook, game, outcome])
      if (change === "line_moved" && cause === "feed" && confirmed.has(line)) {
        moves++
        expect(Math.abs(centsOf(odds as number) - centsOf(before as number))).toBeGreaterThanOrEqual(10)
      }
      confirmed.add(line)
    }
    expect(moves).toBeGreaterThan(0)
  })
})

/** American odds on a scale without the hole between -100 and +100. */
const centsOf = (odds: number): number => odds < 0 ? odds + 100 : odds - 100

describe("the receiver", () => {
  it("refuses what is not signed with its secret, and what is old", async () => {
    const { receiver, url } = await startReceiver()
    const post = (headers: Record<string, string>, body = `{"id":"a","records":[1]}`) =>
      fetch(url, { method: "POST", headers, body }).then(({ status }) => status)
    expect(await post({ "webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x" })).toBe(401)
    const now = String(Math.floor(Date.now() / 1000))
    expect(await post({ "webhook-id": "a", "webhook-timestamp": now, "webhook-signature": "v1,x" })).toBe(401)
    expect((await receiver.stop()).stdout).toBe("")
  })
})

describe("the guide", () => {
  const guide = readFileSync(join(root, "docs/pipelines.md"), "utf8")
  const blocks = (language: string) =>
    [...guide.matchAll(new RegExp("```" + language + "\\n([^]*?)```", "g"))]
      .map(([, text]) => text!)
  // Inside the examples, where the packages are installed.
  const folder = join(root, "examples/pipelines/out/guide")
  const put = (file: string, text: string): string => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, file), text)
    return join(folder, file)
  }

  it("begins with a pipeline without mistakes, and shows what a mistake looks like", async () => {
    const [first] = blocks("yaml")
    expect((await pipe("check", put("pipeline.yaml", first!))).stdout).toContain(
      ": OK, 2 sinks\n",
    )
    const wrong = put("wrong.yaml", first!.replace("emit: changes", "emit: chnages"))
    const { code, stderr } = await pipe("check", wrong)
    expect(code).toBe(78)
    expect(blocks("text").map((text) => text.trim())).toContain(
      stderr.slice(stderr.indexOf("\n") + 1).replaceAll(wrong, "pipeline.yaml").trim(),
    )
  })

  it("has a plug-in that does what it says", async () => {
    put("shout.ts", blocks("ts").find((text) => text.startsWith("// shout.ts"))!)
    const file = put("shout.yaml", blocks("yaml").find((text) => text.includes("./shout.ts"))!)
    const { code, stdout, stderr } = await pipe("run", file, "--allow", "plugins", "--log-level", "error")
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" })
    const shouted = linesOf(stderr).filter((line) => line.endsWith("}!!") && !line.includes('"CONTROL"'))
    expect(shouted).toHaveLength(5)
    for (const line of shouted) expect(line).toBe(line.toUpperCase())
  })

  it("shows commands whose files are there", () => {
    for (const path of guide.match(/examples\/[\w./-]+/g)!) {
      if (!path.includes("README")) expect(existsSync(join(root, path.replace(/\.$/, ""))), path).toBe(true)
    }
  })
})

describe("npm start", () => {
  it("takes the path of a pipeline from where its user stands", async () => {
    const start = (cwd: string, path: string) =>
      new Running(["tools/bootstrap.mjs", "start", "run", path], { INIT_CWD: cwd }).ended
    const fromRoot = await start(root, "examples/pipelines/replay.yaml")
    expect({ code: fromRoot.code, lines: linesOf(fromRoot.stdout).length > 500 }).toEqual({ code: 0, lines: true })
    const inside = await start(join(root, "examples"), "pipelines/replay.yaml")
    expect(inside.stdout).toBe(fromRoot.stdout)
  })
})

describe.skipIf(!hasNats())("the pipeline for two machines", () => {
  it("runs in one process, and in the other once that one is asked to end", async () => {
    const nats = await NatsServer.start()
    try {
      const first = runPipeline("ha", { NATS: nats.url })
      await first.until(() => first.stderr.includes("leader: this process holds the lease"))
      await first.until(() => first.stderr.includes("receiving"))
      const second = runPipeline("ha", { NATS: nats.url })
      await second.until(() => second.stderr.includes("standby: "))
      expect(await first.stop()).toMatchObject({ code: 0, stdout: "" })
      await second.until(() => second.stderr.includes("leader: this process holds the lease"))
      await second.until(() => second.stderr.includes("resuming run "))
      await second.until(() => second.stderr.includes("receiving"))
      expect(await second.stop()).toMatchObject({ code: 0, stdout: "" })
    } finally {
      await nats.kill()
    }
  })
})
