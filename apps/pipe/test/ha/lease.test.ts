/** Two processes with one lease: killed, frozen, asked to end. `LEASE_KILLS=20` for the whole exercise. */
import { emptyBook, fold, isControl } from "@boltodds/protocol"
import { hasNats } from "@boltodds/testing/NatsServer"
import { describe, expect, it } from "vitest"
import { shown } from "../delivery/books.ts"
import { believed, LeaseBench, runsOf } from "./LeaseBench.ts"

describe.skipIf(!hasNats())("two processes with a lease", () => {
  it("have one leader at any moment, and readers the exact book, while leaders are killed, frozen and stopped", async () => {
    const bench = await LeaseBench.open({ ttl: "5s", renew: "500ms" })
    try {
      const first = bench.join()
      await bench.untilLed()
      await bench.untilExact()
      const second = bench.join()
      await second.pipe.until(({ stderr }) => stderr.includes(`standby: ${first.name} holds the lease`))

      // Killed.
      await first.pipe.stop("SIGKILL")
      bench.without(first)
      expect(await bench.untilLed()).toBe(second)
      await bench.untilExact()

      // Frozen. The feed drops the connection at some time: here at once, so that nobody is refused.
      const third = bench.join()
      await third.pipe.until(({ stderr }) => stderr.includes(`standby: ${second.name} holds the lease`))
      second.pipe.kill("SIGSTOP")
      bench.simulator.disconnect("abort")
      expect(await bench.untilLed(second)).toBe(third)
      await bench.untilExact()
      const before = second.pipe.stderr.length
      second.pipe.kill("SIGCONT")
      const woken = "standby: this process was stopped for longer than its lease; the connection to the feed is closed"
      await second.pipe.until(({ stderr }) => stderr.slice(before).includes(woken))
      await bench.untilExact()
      expect(bench.leader()).toBe(third)

      // Asked to end.
      const { code, stderr } = await third.pipe.stop("SIGTERM")
      expect(code, stderr).toBe(0)
      bench.without(third)
      expect(await bench.untilLed()).toBe(second)
      await bench.untilExact(async () => {
        const log = await bench.log()
        // A run that comes back would have written after the next one.
        const runs = runsOf(log)
        expect(new Set(runs).size).toBe(runs.length)
        const beginnings = log.flatMap((record) =>
          isControl(record) && record.control.startsWith("stream_") ? [record.control] : []
        )
        // A busy machine may lose its lease and have it back: another run, which resumes as well.
        const [started, ...others] = beginnings
        expect(started).toBe("stream_started")
        expect(others.filter((beginning) => beginning === "stream_stopped")).toHaveLength(1)
        expect(others.filter((beginning) => beginning === "stream_resumed").length).toBeGreaterThanOrEqual(3)
        expect(others).not.toContain("stream_started")
        expect(shown(fold(emptyBook, log))).toEqual(bench.simulator.book())
        expect(believed(bench.seen, log)).toEqual([])
      })
    } finally {
      await bench.close()
    }
  })
})
