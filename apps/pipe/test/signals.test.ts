import { type Simulator, startSimulator } from "@boltodds/simulator"
import { existsSync, mkdtempSync, readFileSync, renameSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PipeProcess, recordsOf, runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-signals-1a2b3c"
let simulator: Simulator
let env: Record<string, string>

beforeAll(async () => {
  const world = { games: 4, sports: ["NBA"], sportsbooks: ["draftkings"] }
  simulator = await startSimulator({ key, rate: 50, world })
  env = { BOLTODDS_URL: simulator.url, BOLTODDS_API_KEY: key }
})
afterAll(() => simulator.stop())

const stream = async (...args: ReadonlyArray<string>): Promise<PipeProcess> => {
  const pipe = new PipeProcess(["--emit", "changes", ...args], { env })
  await pipe.until(({ stderr }) => stderr.includes("receiving from"))
  return pipe
}

describe("SIGUSR1", () => {
  it("prints the tables of `status` on stderr, and opens no debugger", async () => {
    const pipe = await stream("--log-format", "human")
    const ask = async (): Promise<string> => {
      const before = pipe.stderr.length
      pipe.kill("SIGUSR1")
      await pipe.until(({ stderr }) => /^stdout +stdout +changes +open/m.test(stderr.slice(before)))
      return pipe.stderr.slice(before)
    }
    // The first data may be of one sportsbook alone.
    let text = await ask()
    while (!/^draftkings /m.test(text)) text = await ask()
    expect(text).toMatch(/^boltodds-pipe: running$/m)
    expect(text).toMatch(/^feed +(?:live|syncing) +1 /m)
    expect(text).toMatch(/^draftkings +\d+\/\d+ /m)
    pipe.kill("SIGTERM")
    const { code, stderr } = await pipe.ended
    expect(code).toBe(0)
    expect(stderr).not.toContain("Debugger listening")
  })

  it("prints JSON where the log is JSON", async () => {
    const pipe = await stream()
    pipe.kill("SIGUSR1")
    await pipe.until(({ stderr }) => stderr.includes('"status"'))
    const { status } = recordsOf(pipe.stderr).find((line) => "status" in line) as { readonly status: object }
    expect(status).toMatchObject({
      source: { sessions: [{ session: "feed", epoch: 1 }] },
      lanes: { lanes: [{ name: "stdout", state: "open" }] },
      process: { phase: "running" },
    })
    pipe.kill("SIGTERM")
    expect((await pipe.ended).code).toBe(0)
  })
})

describe("SIGHUP of a run made of flags", () => {
  it("ends it with 129 after everything was delivered", async () => {
    const pipe = await stream()
    pipe.kill("SIGHUP")
    const { code, stdout } = await pipe.ended
    expect(code).toBe(129)
    expect(recordsOf(stdout).at(-1)).toMatchObject({ control: "stream_stopped", reason: "signal SIGHUP" })
  })

  it("opens files again where there is a file sink, and ends nothing", async () => {
    const folder = mkdtempSync(join(tmpdir(), "boltodds-"))
    const [file, moved] = [join(folder, "odds.ndjson"), join(folder, "moved.ndjson")]
    const pipe = await stream("--sink", `file:${file}`, "--sink", "stdout")
    const part = `${file}.part`
    await pipe.until(({ stdout }) => stdout.includes('"line_moved"') && (existsSync(file) || existsSync(part)))
    renameSync(existsSync(part) ? part : file, moved)
    pipe.kill("SIGHUP")
    await pipe.until(({ stderr }) => stderr.includes("the files were opened again"))
    await pipe.next('"line_moved"')
    pipe.kill("SIGTERM")
    expect((await pipe.ended).code).toBe(0)
    expect(recordsOf(readFileSync(file, "utf8")).at(-1)).toMatchObject({ control: "stream_stopped" })
  })
})

describe("names that would steer a terminal", () => {
  it("are written out by catalog, as text and as JSON", async () => {
    const hostile = "N\u001b[2JBA\u202e\u200b\u009b\nEPL"
    const server = createServer((_, response) => response.end(JSON.stringify({ sports: [hostile], sportsbooks: [] })))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    try {
      const address = server.address() as { readonly port: number }
      const given = { env: { BOLTODDS_URL: `ws://127.0.0.1:${address.port}/api`, BOLTODDS_API_KEY: key } }
      expect((await runPipe(["catalog", "sports"], given)).stdout).toBe(
        "N\\u{1b}[2JBA\\u{202e}\\u{200b}\\u{9b}\\u{a}EPL\n",
      )
      const { stdout } = await runPipe(["catalog", "sports", "--json"], given)
      expect(stdout).not.toMatch(/[\p{Cc}\p{Cf}](?!$)/u)
      expect(JSON.parse(stdout)).toEqual({ sport: hostile })
    } finally {
      server.close()
    }
  })
})
