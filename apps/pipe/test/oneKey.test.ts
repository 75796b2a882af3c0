/** Several processes with one key on one machine. */
import { acceptThenClose, refuse, type Simulator, startSimulator } from "@boltodds/simulator"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type FarFeed, farFeed } from "./farFeed.ts"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-onekey-9c8b7a6d"
let simulator: Simulator
let far: FarFeed
let shared: string
let env: Record<string, string>

beforeAll(async () => {
  simulator = await startSimulator({
    key,
    rate: 50,
    allowHosts: ["feed.example"],
    world: { games: 4, sports: ["NBA", "MLB"] },
  })
  far = await farFeed(simulator.url)
})
afterAll(async () => {
  far.stop()
  await simulator.stop()
})
beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), "boltodds-shared-"))
  env = {
    ...far.env,
    BOLTODDS_API_KEY: key,
    XDG_STATE_HOME: join(shared, "state"),
    XDG_CACHE_HOME: join(shared, "cache"),
  }
})
afterEach(() => {
  // The key is in no file, whatever happened.
  for (const name of readdirSync(shared, { recursive: true }) as ReadonlyArray<string>) {
    expect(name).not.toContain(key)
    const path = join(shared, name)
    if (statSync(path).isFile()) expect(readFileSync(path, "utf8")).not.toContain(key)
  }
  rmSync(shared, { recursive: true, force: true })
})

const human = ["--log-format", "human", "--insecure"]

describe("one key, many processes", () => {
  it("the second says which process holds the key, and nothing once that is gone", async () => {
    const first = new PipeProcess(human, { env })
    await first.until(({ stderr }) => stderr.includes("receiving"))
    const second = await runPipe([...human, "--count", "3"], { env })
    expect(second.code).toBe(0)
    expect(second.stderr).toContain(
      `another process holds this key, and the smaller plans allow one connection: pid ${first.child.pid} ` +
        "(boltodds-pipe) of this machine, since ",
    )
    first.kill("SIGKILL")
    await first.ended
    const third = await runPipe([...human, "--count", "3"], { env })
    expect(third.stderr).not.toContain("another process")
    expect(first.stderr + second.stderr + third.stderr).not.toContain(key)
  })

  it("crashing and starting anew at once, they dial no more often than one process would", async () => {
    const mend = simulator.behave(acceptThenClose({ afterAck: true }))
    const before = simulator.stats().dials.length
    const begun = performance.now()
    const seconds = (): number => (performance.now() - begun) / 1000
    let starts = 0
    let waited = false
    while (seconds() < 20 || starts <= 8) {
      const crashing = new PipeProcess(human, { env })
      starts++
      await crashing.until(({ stderr }) => stderr.includes("no connection: "))
      crashing.kill("SIGKILL")
      await crashing.ended
      waited ||= crashing.stderr.includes("no connection: an earlier run ended with: ")
    }
    mend()
    const dials = simulator.stats().dials.length - before
    expect(waited).toBe(true)
    // Full jitter from 2 s on, doubling: about 5 in 20 s, and in one of 500 runs more than 7. Without a memory it would be
    // the 8 that the limiter lets through.
    expect(dials).toBeLessThanOrEqual(7 + Math.max(0, seconds() - 20) / 8)
    expect(dials).toBeGreaterThanOrEqual(1)
  })

  it("an orderly end leaves no wait to the next", async () => {
    for (let n = 0; n < 3; n++) {
      const { code, stderr } = await runPipe([...human, "--count", "2"], { env })
      expect(code).toBe(0)
      expect(stderr).not.toContain("no connection")
    }
  })

  it("lists names from the cache, and says so with its age, when the server asks to wait", async () => {
    const fresh = await runPipe(["catalog", "sports", ...human], { env })
    expect(fresh).toMatchObject({ code: 0, stderr: "" })
    const mend = simulator.behave(refuse(429, { body: "slow down" }))
    const cached = await runPipe(["catalog", "sports", ...human], { env })
    const unknown = await runPipe(["catalog", "games", ...human], { env })
    mend()
    expect(cached).toMatchObject({ code: 0, stdout: fresh.stdout })
    expect(cached.stderr).toMatch(/from the cache of \d+ s ago: feed\.example:\d+ get_info: HTTP 429: slow down/)
    expect(unknown).toMatchObject({ code: 69, stdout: "" })
    const unkeyed = simulator.behave(refuse(401))
    const refused = await runPipe(["catalog", "sports", ...human], { env })
    unkeyed()
    expect(refused).toMatchObject({ code: 77, stdout: "" })
  })
})
