import { type Simulator, startSimulator } from "@boltodds/simulator"
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"

let simulator: Simulator

beforeAll(async () => {
  simulator = await startSimulator({ rate: 500, world: { games: 6 } })
})
afterAll(() => simulator.stop())

const start = (file: string, args: ReadonlyArray<string> = []): ChildProcess =>
  spawn(process.execPath, ["--conditions=@boltodds/source", fileURLToPath(new URL(file, import.meta.url)), ...args], {
    env: {
      ...process.env,
      BOLTODDS_URL: simulator.url,
      BOLTODDS_API_KEY: simulator.key,
      XDG_STATE_HOME: mkdtempSync(join(tmpdir(), "boltodds-examples-")),
    },
    stdio: ["pipe", "pipe", "pipe"],
  })

/** The lines of a process that ended with 0; otherwise fails with what it said. */
const linesOf = async (child: ChildProcess): Promise<ReadonlyArray<string>> => {
  let stdout = ""
  let stderr = ""
  child.stdout!.setEncoding("utf8").on("data", (chunk: string) => stdout += chunk)
  child.stderr!.setEncoding("utf8").on("data", (chunk: string) => stderr += chunk)
  const code = await new Promise((resolve) => child.on("close", resolve))
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  return stdout.trimEnd().split("\n")
}

describe("the examples", () => {
  it("watch-moves prints line updates and ends", async () => {
    const lines = await linesOf(start("watch-moves.ts"))
    expect(lines.length).toBeGreaterThanOrEqual(20)
    for (const line of lines) expect(line).toMatch(/^[\w ]+: .+: .+ (?:suspended|\S+)$/)
  })

  it("best-prices prints a price for each side, once the snapshot has settled", async () => {
    const lines = await linesOf(start("best-prices.ts"))
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/^.+ vs .+: .+: [+-]\d{3,5} at (?:draftkings|fanduel|betmgm)$/)
  })

  it("own-sink prints five big moves between the controls, and says that all was delivered", async () => {
    const lines = await linesOf(start("own-sink.ts"))
    expect(lines[0]).toBe("[stream_started]")
    expect(lines.filter((line) => / -?\d+ -> -?\d+$/.test(line))).toHaveLength(5)
    expect(lines.slice(-2)).toEqual(["[stream_stopped]", "count reached; all delivered"])
  })

  it("fold-changes builds the book of what the command prints; when it has stopped nothing is live", async () => {
    const fold = start("fold-changes.ts")
    const pipe = start("../apps/pipe/src/main.ts", ["--emit", "changes", "--count", "300", "--log-level", "none"])
    pipe.stdout!.pipe(fold.stdin!)
    const lines = await linesOf(fold)
    const counts = lines.map((line) => /^(\d+) live, (\d+) in doubt$/.exec(line)!.slice(1).map(Number))
    const mostLive = Math.max(...counts.map(([live]) => live!))
    expect(mostLive).toBeGreaterThan(100)
    expect(counts.at(-1)![0]).toBe(0)
  })
})
