/** What only time shows. All at once, so that it takes as long as the longest. */
import { acceptThenClose, ignoreSubscribe, mute, type Simulator, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { PipeProcess, recordsOf } from "@boltodds/testing/PipeProcess"

const key = "sk-patience-77aa88bb"
const envOf = ({ url }: Simulator) => ({ BOLTODDS_URL: url, BOLTODDS_API_KEY: key })

describe.concurrent("a run that has to wait", () => {
  it("a reader that stops leaves records undelivered: 75 after ten seconds, 130 at a second signal", async () => {
    const busy = await startSimulator({ key, rate: 20_000, world: { games: 20 } })
    const start = async (): Promise<PipeProcess> => {
      const pipe = new PipeProcess(["--emit", "changes", "--log-format", "json"], { env: envOf(busy), read: false })
      await pipe.until(({ stderr }) => stderr.includes(`"receiving from `))
      return pipe
    }
    const [patient, forced] = await Promise.all([start(), start()])
    // More than a pipe holds has been sent to both.
    const sent = busy.stats().messagesSent
    await busy.waitFor((stats) => stats.messagesSent > sent + 500)
    patient.kill("SIGINT")
    forced.kill("SIGINT")
    const again = setInterval(() => forced.kill("SIGINT"), 300)
    expect((await forced.ended).code).toBe(130)
    clearInterval(again)
    const { code, stderr } = await patient.ended
    expect(code).toBe(75)
    expect(stderr).toMatch(/Stopped with \d+ records undelivered/)
    await busy.stop()
  })

  it(
    "nothing but pings for 20 s gets a diagnosis: what was asked, what does not exist, what else it may be",
    async () => {
      const silent = await startSimulator({ key, rate: 0, pingMillis: 2000, plan: "Starter" })
      silent.behave(ignoreSubscribe())
      const pipe = new PipeProcess(["--sport", "NAB", "--log-format", "human"], { env: envOf(silent) })
      await pipe.until(({ stderr }) => stderr.includes("received only pings for"))
      await pipe.until(({ stderr }) => stderr.includes("another program uses this key"))
      expect(pipe.stderr).toContain("Asked for: sports NAB (plan Starter)")
      expect(pipe.stderr).toContain("no sport `NAB`; did you mean `NBA`?")
      pipe.kill("SIGTERM")
      const { code, stdout, stderr } = await pipe.ended
      expect(code).toBe(0)
      expect(stdout + stderr).not.toContain(key)
      await silent.stop()
    },
  )

  it("data outside the filters is reported, even when the names cannot be checked", async () => {
    const server = await startSimulator({ key, rate: 0, world: { games: 2, sports: ["NBA"] } })
    server.behave({ name: "no REST", request: () => ({ status: 500, body: "broken" }) })
    const pipe = new PipeProcess(["--sport", "NAB", "--log-format", "human"], { env: envOf(server) })
    await server.waitFor((stats) => stats.subscribed === 1)
    const stray = server.snapshot().slice(0, 1)
    const pushing = setInterval(() => server.push(stray), 500)
    await pipe.until(({ stderr }) => stderr.includes("Cannot check the names: "))
    clearInterval(pushing)
    expect(pipe.stderr).toContain("but received no data within the filters for 2")
    expect(pipe.stderr).toMatch(
      /- the server sent \d+ messages outside the filters, the first about NBA at \w+: /,
    )
    pipe.kill("SIGTERM")
    const { code, stderr } = await pipe.ended
    expect(code).toBe(0)
    expect(stderr).not.toContain(key)
    await server.stop()
  })

  it("a socket gone mute is stale, and then replaced", async () => {
    const server = await startSimulator({ key, rate: 50, world: { games: 4 } })
    const pipe = new PipeProcess(["--emit", "changes"], { env: envOf(server) })
    await pipe.until(({ stdout }) => stdout.includes("line_moved"))
    const speak = server.behave(mute())
    await pipe.until(({ stdout }) => /"control":"(?:stale|gap_opened)"/.test(stdout))
    const first = server.stats().accepted
    await server.waitFor((stats) => stats.accepted > first)
    speak()
    await pipe.until(({ stdout }) => stdout.includes(`"control":"gap_closed"`))
    pipe.kill("SIGTERM")
    expect((await pipe.ended).code).toBe(0)
    const controls = recordsOf(pipe.stdout).flatMap(({ control }) => control === undefined ? [] : [control])
    expect(controls.filter((control) => control === "gap_opened")).toHaveLength(1)
    await server.stop()
  })

  it("a server that accepts and closes is dialed at most 8 times in 40 s, and never given up", async () => {
    const hostile = await startSimulator({ key })
    hostile.behave(acceptThenClose({ afterAck: true }))
    const pipe = new PipeProcess(["--for", "40s"], { env: envOf(hostile) })
    const { code } = await pipe.ended
    expect(code).toBe(0)
    expect(hostile.stats().dials.length).toBeLessThanOrEqual(8)
    expect(hostile.stats().dials.length).toBeGreaterThan(1)
    await hostile.stop()
  })
})
