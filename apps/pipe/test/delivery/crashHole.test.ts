/** A crash right after a dead letter: the reader of the remaining records receives the report of the loss. */
import { emptyBook, fold, isControl } from "@boltodds/protocol"
import { startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { openReceiver, taken } from "@boltodds/testing/HookReceiver"
import { feedKey, hasty, hookTo, pipelineIn, runPipeline, tempFolder, whileRuns } from "./pipelines.ts"

describe("a durable webhook killed between a dead letter and the report of it", () => {
  it("reports the loss before it delivers the remaining records", async () => {
    const server = await startSimulator({ key: feedKey, rate: 500, world: { games: 3, players: 0 } })
    const receiver = await openReceiver()
    const path = pipelineIn(tempFolder(), {
      sinks: { hook: { webhook: hookTo(receiver.url, { profile: "durable", timeout: "5s" }), lane: hasty } },
    })
    const pipe = runPipeline(path, server)
    let release = (): void => {}
    const held = new Promise<void>((resolve) => release = resolve)
    receiver.answer = (_, index) => {
      if (index < 3) return taken
      // Refused once enough records wait; the command is killed at the next request, the report of the loss.
      if (index === 3) return held.then(() => ({ status: 400 }))
      pipe.kill("SIGKILL")
      return "hang"
    }
    await whileRuns(pipe, receiver.until(() => receiver.deliveries.length === 4))
    const later = server.stats().messagesSent + 300
    await server.waitFor(({ messagesSent }) => messagesSent > later)
    release()
    await pipe.ended
    const before = receiver.acknowledged.flatMap(({ records }) => records)
    const seen = receiver.deliveries.length
    receiver.answer = () => taken
    const again = runPipeline(path, server)
    await whileRuns(again, receiver.until(() => receiver.deliveries.length > seen + 1))
    again.kill("SIGTERM")
    await again.ended
    await server.stop()
    await receiver.down()
    const left = receiver.deliveries[seen]!
    expect(left.records[0]!.run).toBe(before[0]!.run)
    // Either the report of the loss comes first, or the reader believes lines of which it has missed a change. On a busy
    // machine a `stale` may go ahead of it, which verifies nothing.
    const first = left.records.find((record) => !isControl(record) || record.control !== "stale")!
    expect(isControl(first) ? first.control : "a change").toBe("dropped")
    expect(fold(emptyBook, [...before, ...left.records]).lossy).toBe(true)
  })
})
