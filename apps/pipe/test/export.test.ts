/** `export`: records as a table. */
import { tableOf } from "@boltodds/tables"
import { duckdb, duckdbRows } from "@boltodds/testing/duckdb"
import { runPipe, runShell } from "@boltodds/testing/PipeProcess"
import { RowTexts } from "@boltodds/testing/rowTexts"
import { recordsOf, textsOfRecords } from "@boltodds/testing/storeBench"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"

const { columns } = tableOf("changes")!
const texts = textsOfRecords([1, 2].flatMap(recordsOf))
const folder = temporaryFolder()
const file = (name: string, bytes: string | Buffer): string => {
  writeFileSync(join(folder, name), bytes)
  return join(folder, name)
}
const at = (name: string): string => join(folder, name)
const lines = (part: ReadonlyArray<string>): string => part.map((text) => `${text}\n`).join("")

describe("export", () => {
  it("writes the records of several files, compressed or not, as one Parquet table", async () => {
    const third = Math.floor(texts.length / 3)
    const files = [
      file("a.ndjson", lines(texts.slice(0, third))),
      file("b.ndjson.gz", gzipSync(lines(texts.slice(third, 2 * third)))),
      file("c.ndjson.zst", zstdCompressSync(lines(texts.slice(2 * third)))),
    ]
    const { code, stdout, stderr } = await runPipe(["export", ...files, "--to", at("all.parquet")])
    expect([code, stdout]).toEqual([0, ""])
    expect(stderr).toMatch(new RegExp(`all\\.parquet: ${texts.length} rows of changes, \\d+ bytes, [\\d.]+ a row\n$`))
    const known = new RowTexts()
    for (const text of texts) known.note(text)
    expect((await duckdbRows(at("all.parquet"), columns)).map((row) => known.textOf(row))).toEqual(texts)
  })

  it("writes CSV that Python and DuckDB read as it is, with nothing that a spreadsheet would run", async () => {
    const names = ["=1+1", "@SUM(A1)", "+x", "-y", "\tz", 'quote "q", comma', "two\nlines\r\nand", "émoji 🏀", ""]
    const records = names.map((outcome, index) =>
      JSON.stringify({ change: "line_moved", seq: index, outcome, odds: -110 - index, line: -1.5, link: null })
    )
    const { code } = await runPipe(["export", file("n.ndjson", lines(records)), "--to", at("n.csv")])
    expect(code).toBe(0)
    const wanted = names.map((name) => /^[=+\-@\t\r]/.test(name) ? `'${name}` : name)
    const python = spawnSync(process.env["PYTHON"] ?? "python3", [
      "-c",
      "import csv, json, sys; print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))))",
      at("n.csv"),
    ], { encoding: "utf8" })
    if (python.status === 0) {
      const rows: ReadonlyArray<Record<string, string>> = JSON.parse(python.stdout)
      expect(rows.map((row) => [row["outcome"], row["odds"], row["line"]])).toEqual(
        wanted.map((name, index) => [name, String(-110 - index), "-1.5"]),
      )
      expect(Object.keys(rows[0]!)).toEqual(columns.map(({ name }) => name))
    } else process.stderr.write("SKIPPED: Python's csv is not there\n")
    const read = await duckdb(`select outcome, odds::int from read_csv('${at("n.csv")}', header = true) order by seq`)
    expect(read.map(([outcome]) => outcome ?? "")).toEqual(wanted)
  })

  it("writes CSV to stdout", async () => {
    const { stdout, code } = await runShell(
      `pipe export '${file("s.ndjson", lines(texts.slice(0, 5)))}' --to - | head -n 2`,
    )
    expect(code).toBe(0)
    expect(stdout.split("\r\n")[0]).toBe(columns.map(({ name }) => name).join(","))
  })

  it("knows each emit by its records, and leaves controls out of quotes", async () => {
    const demo = async (...args: ReadonlyArray<string>) =>
      file(
        `${args[0] ?? "changes"}.ndjson`,
        (await runPipe([
          "demo",
          "--count",
          args[0] === "fair" ? "10" : "100",
          ...args.flatMap((emit) => ["--emit", emit]),
        ])).stdout,
      )
    for (const emit of ["messages", "quotes", "best", "fair"]) {
      const { code, stderr } = await runPipe(["export", await demo(emit), "--to", at(`${emit}.parquet`)])
      expect([code, stderr]).toEqual([0, expect.stringMatching(new RegExp(`: \\d+ rows of ${emit}, `))])
      expect(stderr.includes("left out: quotes has none")).toBe(emit === "quotes")
    }
  })

  it("refuses what it cannot do, with advice, and leaves no file", async () => {
    const good = file("good.ndjson", lines(texts.slice(0, 3)))
    const run = async (...args: ReadonlyArray<string>) => {
      const { code, stderr } = await runPipe(["export", ...args])
      return [code, stderr]
    }
    expect(await run(good)).toEqual([64, expect.stringContaining("write boltodds-pipe export FILE --to out.parquet")])
    expect(await run(good, "--to", at("x.xlsx"))).toEqual([64, expect.stringContaining("ends with .parquet or .csv")])
    expect(await run(good, "--to", good.replace("good.ndjson", "n.csv"))).toEqual([
      64,
      expect.stringContaining("n.csv: it exists. Remove it, or choose another name."),
    ])
    expect(await run(good, "--emit", "raw", "--to", at("r.csv"))).toEqual([64, expect.stringContaining('got "raw"')])
    const recording = file("raw.ndjson", '{"boltodds_recording":1,"run":"01","options":{}}\n')
    expect(await run(recording, "--to", at("r.csv"))).toEqual([
      65,
      expect.stringContaining("it is a recording: replay it first"),
    ])
    const bad = file("bad.ndjson", `${texts[0]}\n{"torn\n${texts[1]}\n`)
    expect(await run(bad, "--to", at("b.parquet"))).toEqual([65, expect.stringContaining("line 2 of ")])
    const mixed = file(
      "mixed.ndjson",
      `${lines(texts.filter((text) => text.includes('"change"')).slice(0, 1))}{"best":"opened"}\n`,
    )
    expect(await run(mixed, "--to", at("m.csv"))).toEqual([
      65,
      expect.stringContaining("it is of best, and before it are changes"),
    ])
    expect(await run(at("none.ndjson"), "--to", at("z.parquet"))).toEqual([65, expect.stringContaining("ENOENT")])
    expect(await run(good, "--to", at("no/such/folder.parquet"))).toEqual([
      74,
      expect.stringContaining("Cannot write "),
    ])
    expect(readdirSync(folder).filter((name) => name.includes(".tmp"))).toEqual([])
    expect(existsSync(at("b.parquet"))).toBe(false)
  })

  it("leaves out a torn last line, and says so", async () => {
    const torn = file("torn.ndjson", `${lines(texts.slice(0, 3))}{"change":"li`)
    const { code, stderr } = await runPipe(["export", torn, "--to", at("torn.csv")])
    expect([code, stderr]).toEqual([0, expect.stringContaining("The last line of")])
    expect(readFileSync(at("torn.csv"), "utf8").split("\r\n")).toHaveLength(5)
  })
})
