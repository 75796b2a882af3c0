/** The command under many faults at once: it carries on, its memory stays where it is, and its key stays inside. */
import { startSimulator } from "@boltodds/simulator"
import { existsSync, readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { PipeProcess, recordsOf } from "@boltodds/testing/PipeProcess"

const key = "sk-endurance-9c9c9c9c"
const mixture = [
  "garbage share=0.05",
  "duplicate share=0.1",
  "reorder burst=5",
  "late-arrivals",
  "truncate share=0.002",
  "unreadable every=200ms",
  "book-clear every=900ms",
  "sport-clear every=700ms",
  "stall after=2s every=6s for=1s",
  "oversize every=200 size=2MiB times=20",
  "abort after=6s",
].join(", ")

/** Megabytes held now, and at most; nothing but on Linux. */
const memoryOf = (pid: number): { readonly now: number; readonly peak: number } | undefined => {
  if (!existsSync(`/proc/${pid}/status`)) return undefined
  const status = readFileSync(`/proc/${pid}/status`, "utf8")
  const field = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024
  return { now: field("VmRSS"), peak: field("VmHWM") }
}

it("everything that can go wrong, at 2,000 messages a second, costs no memory in the long run", async () => {
  const server = await startSimulator({ key, rate: 2_000, pingMillis: 1_000, world: { games: 10 } })
  const calm = server.inject(mixture)
  const pipe = new PipeProcess(["--emit", "changes", "--report", "--log-format", "human"], {
    env: { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: key },
  })
  await server.waitFor(({ messagesSent }) => messagesSent > 6_000)
  const early = memoryOf(pipe.child.pid!)
  await server.waitFor(({ accepted, messagesSent }) => accepted >= 2 && messagesSent > 24_000)
  calm()
  server.setRate(50)
  server.disconnect("abort")
  await pipe.next('"control":"synced"')
  const late = memoryOf(pipe.child.pid!)
  pipe.kill("SIGTERM")
  const { code, stdout, stderr } = await pipe.ended
  expect(code).toBe(0)
  const records = recordsOf(stdout)
  expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index + 1))
  expect(stderr).toMatch(/not live +\d+ times?, \d+ connections? lost/)
  if (early !== undefined && late !== undefined) {
    expect(late.peak, "MB at most").toBeLessThan(400)
    expect(late.now, "MB at the end, against early on").toBeLessThan(early.now * 1.5 + 64)
  }
  await server.stop()
})
