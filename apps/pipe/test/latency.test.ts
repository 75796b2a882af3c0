import { startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { latencyText } from "../src/commands/latency/text.ts"
import { PipeProcess, runPipe } from "@boltodds/testing/PipeProcess"

const key = "sk-latency-5f5f5f5f"

describe("latency", () => {
  it("prints a row per sportsbook at the end, to stdout", async () => {
    const server = await startSimulator({ key, rate: 400, world: { sportsbooks: ["betmgm", "fanduel"], games: 6 } })
    const env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key }
    const { code, stdout } = await runPipe(["latency", "--for", "1s"], { env })
    expect(code).toBe(0)
    const [head, ...rows] = stdout.split("\n")
    expect(head).toMatch(/^sportsbook +messages +a second +fastest +half in +90% in +99% in +slowest$/)
    expect(rows.slice(0, 2).map((row) => row.split(" ")[0]).sort()).toEqual(["betmgm", "fanduel"])
    expect(rows[0]).toMatch(/^\w+ +\d+ +\d+(?:\.\d+)? +-?[\d.]+ m?s/)
    expect(stdout).toMatch(/\nWatched for [\d.]+ m?s\. /)
    await server.stop()
  })

  it("prints as JSON, on the way as well, and at an interruption", async () => {
    const server = await startSimulator({ key, rate: 200, world: { sportsbooks: ["betmgm"], games: 3 } })
    const env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key }
    const pipe = new PipeProcess(["latency", "--json", "--every", "200ms"], { env })
    await pipe.until(({ stdout }) => stdout.split("\n").length > 3)
    pipe.kill("SIGINT")
    const { code, stdout } = await pipe.ended
    expect(code).toBe(0)
    const tables = stdout.trim().split("\n").map((line) => JSON.parse(line))
    expect(tables.length).toBeGreaterThan(3)
    expect(tables.at(-1)).toMatchObject({
      books: [{ sportsbook: "betmgm", latency: { p50: expect.any(Number) as number } }],
      skew: { kind: expect.any(String) as string },
    })
    await server.stop()
  })

  it("says so when no data came", async () => {
    const { code, stdout, stderr } = await runPipe(["latency", "--max-attempts", "1"], {
      env: { BOLTODDS_URL: "ws://127.0.0.1:1/api", BOLTODDS_API_KEY: key },
    })
    expect(code).toBe(69)
    expect(stdout).toBe("No data came.\n")
    expect(stderr).not.toContain(key)
  })

  it("says in words what the clocks prove, and what was not measured", () => {
    const latency = { fastest: -750, p50: 35, p90: 80, p99: 1234, slowest: 180_000 }
    const book = { sportsbook: "betmgm", messages: 1234, messagesPerSecond: 20.6, latency }
    const books = [{ ...book, initialStates: 12, delayed: 3, untimed: 0 }]
    const skew = { kind: "server_ahead", atLeastMillis: 750 } as const
    expect(
      latencyText({
        watchedMillis: 60_000,
        books,
        otherMessages: 2_000,
        late: [{ sportsbook: "betmgm", lateMillis: 25_000, isLate: true }],
        skew,
      }),
    ).toBe(
      `sportsbook  messages  a second  fastest  half in  90% in  99% in  slowest
betmgm         1,234        21  -750 ms    35 ms   80 ms   1.2 s    3 min

Watched for 60.0 s. The age of an update on arrival: our clock minus the server's time.
The server's clock is ahead of this machine's by at least 750 ms: true ages are larger.
Not measured: 12 initial states, 3 messages that waited for us, 2,000 messages of more sportsbooks than are kept.
betmgm was late for 25.0 s and still is: its updates came at least 10 s later than at best.
`,
    )
  })
})
