import {
  acceptThenClose,
  type Behavior,
  ignoreSubscribe,
  refuse,
  type Simulator,
  startSimulator,
} from "@boltodds/simulator"
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Ended, PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-doctor-5e4d/3c2b"
const wrong = "sk-wrong-0a1b/2c3d"
const spellings = [key, wrong].flatMap((secret) => [secret, encodeURIComponent(secret)])
const books = ["draftkings", "fanduel", "kalshi"]
let simulator: Simulator
let shared: string
let env: Record<string, string>

beforeAll(async () => {
  simulator = await startSimulator({
    key,
    rate: 100,
    plan: "Growth",
    world: { games: 6, sports: ["NBA", "MLB"], sportsbooks: books },
  })
})
afterAll(() => simulator.stop())
beforeEach(() => {
  shared = mkdtempSync(join(tmpdir(), "boltodds-doctor-"))
  env = {
    BOLTODDS_URL: simulator.url,
    BOLTODDS_API_KEY: key,
    XDG_STATE_HOME: join(shared, "state"),
    XDG_CACHE_HOME: join(shared, "cache"),
  }
})
afterEach(() => {
  for (const name of readdirSync(shared, { recursive: true }) as ReadonlyArray<string>) {
    const path = join(shared, name)
    if (statSync(path).isFile() && !name.startsWith("key")) {
      for (const secret of spellings) expect(name + readFileSync(path, "utf8")).not.toContain(secret)
    }
  }
  rmSync(shared, { recursive: true, force: true })
})

/** Runs the doctor, and looks through all it says for the key. */
const doctor = async (args: ReadonlyArray<string>, more: Record<string, string> = {}): Promise<Ended> => {
  const ended = await runPipe(["doctor", "--for", "1s", ...args], { env: { ...env, ...more } })
  for (const secret of spellings) expect(ended.stdout + ended.stderr).not.toContain(secret)
  return ended
}

/** `ok key`, `FAILED names`, …: the beginnings of the findings. */
const outcomes = (stdout: string): ReadonlyArray<string> =>
  stdout.split("\n").flatMap((line) => {
    const [, outcome, check] = /^(ok|warning|FAILED|skipped) +(\w+)/.exec(line) ?? []
    return outcome === undefined ? [] : [`${outcome} ${check}`]
  })

const verdict = (stdout: string): string => stdout.slice(stdout.indexOf("Verdict"))

interface Report {
  readonly exitCode: number
  readonly verdict: ReadonlyArray<string>
  readonly findings: ReadonlyArray<{
    readonly check: string
    readonly outcome: string
    readonly text: string
    readonly facts?: Record<string, unknown>
  }>
}

const fine = [
  "ok key",
  "ok address",
  "ok state",
  "ok permissions",
  "ok holders",
  "skipped dns",
  "ok rest",
  "ok clock",
  "skipped names",
  "ok dial",
  "ok subscribe",
  "ok data",
  "ok books",
  "ok latency",
]

const deadPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { readonly port: number }
      server.close(() => resolve(port))
    })
  })

/** REST answers like this; the feed goes on. */
const rest = (status: number, body: string): Behavior => ({ name: "rest", request: () => ({ status, body }) })

describe("doctor", () => {
  it("finds a good feed good, line by line, without a limit for a server of this machine", async () => {
    const { code, stdout, stderr } = await doctor([])
    expect(outcomes(stdout)).toEqual(fine)
    expect(code).toBe(0)
    expect(verdict(stdout)).toBe("Verdict  Everything is fine: data arrives.\n")
    expect(stdout).toContain("plan Growth (1 connection)")
    expect(stdout).toMatch(/get_info answered HTTP 200 in [\d.]+ m?s: \d+ sports, 3 sportsbooks/)
    expect(stdout).toMatch(/ok +books +3 of 3 sportsbooks listed sent something\n/)
    expect(stderr).toContain("connected; listening for 1.0 s")
    expect(stdout).toContain("can be written; this machine's own server has no limit")
  })

  it("gives a program the same facts in one object", async () => {
    const { code, stdout } = await doctor(["--json", "--book", "fanduel"])
    expect(stdout.split("\n").length).toBe(2)
    const report = JSON.parse(stdout) as Report
    expect([code, report.exitCode]).toEqual([0, 0])
    expect(report.verdict).toEqual(["Everything is fine: data arrives."])
    const factsOf = (check: string) => report.findings.find((finding) => finding.check === check)!.facts!
    expect(factsOf("key")).toMatchObject({ source: "BOLTODDS_API_KEY", length: key.length })
    // An HMAC under a fixed label, 24 bits: the same key shows the same in every report.
    expect(factsOf("key")["fingerprint"]).toBe("6dcf34")
    expect(factsOf("dial")).toMatchObject({ plan: "Growth", acceptedMillis: expect.any(Number) })
    expect(factsOf("books")).toMatchObject({ silent: [], books: [{ sportsbook: "fanduel" }] })
    expect(Math.abs(factsOf("clock")["aheadMillis"] as number)).toBeLessThan(2000)
  })

  it("says that others can read the key file or forge the state, and what to run", async () => {
    const file = join(shared, "key.txt")
    writeFileSync(file, key)
    chmodSync(file, 0o644)
    const state = join(shared, "state", "boltodds")
    mkdirSync(state, { recursive: true })
    chmodSync(state, 0o777)
    const { code, stdout } = await doctor(["--key-file", file], { BOLTODDS_API_KEY: "" })
    expect(code).toBe(0)
    expect(stdout).toMatch(
      new RegExp(
        `warning +permissions +${file}: every user of this machine can read it \\(mode 0644\\); ` +
          `${state}: others can write in it \\(mode 0777\\), so it is not used\n` +
          ` +→ run: chmod 600 ${file}\n +→ run: chmod 700 ${state}\n`,
      ),
    )
    chmodSync(file, 0o600)
    chmodSync(state, 0o700)
    expect((await doctor(["--key-file", file], { BOLTODDS_API_KEY: "" })).stdout).toContain(
      "the key file, the state and the cache are for this user alone",
    )
  })

  it("says that a key is refused, with 77, and does not dial with it", async () => {
    const before = simulator.stats().dials.length
    const { code, stdout } = await doctor([], { BOLTODDS_API_KEY: wrong })
    expect(code).toBe(77)
    expect(outcomes(stdout).slice(6)).toEqual(["FAILED rest", "ok clock", "skipped names", "skipped dial"])
    expect(verdict(stdout)).toContain("The server refuses the key")
    expect(simulator.stats().dials.length).toBe(before)
    const file = join(shared, "key.txt")
    writeFileSync(file, `${wrong}\n`)
    expect((await doctor(["--key-file", file], { BOLTODDS_API_KEY: "" })).code).toBe(77)
  })

  it("says that there is no key, or an address with one in it, with 64", async () => {
    const none = await doctor([], { BOLTODDS_API_KEY: "" })
    expect(none.code).toBe(64)
    expect(outcomes(none.stdout)).toEqual(["FAILED key", "ok address", "ok state", "ok permissions", "skipped dns"])
    expect(none.stdout).toContain("→ Put it in the environment")
    for (const url of [`${simulator.url}?key=${wrong}`, `${simulator.url}?apikey=x&key=${encodeURIComponent(wrong)}`]) {
      const pasted = await doctor(["--url", url])
      expect(pasted.code).toBe(64)
      expect(outcomes(pasted.stdout)).toEqual(["ok key", "FAILED address"])
      expect(verdict(pasted.stdout)).toContain("The address of the feed cannot be used.")
    }
    const misplaced = await doctor(["--url", `${simulator.url}/${wrong}`, "--json"])
    expect(misplaced.code).toBe(69)
  })

  it("names a misspelt book and what was meant, with 64, whether or not others bring data", async () => {
    const alone = await doctor(["--book", "draftking"])
    expect(alone.code).toBe(64)
    expect(outcomes(alone.stdout)).toContain("FAILED names")
    expect(outcomes(alone.stdout)).toContain("FAILED data")
    expect(alone.stdout).toContain("- the server ignores names that do not exist: no sportsbook `draftking`")
    expect(verdict(alone.stdout)).toContain(
      "A name does not exist, and nothing comes: no sportsbook `draftking`; did you mean `draftkings`?\n",
    )
    const withOther = await doctor(["--book", "draftking", "--book", "fanduel"])
    expect(withOther.code).toBe(64)
    expect(verdict(withOther.stdout)).toContain("A name does not exist, the other names bring data")
    expect(withOther.stdout).toContain("1 of 2 sportsbooks asked for sent something; silent: draftking")
  })

  it("says that nobody answers, with 69", async () => {
    const { code, stdout } = await doctor([], { BOLTODDS_URL: `ws://127.0.0.1:${await deadPort()}/api` })
    expect(code).toBe(69)
    expect(outcomes(stdout).slice(6)).toEqual([
      "FAILED rest",
      "skipped clock",
      "skipped names",
      "FAILED dial",
      "skipped subscribe",
      "skipped data",
      "skipped books",
      "skipped latency",
    ])
    expect(verdict(stdout)).toMatch(/The feed cannot be reached: .*ECONNREFUSED/)
  })

  it("says that a feed is mute, with 69 and what it may be", async () => {
    const mend = simulator.behave(ignoreSubscribe())
    const { code, stdout } = await doctor(["--sport", "NBA"])
    mend()
    expect(code).toBe(69)
    expect(outcomes(stdout).slice(9)).toEqual([
      "ok dial",
      "ok subscribe",
      "FAILED data",
      "skipped books",
      "skipped latency",
    ])
    expect(stdout).toContain("- perhaps: another program uses this key: the plan Growth allows 1 connection at a time")
    expect(verdict(stdout)).toContain("The feed accepts the connection and sends no data")
  })

  it("says that connections are closed, with 69 and the server's words", async () => {
    const mend = simulator.behave(acceptThenClose({ reason: `go away ${key}` }))
    const { code, stdout } = await doctor([])
    mend()
    expect(code).toBe(69)
    expect(outcomes(stdout)).toContain("FAILED dial")
    expect(stdout).toContain("go away [redacted]")
  })

  it("goes on where REST is too busy: names from the cache, with its age, or not at all", async () => {
    const mend = simulator.behave(rest(429, `slow down, ${key}`))
    const without = await doctor(["--book", "fanduel"])
    expect(without.code).toBe(0)
    expect(outcomes(without.stdout)).toEqual(
      fine.map((line) => line === "ok rest" || line === "skipped names" ? `warning ${line.split(" ")[1]}` : line),
    )
    mend()
    await runPipe(["catalog", "books"], { env })
    const again = simulator.behave(rest(503, "later"))
    const cached = await doctor(["--book", "fanduell"])
    again()
    expect(cached.stdout).toMatch(/warning +rest +\S+ get_info: HTTP 503: later; names are from the cache of \d+ s ago/)
    expect(cached.stdout).toMatch(
      /warning +names +no sportsbook `fanduell`; did you mean `fanduel`\?, by the cache of /,
    )
  })

  it("does not dial while another process holds the key, unless asked to", async () => {
    const holder = new PipeProcess(["--log-format", "human"], { env })
    await holder.until(({ stderr }) => stderr.includes("receiving"))
    const before = simulator.stats().dials.length
    const { code, stdout } = await doctor([])
    expect(code).toBe(0)
    expect(outcomes(stdout).slice(4)).toEqual([
      "warning holders",
      "skipped dns",
      "ok rest",
      "ok clock",
      "skipped names",
      "skipped dial",
    ])
    expect(stdout).toContain(`another process holds this key: pid ${holder.child.pid} (boltodds-pipe) of this machine`)
    expect(verdict(stdout)).toContain("The feed was not dialed: another process holds the key.")
    expect(simulator.stats().dials.length).toBe(before)
    const dialed = await doctor(["--dial"])
    expect(simulator.stats().dials.length).toBe(before + 1)
    expect(outcomes(dialed.stdout)).toContain("ok data")
    expect(verdict(dialed.stdout)).toContain("Data arrives.\n         Also: holders: another process holds this key")
    holder.kill("SIGTERM")
    expect((await holder.ended).code).toBe(0)
  })

  it("names a book that is listed and silent", async () => {
    const mend = simulator.behave(
      rest(200, JSON.stringify({ sports: ["NBA", "MLB"], sportsbooks: [...books, "hush"] })),
    )
    const { code, stdout } = await doctor([])
    mend()
    expect(code).toBe(0)
    expect(stdout).toMatch(/warning +books +3 of 4 sportsbooks listed sent something; silent: hush\n/)
    expect(verdict(stdout)).toContain("Data arrives.\n         Also: books: 3 of 4 sportsbooks listed")
  })

  it("ends early, with what it knows, when it is interrupted", async () => {
    const pipe = new PipeProcess(["doctor", "--for", "10m"], { env })
    await pipe.until(({ stderr }) => stderr.includes("listening"))
    const seen = simulator.stats().messagesSent
    await simulator.waitFor((stats) => stats.messagesSent > seen + 20)
    pipe.kill("SIGINT")
    const { code, stdout } = await pipe.ended
    expect(code).toBe(0)
    // What was sent may not have been read yet: then it knows no latency.
    expect(outcomes(stdout).map((outcome) => outcome === "skipped latency" ? "ok latency" : outcome)).toEqual(fine)
  })

  it("says that a dial is refused for now, and that the key is not to blame", async () => {
    const busy: Behavior = { name: "busy", dial: () => ({ status: 503, body: "too many concurrent connections" }) }
    const mend = simulator.behave(busy)
    const pipe = new PipeProcess(["doctor"], { env })
    await pipe.until(({ stderr }) => /waiting \d+\.\d s before dialing: .*too many concurrent connections/.test(stderr))
    pipe.kill("SIGINT")
    const { code, stdout } = await pipe.ended
    mend()
    expect(code).toBe(69)
    expect(stdout).toContain("→ End other connections of this key")
  })

  it("uses up no more than the plan's requests with a refusal of all", async () => {
    const before = simulator.stats()
    const mend = simulator.behave(refuse(401))
    expect((await doctor(["--sport", "NBA"])).code).toBe(77)
    mend()
    const after = simulator.stats()
    expect(after.requests.length + after.dials.length - before.requests.length - before.dials.length).toBe(1)
  })
})
