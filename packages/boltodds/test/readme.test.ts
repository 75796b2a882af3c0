/** The README: its first example is the file in examples, and its programs run as they are printed there. */
import { type Simulator, startSimulator } from "@boltodds/simulator"
import { temporaryFolder } from "@boltodds/testing/temporaryFolder"
import { TestProcess } from "@boltodds/testing/TestProcess"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")
const programs = [...readme.matchAll(/^```typescript ignore\n([\s\S]*?)^```/gm)].map((match) => match[1]!)
const example = readFileSync(new URL("../../../examples/follow.ts", import.meta.url), "utf8")

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ rate: 300, world: { games: 6, sports: ["MLB"] } })
})
afterAll(() => simulator.stop())

const run = (code: string, cwd: string): TestProcess =>
  new TestProcess(
    [
      process.execPath,
      "--conditions=@boltodds/source",
      "--no-warnings",
      "--input-type=module-typescript",
      "--eval",
      code,
    ],
    {
      cwd,
      env: {
        PATH: process.env["PATH"] ?? "",
        BOLTODDS_URL: simulator.url,
        BOLTODDS_API_KEY: simulator.key,
        XDG_STATE_HOME: temporaryFolder(),
        XDG_CACHE_HOME: temporaryFolder(),
      },
    },
  )

const packageFolder = fileURLToPath(new URL("..", import.meta.url))

describe("the README", () => {
  it("begins with examples/follow.ts, a book in at most ten lines", () => {
    const code = example.replace(/^\/\*\*[\s\S]*?\*\/\n/, "")
    expect(programs[0]).toBe(code)
    expect(code.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(10)
  })

  it("has a first program that prints prices, and says nothing else", async () => {
    const running = run(programs[0]!, packageFolder)
    await running.until(({ stdout }) => stdout.split("\n").length > 20)
    await running.stop()
    expect(running.stderr).toBe("")
    for (const line of running.stdout.split("\n").slice(0, 20)) {
      expect(line).toMatch(/^\w+: .+: .+ (?:new|-?\d+) -> -?\d+$/)
    }
  })

  it("has a pipeline that runs to its report, and writes its file", async () => {
    const file = join(temporaryFolder(), "odds.ndjson")
    const running = run(programs[1]!.replace("odds.ndjson", file), packageFolder)
    const { code, stdout, stderr } = await running.ended
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("count reached true")
    expect(stdout).toContain('"CHANGE":"LINE_OPENED"')
    expect(readFileSync(file, "utf8")).toContain('"change":"line_opened"')
  })

  it("has plug-ins that a module can export", async () => {
    const { ended } = run(
      `${programs[2]!.replaceAll("export ", "")}\nconsole.log(table.kind, frames.name)`,
      packageFolder,
    )
    expect(await ended).toMatchObject({ code: 0, stdout: "sink frames\n", stderr: "" })
  })
})
