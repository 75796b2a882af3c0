/** `import`: an archive of frames as a recording. */
import { recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"

const folder = temporaryFolder()
const file = (name: string, text: string | Buffer): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const samples = new URL("../../../../shared/samples/", import.meta.url)

const message = (timestamp: string, odds: string, action = "line_update"): string =>
  `{"timestamp":"${timestamp}","action":"${action}","data":{"sport":"NBA","sportsbook":"draftkings","game":"A vs B, 2026-07-16, 02",` +
  `"home_team":"A","away_team":"B","outcomes":{"A Moneyline":{"odds":"${odds}","outcome_name":"Moneyline","outcome_target":"A"}}}}`

/** The records that a replay of an imported archive gives. */
const replayed = async (...args: ReadonlyArray<string>) => {
  const imported = await runPipe(["import", ...args])
  expect([imported.code, imported.stderr]).toEqual([0, expect.stringContaining("in ")])
  const recording = file(`r${Math.random()}.ndjson`, imported.stdout)
  const pipeline = file(
    `p${Math.random()}.yaml`,
    `version: 1\nsource: { replay: { file: ${recording} } }\nsinks: { out: { stdout: {} } }\n`,
  )
  const { code, stdout } = await runPipe(["run", pipeline])
  expect(code).toBe(0)
  return { imported, records: recordsOf(stdout) }
}

describe("import", () => {
  const archive = [
    message("2026-07-16T04:00:00.000000+00:00", "-110", "initial_state"),
    message("2026-07-16T04:00:05.500000+00:00", "-115"),
    message("2026-07-16T04:01:00.000000+00:00", "-120"),
    message("2026-07-16T04:20:00.000000+00:00", "-125"),
  ]

  it("gives a recording whose replay has the prices, stale times and gaps", async () => {
    const { imported, records } = await replayed(file("a.ndjson.gz", gzipSync(`${archive.join("\n")}\n`)))
    expect(imported.stderr).toBe("4 frames in 2 connections\n")
    const kinds = records.map((record) => [record["control"] ?? record["change"], record["at"], record["odds"]])
      .filter(([kind]) => /^(?:line_|gap_opened|stale|fresh)/.test(String(kind)))
    expect(kinds).toEqual([
      ["line_opened", "2026-07-16T04:00:00.000Z", -110],
      ["line_moved", "2026-07-16T04:00:05.500Z", -115],
      ["stale", "2026-07-16T04:00:30.500Z", undefined],
      ["fresh", "2026-07-16T04:01:00.000Z", undefined],
      ["line_moved", "2026-07-16T04:01:00.000Z", -120],
      ["stale", "2026-07-16T04:01:25.000Z", undefined],
      ["stale", "2026-07-16T04:06:00.000Z", undefined],
      ["gap_opened", "2026-07-16T04:06:00.000Z", undefined],
      ["fresh", "2026-07-16T04:20:00.000Z", undefined],
      ["line_moved", "2026-07-16T04:20:00.000Z", -125],
    ])
  })

  it("gives the same bytes each time, and keeps those of each frame", async () => {
    const name = file("b.ndjson", `${archive[0]!.replace('"odds":"-110"', '"odds" : "-110"')}\n`)
    const [one, two] = [await runPipe(["import", name]), await runPipe(["import", name])]
    expect(one.stdout).toBe(two.stdout)
    const frame = JSON.parse(one.stdout.split("\n")[3]!)
    expect(frame.text).toBe(archive[0]!.replace('"odds":"-110"', '"odds" : "-110"'))
  })

  it("takes the time and the frame from named fields, also where the frame is a text or an array", async () => {
    const wrapped = [
      `{"received":1784174400,"raw":[${archive[0]}]}`,
      `{"received":1784174401.5,"raw":${JSON.stringify(archive[1])}}`,
      `{"meta":{},"received":"2026-07-16T04:00:03Z","raw":${archive[2]}}`,
    ]
    const { records } = await replayed(
      file("w.ndjson", wrapped.join("\n")),
      "--time-field",
      "received",
      "--frame-field",
      "raw",
    )
    const lines = records.filter((record) => "odds" in record).map((record) => [record["at"], record["odds"]])
    expect(lines).toEqual([
      ["2026-07-16T04:00:00.000Z", -110],
      ["2026-07-16T04:00:01.500Z", -115],
      ["2026-07-16T04:00:03.000Z", -120],
    ])
  })

  it("says how many frames are out of order, and sorts them if asked", async () => {
    const name = file("o.ndjson", `${archive[1]}\n${archive[0]}\n`)
    expect((await runPipe(["import", name])).stderr).toContain("1 had a time before that of the frame before")
    const { records } = await replayed(name, "--sort")
    expect(records.filter((record) => "odds" in record).map((record) => record["odds"])).toEqual([-110, -115])
  })

  it("names the line that it cannot read", async () => {
    const run = async (text: string, ...args: ReadonlyArray<string>) => {
      const { code, stderr } = await runPipe(["import", file("x.ndjson", text), ...args])
      return [code, stderr]
    }
    expect(await run(`${archive[0]}\n{"action":"ping"}\n`)).toEqual([
      65,
      expect.stringMatching(
        /line 2 of .*x\.ndjson: it has no field timestamp; name the field of the time with --time-field/,
      ),
    ])
    expect(await run('{"timestamp":"soon"}\n')).toEqual([65, expect.stringContaining('timestamp is no time: "soon"')])
    expect(await run("no JSON\n")).toEqual([65, expect.stringContaining("it is not JSON")])
    expect(await run(`${archive[0]}\n`, "--frame-field", "raw")).toEqual([
      65,
      expect.stringContaining("it has no field raw"),
    ])
    expect((await runPipe(["import"])).code).toBe(64)
  })

  it.skipIf(!existsSync(samples))("reads the captures of the real feed", async () => {
    const { records } = await replayed(new URL("capture-2025-09-08.ndjson", samples).pathname, "--sort")
    expect(records.some((record) => record["change"] === "line_opened")).toBe(true)
    const trace = gunzipSync(readFileSync(new URL("mlb-2026-07-16.trace.ndjson.gz", samples))).toString().trim().split(
      "\n",
    )
    const start = Date.UTC(2026, 6, 16, 4)
    const lines = trace.map((line) => {
      const { t, frame } = JSON.parse(line)
      return JSON.stringify({ at: new Date(start + t).toISOString(), frame })
    })
    const { records: all } = await replayed(
      file("mlb.ndjson", lines.join("\n")),
      "--time-field",
      "at",
      "--frame-field",
      "frame",
      "--gap",
      "1d",
    )
    expect(all.filter((record) => record["change"] === "line_opened").length).toBeGreaterThan(100)
  })
})
