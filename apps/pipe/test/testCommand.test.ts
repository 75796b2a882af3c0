import { writeFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { runPipe } from "@boltodds/testing/PipeProcess"

/** A recording of some seconds with a gap in it, made as the help says. */
const recordings = new PipelineFolder(
  "source: { simulator: { seed: 7, rate: 50, cut_after: 1s } }",
  "sinks: { recording: { file: { path: day.ndjson }, emit: raw } }",
  "run: { for: 5s }",
)
const recording = recordings.at("day.ndjson")

beforeAll(async () => {
  expect(await runPipe(["run", recordings.file])).toMatchObject({ code: 0 })
})

const moneylines = `where: market == "Moneyline"`
const pipelineOf = (where = moneylines) =>
  new PipelineFolder(
    "source: { feed: { sports: [NBA] } }",
    "sinks:",
    `  hook: { webhook: { url: "http://127.0.0.1:1/", unsigned: true, allow_private: true }, emit: changes, ${where} }`,
    "  rows: { file: { path: rows.ndjson }, emit: quotes, fallback: reserve }",
    "  reserve: { file: { path: reserve.ndjson } }",
  )

const expecting = (folder: PipelineFolder, ...more: ReadonlyArray<string>): ReadonlyArray<string> => [
  "test",
  folder.file,
  "--recording",
  recording,
  "--expect",
  `hook=${folder.at("hook.ndjson")}`,
  "--log-level",
  "error",
  ...more,
]

describe("test", { concurrent: true }, () => {
  it("writes what each sink receives, and finds the same from then on; nothing is delivered", async () => {
    const folder = pipelineOf()
    const words = expecting(folder, "--expect", `rows=${folder.at("rows.expected")}`)
    const written = await runPipe([...words, "--write"])
    const [hook, rows] = [folder.lines("hook.ndjson"), folder.lines("rows.expected")]
    expect(written).toMatchObject({
      code: 0,
      stdout: `hook: ${hook.length} lines written to ${folder.at("hook.ndjson")}\n` +
        `rows: ${rows.length} lines written to ${folder.at("rows.expected")}\n`,
      stderr: "",
    })
    expect(hook.filter((line) => line.includes('"market":"Moneyline"')).length).toBeGreaterThan(20)
    expect(hook.filter((line) => line.includes('"market":"Total'))).toEqual([])
    expect(rows.length).toBeGreaterThan(hook.length)
    expect(await runPipe(words)).toEqual({
      code: 0,
      signal: null,
      stdout: `hook: ok, ${hook.length} lines\nrows: ok, ${rows.length} lines\n`,
      stderr: "",
    })
    expect(folder.has("rows.ndjson")).toBe(false)
  })

  it("names the first line that differs, and the fields in which it does, and ends with 65", async () => {
    const folder = pipelineOf()
    await runPipe(expecting(folder, "--write"))
    const lines = [...folder.lines("hook.ndjson")]
    const at = lines.findIndex((line) => line.includes('"line_opened"'))
    const told = lines[at]!
    lines[at] = told.replace(/"odds":-?\d+/, '"odds":7')
    writeFileSync(folder.at("hook.ndjson"), lines.join("\n"))
    const { code, stdout, stderr } = await runPipe(expecting(folder))
    expect({ code, stdout }).toEqual({
      code: 65,
      stdout: `hook: line ${at + 1} differs\n  odds: expected 7, got ${JSON.parse(told).odds}\n` +
        `  expected ${lines[at]}\n  got      ${told}\n`,
    })
    expect(stderr).toBe(
      "boltodds-pipe: 1 of 1 sinks differs from what is expected. If the new output is right, save it with --write\n",
    )
  })

  it("finds a line too many, and one that is missing", async () => {
    const folder = pipelineOf()
    await runPipe(expecting(folder, "--write"))
    const text = folder.text("hook.ndjson")
    const count = folder.lines("hook.ndjson").length
    writeFileSync(folder.at("hook.ndjson"), text + "{}\n")
    const more = await runPipe(expecting(folder))
    expect(more).toMatchObject({ code: 65 })
    expect(more.stdout).toContain(`line ${count + 1} differs (expected ${count + 1} lines, got ${count})\n`)
    expect(more.stdout).toContain("  expected {}\n  got      nothing\n")
    writeFileSync(folder.at("hook.ndjson"), text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1))
    expect((await runPipe(expecting(folder))).stdout).toContain(`line ${count} differs`)
  })

  it("finds what a changed condition leaves out", async () => {
    const folder = pipelineOf()
    await runPipe(expecting(folder, "--write"))
    const other = pipelineOf(`where: market == "Moneyline" && sportsbook == "kalshi"`)
    const expected = `hook=${folder.at("hook.ndjson")}`
    const words = ["test", other.file, "--recording", recording, "--expect", expected, "--log-level", "error"]
    const { code, stdout } = await runPipe(words)
    expect(code).toBe(65)
    expect(stdout).toContain("sportsbook: expected ")
  })

  it.each([
    [
      "no recording",
      ["--expect", "hook=x"],
      64,
      "write boltodds-pipe test FILE --recording RECORDING --expect SINK=FILE",
    ],
    ["no expectation", ["--recording", recording], 64, "write --expect SINK=FILE"],
    ["an unknown sink", ["--recording", recording, "--expect", "hok=x"], 64, "SINK being hook or rows"],
    ["a sink that stands by", ["--recording", recording, "--expect", "reserve=x"], 64, "SINK being hook or rows"],
    [
      "an expectation that is not there",
      ["--recording", recording, "--expect", "hook=/no"],
      64,
      "Create the file with --write",
    ],
    ["a recording that is not there", ["--recording", "/no", "--expect", "hook=x"], 65, "ENOENT"],
    [
      "a file that is not a recording",
      ["--recording", recordings.file, "--expect", "hook=x"],
      65,
      "header of a recording",
    ],
  ])("recognizes %s", async (_, words, code, message) => {
    const ended = await runPipe(["test", pipelineOf().file, ...words, "--log-level", "error"])
    expect(ended.code).toBe(code)
    expect(ended.stderr).toContain(message)
    expect(ended.stderr).not.toContain("bug")
  })
})
