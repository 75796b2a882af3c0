import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { encodeEvent, encodeRecordingHeader, makeFrame } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { command, type Ended, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { Receiver } from "@boltodds/testing/Receiver"

const key = "sk-hostile-names-5f5f5f5f"

/** Clears a screen, sets a title, forges a line, turns the writing, hides: as ESC, as C1, as format characters. */
const hostile = "N\u001b[2J\u001b]0;t\u0007\u009b31mX\u202e\u2066\u200b\u2028\nforged: ok\r\u007f\u00ad"

/** Runs the command on a terminal, and gives what that was sent: stdout and stderr as one. */
const onTerminal = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
  const spawn = "import os, pty, sys\nsys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
  return runPipe([...command, ...args], { words: ["python3", "-c", spawn], env: { TERM: "xterm-256color", ...env } })
}

/** Without what the command itself sends: line ends, colors (where it may use them), progress, and blanks of JSON. */
// oxlint-disable-next-line no-control-regex
const foreign = (text: string): string => text.replaceAll(/\r*\n|\t|\r\x1b\[K|\x1b\[(?:1|2|22|31|33|39)m/g, " ")

const raw = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

const expectHarmless = ({ stdout, stderr }: Ended): void => {
  expect(stderr).toBe("")
  expect(foreign(stdout)).not.toMatch(raw)
  // The name is there, and what it holds is seen.
  expect(stdout).toMatch(/N\\+u(?:001b|\{1b\})\[2J/)
}

const hasPython = spawnSync("python3", ["-c", "import pty"]).status === 0

const frame = (change: object) => {
  const data = {
    sport: hostile,
    sportsbook: hostile,
    game: `${hostile} vs B, 2026-07-16, 01`,
    home_team: hostile,
    away_team: "B",
    info: {},
    outcomes: { [`${hostile} Moneyline`]: { odds: "-110", outcome_name: hostile, outcome_target: hostile } },
  }
  return JSON.stringify({ action: "initial_state", timestamp: null, data: { ...data, ...change } })
}

/** A game whose price moves fifty times a second, and then and now the server's own words. */
const trace = (): string =>
  Array.from({ length: 1_000 }, (_, index) => {
    const moved = frame({ outcomes: { "x Moneyline": { odds: `+${100 + index}`, outcome_name: hostile } } })
    const text = index % 10 === 9 ? JSON.stringify({ action: "error", message: hostile }) : moved
    return `${JSON.stringify({ t: 20 * index, frame: JSON.parse(text) })}\n`
  }).join("")

const recorded = (folder: PipelineFolder): void =>
  writeFileSync(
    folder.at("day.ndjson"),
    [
      encodeRecordingHeader("01JZZZZZZZZZZZZZZZZZZZZZZZ"),
      encodeEvent({ _tag: "Connected", session: "feed", epoch: 1, at: 1000, plan: hostile }),
      encodeEvent(makeFrame("feed", 1, 1001, frame({}))),
      encodeEvent(makeFrame("feed", 1, 1002, JSON.stringify({ action: hostile, message: hostile }))),
      encodeEvent(makeFrame("feed", 1, 1003, `{"action":\t"error",\r\n"message": ${JSON.stringify(hostile)}}`)),
    ].map((line) => `${line}\n`).join(""),
  )

describe.skipIf(!hasPython)("on a terminal, names of the feed are written out by", { concurrent: true }, () => {
  let server: Awaited<ReturnType<typeof startSimulator>>
  let env: Readonly<Record<string, string>> = {}
  beforeAll(async () => {
    const file = new PipelineFolder().at("trace.ndjson")
    writeFileSync(file, trace())
    server = await startSimulator({ key, replay: { file } })
    env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key }
  })
  afterAll(() => server.stop())

  it.each(["changes", "messages", "quotes", "raw"])("the stream of %s, and it stays JSON", async (emit) => {
    const ended = await onTerminal(["--emit", emit, "--json", "--count", "20", "--log-level", "none"], env)
    expectHarmless(ended)
    expect(ended.code).toBe(0)
    expect(recordsOf(ended.stdout.replaceAll("\r\n", "\n")).length).toBeGreaterThanOrEqual(20)
  })

  it("the lines of changes for a person", async () => {
    const ended = await onTerminal(["--count", "20", "--log-level", "none"], env)
    expectHarmless(ended)
    expect([ended.code, ended.stdout.split("\n").length > 20]).toEqual([0, true])
  })

  it.each([
    ["latency", ["latency", "--for", "1s"]],
    ["latency as JSON", ["latency", "--for", "1s", "--json"]],
    ["catalog", ["catalog", "books"]],
    ["catalog as JSON", ["catalog", "books", "--json"]],
    ["verify", ["verify", "--for", "2s"]],
    ["the log and the report", [
      "--emit",
      "messages",
      "--report",
      "--count",
      "30",
      "--log-level",
      "debug",
      "--book",
      hostile.replace("N", "M"),
    ]],
    ["the log and the report as JSON", ["--report", "--count", "30", "--log-format", "json", "--emit", "quotes"]],
    ["an unknown command", [hostile]],
    ["a wrong flag", ["--sport", "x", `--${hostile}`]],
  ])("%s", async (_, args) => {
    const ended = await onTerminal(args, env)
    expect(ended.stderr).toBe("")
    expect(foreign(ended.stdout)).not.toMatch(raw)
  })

  it("doctor", async () => {
    expect(foreign((await onTerminal(["doctor", "--for", "2s"], env)).stdout)).not.toMatch(raw)
  })

  it("run, of a recording, with a report", async () => {
    const folder = new PipelineFolder(
      "source: { replay: { file: day.ndjson } }",
      "sinks: { screen: { stdout: {}, emit: messages } }",
      "run: { report: true }",
    )
    recorded(folder)
    expectHarmless(await onTerminal(["run", folder.file]))
  })

  it("test, where a line differs from what is expected", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: {} }",
      "sinks: { screen: { stdout: {}, emit: changes } }",
    )
    recorded(folder)
    writeFileSync(folder.at("expected.ndjson"), `${JSON.stringify({ change: hostile })}\n`)
    expectHarmless(
      await onTerminal([
        "test",
        folder.file,
        "--recording",
        folder.at("day.ndjson"),
        "--expect",
        `screen=${folder.at("expected.ndjson")}`,
      ]),
    )
  })

  it("check, of a configuration of others", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: {} }",
      `sinks: { ${JSON.stringify(hostile)}: { stdout: {}, emit: ${JSON.stringify(hostile)} } }`,
    )
    expectHarmless(await onTerminal(["check", folder.file]))
    const good = new PipelineFolder(
      "source: { simulator: {} }",
      `sinks: { screen: { stdout: {}, emit: changes, where: ${
        JSON.stringify(`game != ${JSON.stringify(hostile)}`)
      } } }`,
    )
    expect(foreign((await onTerminal(["check", good.file, "--resolved"])).stdout)).not.toMatch(raw)
  })

  it("outbox, of dead letters and what their receiver said", async () => {
    const receiver = new Receiver((_, response) => void response.writeHead(400).end(hostile))
    await receiver.up()
    const folder = new PipelineFolder(
      "source: { replay: { file: day.ndjson } }",
      "sinks:",
      `  hook: { webhook: { url: "${receiver.url}/", unsigned: true, profile: durable, allow_private: true }, emit: changes }`,
    )
    recorded(folder)
    expect(foreign((await onTerminal(["run", folder.file])).stdout)).not.toMatch(raw)
    await receiver.down()
    const path = folder.at("outbox/hook.sqlite")
    expectHarmless(await onTerminal(["outbox", "list", path]))
    expectHarmless(await onTerminal(["outbox", "list", path, "--json"]))
  })
})

describe("what is written to a terminal", () => {
  it("passes one door, which writes out what a terminal would obey", () => {
    const source = fileURLToPath(new URL("../src/", import.meta.url))
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"))
    const writers = files.filter((file) =>
      /(?:stdout|stderr)\.write\(|console\.|writeSync\((?:1|2)\b/.test(readFileSync(join(source, file), "utf8"))
    )
    expect(writers.sort()).toEqual([
      "board/screen/TerminalScreen.ts", // the board, whose cells take no character that a terminal would obey
      "process/guards.ts", // the line of status, made visible where it is made: this file is loaded before all others
      "process/watchFromOutside.ts", // another thread, which is given visible texts
      "streaming/runPipeline.ts", // a line feed after ^C, and progress, which counts
      "terminal/Terminal.ts", // the door
    ])
  })

  it("stays byte for byte where it is piped", async () => {
    const folder = new PipelineFolder(
      "source: { replay: { file: day.ndjson } }",
      "sinks: { screen: { stdout: {}, emit: changes } }",
    )
    recorded(folder)
    const { stdout } = await runPipe(["run", folder.file])
    expect(stdout).toContain("\u202e\u2066\u200b\u2028")
    expect(recordsOf(stdout).some(({ sport }) => sport === hostile)).toBe(true)
  })
})
