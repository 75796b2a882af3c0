/** The recipes, followed literally. */
import { bundled } from "@boltodds/testing/PipeProcess"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { TestProcess } from "@boltodds/testing/TestProcess"
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { root, Running, runPipeline } from "./Running.ts"

const hasJq = spawnSync("jq", ["--version"]).status === 0

/** The commands under each heading. */
const recipes = new Map(
  readFileSync(join(root, "docs/recipes.md"), "utf8").split("\n## ").slice(1).map((section) => {
    const [title] = section.split("\n", 1)
    return [title!, /```sh\n([^]*?)```/.exec(section)?.[1] ?? ""] as const
  }),
)

/** Runs the commands of a recipe in a folder of its own, as a reader would in a clone. */
const follow = (title: string, folder: string, ...more: ReadonlyArray<string>) => {
  for (const name of ["examples", "node_modules"]) {
    if (!existsSync(join(folder, name))) symlinkSync(join(root, name), join(folder, name))
  }
  const script = `set -e\nboltodds-pipe() { '${process.execPath}' '${bundled}' "$@"; }\n${more.join("\n")}\n${
    recipes.get(title)
  }`
  return new TestProcess(["bash", "-c", script], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      XDG_STATE_HOME: temporaryFolder(),
      NO_COLOR: "1",
    },
  }).ended
}

const rowsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> =>
  text.split("\n").filter((line) => line !== "").map((line) => line.split("\t"))

describe.skipIf(!hasJq)("the recipes", { concurrent: true }, () => {
  it("list the best prices of tonight's games", async () => {
    const { code, stdout } = await follow("The best prices of tonight's games", temporaryFolder())
    expect(code).toBe(0)
    const rows = rowsOf(stdout)
    expect(rows.length).toBeGreaterThan(20)
    for (const [away, home, kind, side, , odds, sportsbooks] of rows) {
      expect([away, home, kind, side, sportsbooks].every((each) => each !== undefined && each !== "")).toBe(true)
      expect(odds).toMatch(/^-?\d{3,}$/)
    }
  })

  it("post value to a channel, and its end", async () => {
    const receiver = new Running(["examples/receiver.ts"], { PORT: "0" })
    await receiver.until(() => receiver.stderr.includes("listening at"))
    const run = runPipeline("value-bot", { DISCORD_URL: /http:\S+/.exec(receiver.stderr)![0] })
    expect((await run.ended).code).toBe(0)
    const { stdout } = await receiver.stop()
    expect(stdout).toContain(
      "EV 6.0 % · New York Mets–Chicago Cubs moneyline · Chicago Cubs +112 draftkings · fair 50.0 % by consensus · confirmed 2 s",
    )
    expect(stdout).toContain(
      "EV closed after 12 s: it pays too little now · New York Mets–Chicago Cubs moneyline · peak 6.0 %",
    )
  })

  it("make a table of closing lines, and compare bets with them", async () => {
    const folder = temporaryFolder()
    const made = await follow("A closing-line table", folder)
    expect(made.code).toBe(0)
    const rows = rowsOf(made.stdout)
    expect(rows.length).toBeGreaterThan(20)
    expect(new Set(rows.map(([starts]) => starts)).size).toBeGreaterThan(1)
    const compared = await follow("How good your bets were", folder)
    expect(compared.code).toBe(0)
    const records = compared.stdout.trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(records.map(({ clv, reference }) => [clv, reference])).toEqual([
      ["compared", "consensus"],
      ["compared", "consensus"],
    ])
    expect(compared.stderr).toContain("2 bets, 2 compared")
  })

  it("say what a contract of a prediction market is worth", async () => {
    const { code, stdout } = await follow("Fair values for a prediction market", temporaryFolder())
    expect(code).toBe(0)
    const values = stdout.trim().split("\n").map((line) =>
      JSON.parse(line) as { readonly cents: Record<string, number> }
    )
    expect(values.length).toBeGreaterThan(5)
    for (const { cents } of values) {
      const sum = Object.values(cents).reduce((total, each) => total + each, 0)
      expect(Math.abs(sum - 100)).toBeLessThan(0.2)
    }
  })
})
