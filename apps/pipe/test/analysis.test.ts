/** docs/analysis.md, literally: each query on Parquet, NDJSON and PostgreSQL gives the same answer. */
import { openDuckdb } from "@boltodds/testing/duckdb"
import { hasPostgres, PostgresServer } from "@boltodds/testing/PostgresServer"
import { PipelineFolder } from "@boltodds/testing/PipelineFolder"
import { runPipe, runShell } from "@boltodds/testing/PipeProcess"
import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { beforeAll, describe, expect, it } from "vitest"

const page = readFileSync(new URL("../../../docs/analysis.md", import.meta.url), "utf8")

/** The text of the block that begins with these words. */
const block = (words: string): string => {
  const [, text] = new RegExp(`^\`\`\`${words}\n([\\s\\S]*?)\n\`\`\`$`, "m").exec(page) ?? []
  if (text === undefined) throw new Error(`docs/analysis.md has no block ${words}`)
  return text
}

const names = ["closing", "moves", "availability", "gaps", "latency", "first"]
const folder = new PipelineFolder()

/** Cells as they can be compared: times as milliseconds, numbers as numbers. */
type Rows = ReadonlyArray<ReadonlyArray<string | number | null>>
const cellOf = (cell: unknown): string | number | null => {
  if (cell === null) return null
  const text = String(cell)
  if (/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/.test(text)) return Number(text)
  if (/^\d{4}-\d\d-\d\d \d\d:/.test(text)) return Date.parse(text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"))
  return text
}

const duckdbAnswers = async (view: string): Promise<ReadonlyMap<string, Rows>> => {
  const connection = await openDuckdb()
  await connection.run("set timezone = 'UTC'")
  await connection.run(`set file_search_path = '${folder.path}'`)
  await connection.run(block(`sql duckdb ${view}`))
  const answers = new Map<string, Rows>()
  for (const name of names) {
    const rows = (await connection.runAndReadAll(block(`sql ${name}`))).getRowsJson()
    answers.set(name, rows.map((row) => row.map(cellOf)))
  }
  return answers
}

/** Rounded numbers may differ by one in their last place. */
const expectAlike = (found: Rows, wanted: Rows): void => {
  const shapeOf = (rows: Rows) => rows.map((row) => row.map((cell) => typeof cell === "number" ? "number" : cell))
  expect(shapeOf(found)).toEqual(shapeOf(wanted))
  for (const [row, cells] of wanted.entries()) {
    for (const [index, cell] of cells.entries()) {
      if (typeof cell === "number") {
        expect(Math.abs(Number(found[row]![index]) - cell)).toBeLessThanOrEqual(Math.max(1, Math.abs(cell) * 1e-3))
      }
    }
  }
}

let parquet: ReadonlyMap<string, Rows>

describe("the page on analysis", () => {
  beforeAll(async () => {
    writeFileSync(folder.at("evening.yaml"), block("yaml evening"))
    // As the page says, with a smaller world.
    const small = "--games 12 --sportsbook draftkings --sportsbook fanduel --sportsbook betmgm"
    const commands = block("sh").replace("--rate 5", `--rate 0.5 ${small}`).split("\n")
    for (const line of commands) {
      const { code, stderr } = await runShell(`cd '${folder.path}'; ${line.replace("boltodds-pipe", "pipe")}`)
      expect([line, code], stderr).toEqual([line, 0])
    }
    parquet = await duckdbAnswers("parquet")
  })

  it("has an answer to every query at the first try", () => {
    for (const name of names) expect([name, parquet.get(name)!.length]).toEqual([name, expect.any(Number)])
    expect(names.filter((name) => parquet.get(name)!.length === 0)).toEqual([])
    const byName = (name: string, column: number) => parquet.get(name)!.map((row) => row[column])
    expect(byName("latency", 0).toSorted()).toEqual(["betmgm", "draftkings", "fanduel"])
    // The delays of the simulated sportsbooks differ.
    expect(new Set(byName("latency", 2)).size).toBe(3)
    expect(byName("gaps", 1)).toContain("gap_opened")
    for (const share of byName("availability", 2)) expect(Number(share)).toBeGreaterThan(0.5)
  })

  it("has the same answers from NDJSON", async () => {
    const found = await duckdbAnswers("ndjson")
    for (const name of names) expectAlike(found.get(name)!, parquet.get(name)!)
  })

  it("takes no closing line from before a gap", async () => {
    const controls = folder.lines("evening.ndjson").filter((line) => line.startsWith(`{"control"`)).map((line) =>
      JSON.parse(line)
    )
    const gaps = controls.filter(({ control }) => control === "gap_opened").map(({ at }) => Date.parse(at))
    expect(gaps.length).toBeGreaterThan(0)
    for (const row of parquet.get("closing")!) {
      const [startsAt, lastAt] = [Number(row[6]), Number(row[7])]
      const gap = gaps.find((at) => at > lastAt && at < startsAt)
      if (gap === undefined) continue
      const verified = controls.some(({ control, sportsbook, game, at }) =>
        control === "game_verified" && sportsbook === row[0] && game === row[1] &&
        Date.parse(at) > gap && Date.parse(at) < startsAt
      )
      expect(verified).toBe(true)
    }
  })

  it.skipIf(!hasPostgres())("has the same answers from PostgreSQL, which a replay fills", async () => {
    const server = await PostgresServer.start()
    folder.write(
      "source: { replay: { file: evening.recording.ndjson } }",
      `sinks: { db: { postgres: { url: "${server.url}", user: odds, password: { env: PG_PASSWORD } }, emit: changes } }`,
    )
    const { code, stderr } = await runPipe(["run", folder.file], { env: { PG_PASSWORD: PostgresServer.password } })
    expect(code, stderr).toBe(0)
    for (const name of names) {
      const text = server.psql(`set timezone = 'UTC'; ${block("sql postgres")} ${block(`sql ${name}`)}`)
      const rows = text.split("\n").map((line) => line.split("\t").map((cell) => cell === "" ? null : cellOf(cell)))
      expectAlike(rows, parquet.get(name)!)
    }
    await server.end()
  })

  it("has a data frame in pandas, where that is installed", () => {
    const python = process.env["PYTHON"] ?? "python3"
    if (spawnSync(python, ["-c", "import pandas, pyarrow"]).status !== 0) {
      process.stderr.write("SKIPPED: this test needs pandas and pyarrow\n")
      return
    }
    const { status, stdout, stderr } = spawnSync(python, ["-c", block("python")], {
      cwd: folder.path,
      encoding: "utf8",
    })
    expect(status, stderr).toBe(0)
    expect(stdout).toContain("draftkings")
  })
})
