import { encodeEvent, encodeRecordingHeader, makeFrame } from "@boltodds/protocol"
import { writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { recordsOf, runPipe } from "@boltodds/testing/PipeProcess"

const numbers = `[${Array.from({ length: 100 }, (_, n) => n).join(", ")}]`
/** Ten thousand turns: the most that `check` lets pass. They take more steps than a record has. */
const costly = `${numbers}.all(a, ${numbers}.all(b, a + b + a + b + a + b + a + b + a + b < 2000))`

const nested = (depth: number): string =>
  depth === 0 ? "odds != null" : `[1,2,3,4,5,6,7,8,9,0,1,2].all(v${depth}, ${nested(depth - 1)})`

describe("an expression of one sink", { concurrent: true }, () => {
  it("that would not end is refused before anything runs", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 1 } }",
      "sinks:",
      "  out: { stdout: {}, emit: changes }",
      `  bad: { file: { path: x.ndjson }, emit: changes, where: '${nested(9)}' }`,
      "run: { for: 2s }",
    )
    for (const command of ["check", "run"]) {
      const { code, stdout, stderr } = await runPipe([command, folder.file])
      expect({ code, stdout }).toEqual({ code: 78, stdout: "" })
      expect(stderr).toContain("its loops are nested more than 2 deep")
    }
  })

  it("whose pattern backtracks elsewhere holds up nothing", async () => {
    const folder = new PipelineFolder(
      "source: { simulator: { seed: 7, rate: 50 } }",
      "sinks:",
      "  out: { stdout: {}, emit: changes }",
      `  bad: { file: { path: b.ndjson }, emit: changes, where: 'game.matches("^([a-zA-Z]+ ?)+$")' }`,
      "run: { for: 1s }",
    )
    const { code, stdout } = await runPipe(["run", folder.file])
    expect(code).toBe(0)
    expect(recordsOf(stdout).at(-1)).toMatchObject({ control: "stream_stopped", reason: "time is up" })
  })

  it("that takes too many steps does not match, is logged once, and is in the report", async () => {
    const folder = new PipelineFolder(
      "source: { replay: { file: day.ndjson } }",
      "sinks:",
      "  out: { stdout: {}, emit: changes }",
      `  bad: { file: { path: b.ndjson }, emit: changes, where: '${costly}' }`,
      "run: { report: true }",
    )
    const info = { sport: "MLB", sportsbook: "fanduel", game: "A vs B, 2026-07-16, 01", home_team: "A", away_team: "B" }
    const outcomes = { "A Moneyline": { odds: "-110", outcome_name: "Moneyline" } }
    const message = JSON.stringify({ action: "initial_state", timestamp: null, data: { ...info, info: {}, outcomes } })
    writeFileSync(
      folder.at("day.ndjson"),
      [
        encodeRecordingHeader("01JZZZZZZZZZZZZZZZZZZZZZZZ"),
        encodeEvent({ _tag: "Connected", session: "feed", epoch: 1, at: 1000, plan: "Pro" }),
        encodeEvent(makeFrame("feed", 1, 1001, message)),
      ].map((line) => `${line}\n`).join(""),
    )
    const { code, stderr } = await runPipe(["run", folder.file])
    expect(code).toBe(0)
    const lines = recordsOf(stderr)
    expect(lines.filter(({ message }) => String(message).includes("more than 100000 steps"))).toMatchObject([
      { level: "warn", sink: "bad", expression: costly },
    ])
    const { report } = lines.at(-1) as { readonly report: { readonly expressions: ReadonlyArray<object> } }
    expect(report.expressions).toMatchObject([{ sink: "bad", expression: costly, unknown: 0, failed: 2 }])
    expect(folder.lines("b.ndjson").some((line) => line.includes('"line_opened"'))).toBe(false)
  })
})
