import { encodeEvent, encodeRecordingHeader, makeFrame } from "@boltodds/protocol"
import { writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { fileURLToPath } from "node:url"
import { patience } from "@boltodds/testing/patience"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { command, PipeProcess, recordsOf, runPipe, runShell } from "@boltodds/testing/PipeProcess"

const plugins = fileURLToPath(new URL("../../../examples/plugins/", import.meta.url))
const vault = fileURLToPath(new URL("fixtures/vaultSink.ts", import.meta.url))

describe("run", { concurrent: true }, () => {
  it("emits the same bytes from a recording as in the live run that made it", async () => {
    const live = new PipelineFolder(
      "source: { simulator: { seed: 7, rate: 100, cut_after: 1s } }",
      "sinks:",
      "  recording: { file: { path: day.ndjson, compress: zstd }, emit: raw }",
      "  changes: { file: { path: changes.ndjson }, emit: changes }",
      `run: { for: ${Math.ceil(6 * patience())}s }`,
    )
    expect(await runPipe(["run", live.file])).toMatchObject({ code: 0 })
    const again = new PipelineFolder(
      `source: { replay: { file: ${live.at("day.ndjson.zst")} } }`,
      "sinks: { changes: { file: { path: changes.ndjson }, emit: changes } }",
    )
    expect(await runPipe(["run", again.file])).toMatchObject({ code: 0, stdout: "" })
    const [first, second] = [live.lines("changes.ndjson"), again.lines("changes.ndjson")]
    expect(second.slice(0, -1)).toEqual(first.slice(0, -1))
    // The reason is another: time was up there, the recording ended here.
    const { reason: _, ...end } = JSON.parse(first.at(-1)!)
    expect(JSON.parse(second.at(-1)!)).toEqual({ ...end, reason: "source ended" })
    for (const kind of ["gap_opened", "gap_closed", "synced", "game_verified"]) {
      expect(first.filter((line) => line.includes(`"control":"${kind}"`)), kind).not.toEqual([])
    }
  })

  it("reads a recording back whose names hold separators of lines that are not LF", async () => {
    const game = "Ann\u2028e vs B\u2029ob\u0085, 2026-07-16, 01"
    const data = { sport: "MLB", sportsbook: "fanduel", game, home_team: "Ann\u2028e", away_team: "Bob", info: {} }
    const outcomes = { "Ann\u2028e Moneyline": { odds: "-110", outcome_name: "Moneyline" } }
    const message = JSON.stringify({ action: "initial_state", timestamp: null, data: { ...data, outcomes } })
    const recording = [
      encodeRecordingHeader("01JZZZZZZZZZZZZZZZZZZZZZZZ"),
      encodeEvent({ _tag: "Connected", session: "feed", epoch: 1, at: 1000, plan: "Pro" }),
      encodeEvent(makeFrame("feed", 1, 1001, message)),
    ].map((line) => `${line}\n`).join("")
    expect(recording).toContain("\u2028")
    const folder = new PipelineFolder(
      "source: { replay: { file: odd.ndjson } }",
      "sinks: { screen: { stdout: {}, emit: changes } }",
    )
    writeFileSync(folder.at("odd.ndjson"), recording)
    const replayed = await runPipe(["run", folder.file])
    expect(replayed).toMatchObject({ code: 0, stderr: expect.not.stringContaining("error") })
    expect(recordsOf(replayed.stdout).flatMap((record) => record["change"] === "line_opened" ? [record["game"]] : []))
      .toEqual([game])

    const piped = new PipelineFolder("source: stdin", "sinks: { screen: { stdout: {}, emit: changes } }")
    const { code, stdout } = await runShell(`cat '${folder.at("odd.ndjson")}' | pipe run '${piped.file}'`)
    expect({ code, stdout }).toEqual({ code: 0, stdout: replayed.stdout })
  })

  it("ends after `count` records with 0, and prints the report that was asked for", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7 } }",
      "sinks: { screen: { stdout: {}, emit: quotes, control: false } }",
      "run: { count: 25 }",
    )
    const { code, stdout, stderr } = await runPipe(["run", folder.file, "--report", "--log-format", "human"])
    expect(code).toBe(0)
    expect(recordsOf(stdout)).toHaveLength(25)
    expect(stderr).toContain("count reached after")
    expect(stderr).toMatch(/screen +25 in = 25 delivered \+ 0 merged \+ 0 lost \+ 0 pending/)
  })

  it("ends quietly with 0 when its only reader has gone", async () => {
    const folder = new PipelineFolder("source: simulator", "sinks: { screen: { stdout: {}, emit: changes } }")
    const { code, stdout, stderr } = await runShell(`pipe run '${folder.file}' --log-level warn | head -3`)
    expect({ code, lines: recordsOf(stdout).length, stderr }).toEqual({ code: 0, lines: 3, stderr: "" })
  })

  it("goes on for its other sinks when one reader has gone", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { rate: 50 } }",
      "sinks: { screen: { stdout: {}, emit: changes }, log: { file: { path: log.ndjson }, emit: changes } }",
      "run: { for: 3s }",
    )
    const { code, stdout } = await runShell(`pipe run '${folder.file}' | head -1`)
    expect(code).toBe(0)
    expect(recordsOf(stdout)).toHaveLength(1)
    expect(folder.lines("log.ndjson").at(-1)).toContain('"reason":"time is up"')
  })

  it("fails with 74 when a required sink cannot be opened, and names it", async () => {
    const folder = new PipelineFolder("source: simulator", "sinks: { log: { file: { path: pipeline.yaml/x.ndjson } } }")
    const { code, stderr } = await runPipe(["run", folder.file])
    expect(code).toBe(74)
    expect(stderr).toContain("Cannot make the folder")
    expect(stderr).not.toContain("bug")
  })

  it("says what is missing, and ends with 78 for a configuration with mistakes", async () => {
    expect(await runPipe(["run"])).toMatchObject({ code: 64 })
    const folder = new PipelineFolder("source: simulator", "sinks: { a: { stdout: {}, emit: changs } }")
    expect(await runPipe(["run", folder.file])).toMatchObject({ code: 78, stdout: "" })
  })

  it("logs a sink that is away once for each attempt, and the pause of its breaker once", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7 } }",
      "sinks:",
      "  hook:",
      "    webhook: { url: 'http://127.0.0.1:1/', unsigned: true, allow_private: true }",
      "    lane: { retry: { cap: 10ms }, breaker: { failures: 3, cool: 1h } }",
      "run: { drain_within: 0s }",
    )
    const pipe = new PipeProcess(["run", folder.file])
    await pipe.until(({ stderr }) => stderr.includes("waiting 3600.0 s"))
    await pipe.until(({ stderr }) => stderr.includes("receiving from"))
    pipe.kill("SIGTERM")
    const { code, stderr } = await pipe.ended
    expect(code).toBe(75)
    const told = stderr.split("\n").filter((line) => line.includes("hook: ")).map((line) => JSON.parse(line).message)
    const why = "hook: Cannot post to http://127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; see whether it is up"
    expect(told.map((message) => message.replace(/in 0\.\d s/, "in 0 s"))).toEqual([
      `${why}; trying again in 0 s (attempt 1)`,
      `${why}; trying again in 0 s (attempt 2)`,
      `${why}; after 3 failures in a row, waiting 3600.0 s`,
    ])
  })
})

describe("plug-ins that bring a copy of Effect of their own", { concurrent: true }, () => {
  // The bundled command has its own; the workspace's packages are taken from source.
  const words = [command[0]!, "--conditions=@boltodds/source", ...command.slice(1)]

  it("run: a processor, a sink and a source, with options left out and given", async () => {
    const folder = new PipelineFolder(
      `plugins: ["${plugins}only-live-games.ts", "${plugins}sqlite-sink.ts", "${plugins}command-source.ts"]`,
      "source: { command: { line: [cat, day.ndjson] } }",
      "sinks:",
      "  screen: { stdout: {}, emit: changes, processors: [only_live_games] }",
      "  early: { file: { path: early.ndjson }, emit: changes, processors: [{ only_live_games: { before: 1h } }] }",
      "  rows: { sqlite: { path: rows.sqlite } }",
    )
    const live = new PipelineFolder(
      // A day that is over: all of its games have begun.
      "source: { simulator: { seed: 7, date: 2026-07-16 } }",
      `sinks: { recording: { file: { path: "${folder.at("day.ndjson")}" }, emit: raw } }`,
      "run: { for: 2s }",
    )
    expect(await runPipe(["run", live.file])).toMatchObject({ code: 0 })
    const { code, stdout, stderr } = await runPipe(["run", folder.file], { words })
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(recordsOf(stdout).filter(({ change }) => change === "line_opened").length).toBeGreaterThan(50)
    expect(folder.text("early.ndjson")).toBe(stdout)
  })

  it("report their mistakes as all others do", async () => {
    const folder = new PipelineFolder(
      `plugins: ["${plugins}only-live-games.ts", "${plugins}tcp-sink.ts"]`,
      "source: simulator",
      "sinks:",
      "  a: { stdout: {}, emit: changes, processors: [{ only_live_games: { before: soon } }] }",
      "  b: { tcp: { prt: 1 } }",
    )
    const { code, stderr } = await runPipe(["check", folder.file], { words })
    expect(code).toBe(78)
    expect(stderr).toContain(
      'Cannot use `before`: expected a duration such as 500ms, 15s, 1m30s; got "soon"',
    )
    expect(stderr).toContain("Cannot use `prt`: sink type `tcp` has no such option")
    expect(stderr).toContain("Cannot use sink type `tcp`: its `port` is missing")
  })

  it("get their secrets, which are shown nowhere", async () => {
    const folder = new PipelineFolder(
      `plugins: ["${vault}"]`,
      "source: { simulator: { seed: 7 } }",
      "sinks: { vault: { vault: { token: { env: TOKEN }, path: out.txt } } }",
      "run: { count: 1 }",
    )
    const env = { TOKEN: "s3cret-of-mine" }
    expect(await runPipe(["run", folder.file], { words, env })).toMatchObject({ code: 0 })
    expect(folder.text("out.txt")).toBe("s3cret-of-mine")
    const { code, stdout } = await runPipe(["check", folder.file, "--resolved"], { words, env })
    expect(code).toBe(0)
    expect(stdout).not.toContain("s3cret")
  })
})

describe("the report of a pipeline that is stopped", () => {
  it("adds up for every sink", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { rate: 200 } }",
      "sinks:",
      "  screen: { stdout: {}, emit: messages }",
      "  log: { file: { path: log.ndjson }, emit: changes, processors: [{ conflate: { every: 1s } }] }",
      "run: { report: true }",
    )
    const pipe = new PipeProcess(["run", folder.file])
    await pipe.until(({ stdout }) => stdout.split("line_update").length > 100)
    pipe.kill("SIGTERM")
    const { code, stdout, stderr } = await pipe.ended
    expect(code).toBe(0)
    const { report } = JSON.parse(stderr.trimEnd().split("\n").at(-1)!)
    const [screen, log] = report.routes
    expect([screen.name, log.name, report.reason]).toEqual(["screen", "log", "signal SIGTERM"])
    expect(screen.counts.delivered).toBe(recordsOf(stdout).length)
    expect(log.counts.delivered).toBe(folder.lines("log.ndjson").length)
    for (const { counts } of [screen, log]) {
      expect(counts).toMatchObject({ in: counts.delivered, dropped: 0, pending: 0 })
    }
  })
})
