import { ignoreSubscribe, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { runPipe } from "@boltodds/testing/PipeProcess"

describe("--exit-on-stale", () => {
  it("ends the process with 69 and the reason on stderr", async () => {
    const server = await startSimulator({ rate: 0, key: "sk-stale-4e4e4e" })
    server.behave(ignoreSubscribe())
    const env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: "sk-stale-4e4e4e" }
    const { code, stderr } = await runPipe(["--exit-on-stale", "1s", "--log-format", "human"], { env })
    expect(code).toBe(69)
    expect(stderr).toContain("nothing was live for 1 s: connected, but no data came")
    await server.stop()
  })
})
