/** `--resume`: a run that is killed at any moment, and the next one, which goes on from what it wrote. */
import { type Change, type Control, emptyBook, fold, gameId, isLive } from "@boltodds/protocol"
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { spawn } from "node:child_process"
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { cleanEnv, command, PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { shown } from "./delivery/books.ts"

// More, and at other moments: KILLS=30 KILL_SEED=7 vitest run apps/pipe/test/resume
const kills = Number(process.env["KILLS"] ?? 3)
const killSeed = Number(process.env["KILL_SEED"] ?? 1)

type StreamRecord = Change | Control

const key = "sk-resume-1234abcd"
const world = { seed: 3, games: 4, players: 1, sportsbooks: ["draftkings", "fanduel"], sports: ["NBA", "MLB"] }
const envOf = ({ url }: Simulator) => ({ BOLTODDS_URL: url, BOLTODDS_API_KEY: key })
const kindOf = (record: StreamRecord): string => "control" in record ? record.control : record.change

const randomFrom = (state: number) => () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return state / 2 ** 32
}

/** The command as a shell runs it that appends its output to a file. */
class Appending {
  readonly child: ReturnType<typeof spawn>
  readonly ended: Promise<number | null>
  stderr = ""

  constructor(file: string, args: ReadonlyArray<string>, server: Simulator) {
    const out = openSync(file, "a")
    this.child = spawn(command[0]!, [...command.slice(1), "--emit", "changes", ...args], {
      env: cleanEnv(envOf(server)),
      stdio: ["ignore", out, "pipe"],
    })
    closeSync(out)
    this.child.stderr!.setEncoding("utf8").on("data", (text: string) => this.stderr += text)
    this.ended = new Promise((resolve) => this.child.on("exit", resolve))
  }

  /** Resolves once this holds of the file; rejects where the command ends before. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.child.exitCode !== null) throw new Error(`it ended with ${this.child.exitCode}: ${this.stderr}`)
      await sleep(10)
    }
  }
}

const wholeLines = (text: string): ReadonlyArray<StreamRecord> =>
  text.split("\n").slice(0, -1).filter((line) => line !== "").map((line) => JSON.parse(line))

/** Folds, and notes by itself which run last confirmed each line: sentences about what is believed without. */
const believedWithout = (records: ReadonlyArray<StreamRecord>): ReadonlyArray<string> => {
  const wrong: Array<string> = []
  const confirmed = new Map<string, string>()
  let book = emptyBook
  for (const record of records) {
    book = fold(book, [record])
    if ("control" in record) {
      if (record.control === "game_verified") confirmed.set(gameId(record.sportsbook, record.game), record.run)
    } else if ("outcome" in record) {
      confirmed.set(`${gameId(record.sportsbook, record.game)}|${record.outcome}`, record.run)
    }
    if (record.last !== true) continue
    for (const [id, game] of book.games) {
      for (const line of game.lines.values()) {
        const runs = [confirmed.get(id), confirmed.get(`${id}|${line.outcome}`)]
        if (isLive(book, game, line) && !runs.includes(record.run)) {
          wrong.push(`${id} ${line.outcome} is believed live in run ${record.run}, which never said so`)
        }
      }
    }
  }
  return wrong
}

/** Changes as a run writes them that is killed once its first snapshot has settled. */
const killedRun = async (server: Simulator): Promise<string> => {
  const pipe = new PipeProcess(["--emit", "changes"], { env: envOf(server) })
  await pipe.until(({ stdout }) => stdout.includes("game_opened") && stdout.includes("line_moved"))
  await sleep(200)
  pipe.kill("SIGKILL")
  return (await pipe.ended).stdout
}

describe("--resume", { concurrent: true }, () => {
  it(
    `gives a reader of the file the exact book after kill -9 at ${kills} moments, and no belief that no run stands for`,
    async () => {
      const random = randomFrom(killSeed)
      const server = await startSimulator({ key, rate: 300, world })
      const folder = new PipelineFolder()
      const file = folder.at("nba.ndjson")
      writeFileSync(file, "")
      let torn = 0
      let compared = 0
      /** Stops the world until the reader has all that was sent, and holds its book against the server's. */
      const compare = async (run: Appending): Promise<void> => {
        server.pause()
        await server.drained()
        const size = statSync(file).size
        server.pushFrame("{ the end")
        await run.until(() => readFileSync(file).subarray(size).includes("{ the end"))
        expect(shown(fold(emptyBook, wholeLines(readFileSync(file, "utf8"))))).toEqual(server.book())
        compared++
        server.resume()
      }
      for (let kill = 0; kill <= kills; kill++) {
        const size = statSync(file).size
        const run = new Appending(file, ["--resume", file], server)
        await run.until(() => statSync(file).size > size)
        await sleep(random() * 2_000)
        if (kill === kills || random() < 0.3) {
          await run.until(() => run.stderr.includes("receiving"))
          await compare(run)
        }
        run.child.kill(kill === kills ? "SIGTERM" : "SIGKILL")
        const code = await run.ended
        if (kill === kills) expect(code).toBe(0)
        // The system takes most writes whole: now and then the middle of a line is left.
        else if (random() < 0.4) appendFileSync(file, '{"change":"line_moved","run":"01')
        if (!readFileSync(file, "utf8").endsWith("\n")) torn++
      }
      await server.stop()

      const records = wholeLines(readFileSync(file, "utf8"))
      const starts = records.filter((record) => /^stream_(?:started|resumed)$/.test(kindOf(record)))
      expect(starts.map(kindOf)).toEqual(starts.map((_, index) => index === 0 ? "stream_started" : "stream_resumed"))
      expect(starts.map((record) => "term" in record ? record.term : 0)).toEqual(starts.map((_, index) => index + 1))
      expect(starts).toHaveLength(kills + 1)
      expect(believedWithout(records)).toEqual([])
      expect(compared).toBeGreaterThan(0)
      if (kills > 10) expect(torn).toBeGreaterThan(0)
    },
    120_000 + kills * 30_000,
  )

  it("continues in the files of the file sink, and sends everything to other sinks", async () => {
    const server = await startSimulator({ key, rate: 100, world })
    const folder = new PipelineFolder(
      `source: { feed: { url: "${server.url}", sportsbooks: [draftkings, fanduel] } }`,
      "sinks:",
      "  archive: { file: { path: nba.ndjson }, emit: changes }",
      "  screen: { stdout: {}, emit: changes }",
      "run: { resume: nba.ndjson }",
    )
    const pieces = () => readdirSync(folder.path).filter((name) => name.startsWith("nba")).sort()
    for (const signal of ["SIGKILL", "SIGKILL", "SIGTERM"] as const) {
      const run = new PipeProcess(["run", folder.file], { env: envOf(server) })
      await run.until(({ stdout }) => stdout.includes("line_moved") && stdout.includes("game_opened"))
      await sleep(500)
      run.kill(signal)
      const screen = recordsOf((await run.ended).stdout.replace(/[^\n]*$/, ""))
      // It has read nothing before: it begins with the whole book, and has no part in what is resumed.
      expect(screen[0]).toMatchObject({ control: "stream_started" })
      expect(screen.some((record) => record["control"] === "stream_resumed")).toBe(false)
    }
    await server.stop()
    expect(pieces()).toEqual(["nba.1.ndjson", "nba.2.ndjson", "nba.ndjson"])
    const records = ["nba.ndjson", "nba.1.ndjson", "nba.2.ndjson"].flatMap((name) => wholeLines(folder.text(name)))
    const starts = records.filter((record) => /^stream_(?:started|resumed)$/.test(kindOf(record)))
    expect(starts.map(kindOf)).toEqual(["stream_started", "stream_resumed", "stream_resumed"])
    expect(believedWithout(records)).toEqual([])
  })

  it("reads compressed files, cut off wherever they are", async () => {
    const server = await startSimulator({ key, rate: 100, world })
    const text = await killedRun(server)
    const folder = new PipelineFolder()
    const cut = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - 20)
    writeFileSync(folder.at("a.ndjson.gz"), cut(gzipSync(text)))
    writeFileSync(folder.at("b.ndjson.zst"), cut(zstdCompressSync(text)))
    writeFileSync(
      folder.at("c.ndjson.zst"),
      Buffer.concat([zstdCompressSync(text), cut(zstdCompressSync("x".repeat(1e5)))]),
    )
    for (const name of ["a.ndjson.gz", "b.ndjson.zst", "c.ndjson.zst"]) {
      const run = await runPipe(["--emit", "changes", "--resume", folder.at(name), "--count", "1"], {
        env: envOf(server),
      })
      expect(run.code, `${name}: ${run.stderr}`).toBe(0)
      const [first] = recordsOf(run.stdout)
      // Of a zstd frame that never ended nothing may be readable.
      expect(["stream_resumed", "stream_started"]).toContain(first!["control"])
      if (name !== "b.ndjson.zst") expect(first!["control"]).toBe("stream_resumed")
    }
    await server.stop()
  })

  it("starts anew where there is nothing to go on from, and says so", async () => {
    const server = await startSimulator({ key, rate: 50, world })
    const folder = new PipelineFolder()
    writeFileSync(folder.at("empty.ndjson"), "")
    const text = await killedRun(server)
    const { run } = wholeLines(text)[0]!
    const dropped = { control: "dropped", run, seq: 9, part: 1, origin: "stdout.1", session: "feed", epoch: 1 }
    const lossy = { ...dropped, at: "", sent_at: null, frame: null, lane: "stdout", reason: "expired", count: 1 }
    writeFileSync(
      folder.at("lossy.ndjson"),
      `${text.replace(/[^\n]*$/, "")}${JSON.stringify({ ...lossy, first_seq: 9, last_seq: 9 })}\n`,
    )
    for (
      const [name, said] of [
        ["none.ndjson", "does not exist yet: starting from the beginning"],
        ["empty.ndjson", "holds no records yet: starting from the beginning"],
        ["lossy.ndjson", "ends with a loss that no resnapshot made good"],
      ] as const
    ) {
      const ended = await runPipe(["--emit", "changes", "--resume", folder.at(name), "--count", "1"], {
        env: envOf(server),
      })
      expect(ended.code).toBe(0)
      expect(ended.stderr).toContain(said)
      expect(recordsOf(ended.stdout)[0]).toMatchObject({ control: "stream_started", term: 1 })
    }
    await server.stop()
  })

  it("keeps a condition's reader right: a line that leaves it after the restart is taken back", async () => {
    const server = await startSimulator({ key, rate: 300, world })
    const folder = new PipelineFolder()
    const file = folder.at("nba.ndjson")
    writeFileSync(file, "")
    const args = ["--where", 'market == "Moneyline" && odds > 0', "--resume", file]
    for (let nth = 0; nth < 3; nth++) {
      const size = statSync(file).size
      const run = new Appending(file, args, server)
      await run.until(() => readFileSync(file, "utf8").slice(size).split("line_").length > 20)
      if (nth === 2) {
        server.pause()
        await server.drained()
        server.pushFrame("{ the end")
        await run.until(() => readFileSync(file, "utf8").includes("{ the end"))
        const positive = Object.entries(server.book()).filter(([id, odds]) =>
          id.endsWith("Moneyline") && odds.startsWith("+")
        )
        const prices = Object.entries(shown(fold(emptyBook, wholeLines(readFileSync(file, "utf8")))))
        expect(Object.fromEntries(prices)).toEqual(Object.fromEntries(positive))
        expect(positive.length).toBeGreaterThan(0)
      }
      run.child.kill("SIGKILL")
      await run.ended
    }
    await server.stop()
  })

  it("refuses what is no file of changes, by the line that shows it", async () => {
    const folder = new PipelineFolder()
    const change = {
      change: "line_moved",
      run: "R",
      seq: 7,
      session: "feed",
      epoch: 1,
      at: "",
      sport: "NBA",
      sportsbook: "b",
      game: "g",
    }
    const whole = {
      ...change,
      universal_game_id: null,
      book_game_id: null,
      home_team: null,
      away_team: null,
      starts_at: null,
      outcome: "x",
      market: null,
      target: null,
      target_kind: null,
      side: null,
    }
    const line = { ...whole, line: null, line_derived: false, odds: 100, link: null }
    const start = {
      control: "stream_started",
      run: "R",
      seq: 1,
      session: "feed",
      epoch: 1,
      at: "",
      schema_version: 1,
      filters: {},
    }
    const cases: ReadonlyArray<readonly [ReadonlyArray<unknown>, string]> = [
      [
        [{ action: "line_update", data: {} }],
        'line 1 is not a record of changes (a message of the feed or a quote, action "line_update")',
      ],
      [
        [{ boltodds_recording: 1, run: "R", options: {} }],
        "line 1 is not a record of changes (a recording: --emit raw wrote it)",
      ],
      [[start, line, change], "line 3 is not a record of changes (its universal_game_id is missing)"],
      [
        [start, { ...line, outcome: null }],
        "line 2 is not a record of changes (its outcome is not of the type that it must be)",
      ],
      [[{ ...start, term: "x" }], "line 1 is not a record of changes (its term is not of the type that it must be)"],
      [[line], "line 1 is a line_moved of run R, whose beginning is missing"],
      [[start, { ...line, run: "S" }], "line 2 is a line_moved of run S, whose beginning is missing"],
      [[start, 7], "line 2 is not a record of changes (7)"],
    ]
    for (const [index, [lines, said]] of cases.entries()) {
      const file = folder.at(`${index}.ndjson`)
      writeFileSync(file, lines.map((it) => `${JSON.stringify(it)}\n`).join(""))
      const { code, stderr, stdout } = await runPipe(["demo", "--resume", file, "--for", "1s"])
      expect([code, stdout]).toEqual([65, ""])
      expect(stderr).toContain(`Cannot resume from ${file}: ${said}`)
    }
    const broken = folder.at("broken.ndjson")
    writeFileSync(broken, `${JSON.stringify(start)}\n{"change"{"control"}\n`)
    expect((await runPipe(["demo", "--resume", broken])).stderr).toContain("line 2 is not JSON")
    for (const name of ["damaged.ndjson.gz", "damaged.ndjson.zst"]) {
      const file = folder.at(name)
      writeFileSync(file, "this was compressed once")
      const { code, stderr, stdout } = await runPipe(["demo", "--resume", file])
      expect([code, stdout]).toEqual([65, ""])
      expect(stderr).toContain(`Cannot resume from ${file}: it cannot be decompressed (`)
    }
    const good = folder.at("good.ndjson")
    writeFileSync(good, (await runPipe(["demo", "--emit", "changes", "--count", "50"])).stdout)
    for (const bytes of ["1KiB", "20KiB"]) {
      const args = ["demo", "--emit", "changes", "--resume", good, "--limit", `bytes=${bytes}`]
      const { code, stderr, stdout } = await runPipe(args)
      expect([code, stdout]).toEqual([65, ""])
      expect(stderr).toContain(`Cannot resume from ${good}: its book (`)
      expect(stderr).toMatch(/\d+ games, \d+ lines\) takes [\d,]+ [KM]iB, and this run may keep (?:1|20) KiB\. Give /)
    }
    for (const flags of [["--no-control"], ["--emit", "quotes"]]) {
      expect((await runPipe(["demo", "--resume", broken, ...flags])).code).toBe(64)
    }
  })
})
