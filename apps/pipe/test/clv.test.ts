/** `clv` and `devig`. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { recordsOf, runPipe } from "@boltodds/testing/PipeProcess"
import { afterAll, describe, expect, it } from "vitest"
import { readBets } from "../src/commands/clv/readBets.ts"

const folder = mkdtempSync(join(tmpdir(), "boltodds-clv-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const key = "1e1f1b8dc2ec|game|total|game||runs|8.5|over"
const closings = ["caesars", "draftkings", "fanduel"].flatMap((sportsbook) =>
  ["over", "under"].map((side) =>
    JSON.stringify({
      closing: "captured",
      key: key.replace("over", side),
      sportsbook,
      odds: -110,
      decimal: 1 + 100 / 110,
      net: 1 + 100 / 110,
      outcomes: 2,
      winners: 1,
      push: false,
      main: true,
      start_moved: false,
      warnings: [],
    })
  )
)
const control = JSON.stringify({ control: "stream_started", run: "01J00000000000000000000000", seq: 1 })
const closingFile = file("closings.ndjson.gz", gzipSync(`${[control, ...closings].join("\n")}\n`))

describe("clv", () => {
  it("compares bets of a CSV file, passes their columns on, and names the lines that it cannot read", async () => {
    const bets = file(
      "bets.csv",
      `key,odds,Sportsbook,note\r\n${key},+110,caesars,"first, good"\r\n${key},abc,caesars,\r\nx,+100,,\r\n${key},-105,,\r\n`,
    )
    const { code, stdout, stderr } = await runPipe(["clv", bets, closingFile])
    expect(recordsOf(stdout)).toEqual([
      expect.objectContaining({
        line: 2,
        bet: { key, odds: "+110", sportsbook: "caesars", note: "first, good" },
        clv: "compared",
        close: -110,
        price_clv: expect.closeTo(0.1, 9),
        fair: 0.5,
        fair_clv: expect.closeTo(0.05, 9),
      }),
      expect.objectContaining({ line: 5, clv: "compared", fair_clv: expect.closeTo(-0.0238, 4) }),
    ])
    expect(code).toBe(65)
    expect(stderr).toContain(
      `Cannot read line 3 of ${bets}: odds: expected American odds such as -110 or +150 (--format names another form); got "abc"`,
    )
    expect(stderr).toContain(`Cannot read line 4 of ${bets}: key: expected that of a selection`)
    expect(stderr).toContain("2 bets, 2 compared; mean by price +6.1 % of 2, by fair probability +1.3 % of 2")
  })

  it("refuses what is no file of closing prices", async () => {
    const bets = file("one.csv", `key,odds\n${key},-110\n`)
    const wrong = file("wrong.ndjson", `${control}\n{"change":"line_moved"}\n`)
    expect(await runPipe(["clv", bets, wrong])).toMatchObject({
      code: 65,
      stderr: `boltodds-pipe: Cannot read line 2 of ${wrong}: it is no record of --emit closing\n`,
    })
    const none = file("none.ndjson", `${control}\n`)
    expect((await runPipe(["clv", bets, none])).stderr).toContain("There is no closing price in")
    expect(await runPipe(["clv", bets])).toMatchObject({ code: 64 })
  })

  it("reads bets as JSON lines, and says what is wrong with each", () => {
    const { bets, problems } = readBets(
      [
        JSON.stringify({ key, odds: 1.91, sportsbook: "caesars", line: 8.5 }),
        "",
        "nonsense",
        JSON.stringify({ odds: 2 }),
        JSON.stringify({ key, odds: 2, line: 9 }),
        JSON.stringify({ key }),
        "[1]",
        JSON.stringify({ key: "1e|game|spread|game||runs|-1.5|away", odds: "2", line: "1.5" }),
      ].join("\n"),
      "decimal",
    )
    expect(bets.map(({ line, decimal, sportsbook }) => [line, decimal, sportsbook])).toEqual([
      [1, 1.91, "caesars"],
      [8, 2, undefined],
    ])
    expect(problems.map(({ line, problem }) => `${line} ${problem.slice(0, 40)}`)).toEqual([
      "3 it is not JSON (Unexpected token 'o', \"n",
      "4 key is missing: write the key of a recor",
      "5 line: the key means 8.5, and the line is",
      "6 odds are missing",
      "7 expected a JSON object",
    ])
  })

  it("says which columns of a CSV file are missing or there twice", () => {
    const problemOf = (text: string) => readBets(text, "american").problems.map(({ problem }) => problem)
    expect(problemOf("key,price\nx,1\n")[0]).toContain("the columns key and odds; odds is missing")
    expect(problemOf("key,odds,odds\nx,1,2\n")[0]).toBe("the column odds is there twice")
    expect(problemOf(`key,odds\n${key},-110,more\n`)[0]).toContain("it has 3 columns, and the header has 2")
    expect(readBets("", "american")).toEqual({ bets: [], problems: [] })
  })
})

describe("devig", () => {
  it("takes negative numbers as prices", async () => {
    expect(await runPipe(["devig", "-110", "-110", "--method", "power"])).toMatchObject({
      code: 0,
      stderr: "",
      stdout: [
        "                        -110          -110",
        "implied              52.38 %       52.38 %",
        "power           50.00 % +100  50.00 % +100",
        "booksum 1.0476 · hold 4.55 %",
        "",
      ].join("\n"),
    })
  })

  it("prints every method as JSON, with why one does not apply", async () => {
    const { code, stdout } = await runPipe(["devig", "2.2", "2.0", "--format", "decimal", "--json"])
    expect(code).toBe(0)
    const byMethod = new Map(recordsOf(stdout).map((record) => [record["method"], record]))
    expect([...byMethod.keys()]).toEqual(["multiplicative", "additive", "power", "shin", "odds_ratio", "probit"])
    expect(byMethod.get("multiplicative")).toMatchObject({
      p: [expect.closeTo(0.47619, 5), expect.closeTo(0.52381, 5)],
    })
    expect(byMethod.get("shin")).toMatchObject({ reason: "underround" })
  })

  it("says what it cannot read, and where no method applies", async () => {
    expect(await runPipe(["devig", "-110"])).toMatchObject({ code: 64 })
    expect((await runPipe(["devig", "-110", "-50"])).stderr).toContain(
      'Cannot read a price: expected American odds such as -110 or +150 (--format names another form); got "-50"',
    )
    const none = await runPipe(["devig", "+110", "+110", "--method", "shin"])
    expect([none.code, none.stderr]).toEqual([
      65,
      "boltodds-pipe: Cannot take out a margin: the prices add up to less than 1\n",
    ])
  })
})
