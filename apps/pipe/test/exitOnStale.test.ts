import type { Status } from "@boltodds/connection"
import type { Control } from "@boltodds/protocol"
import type { Step } from "@boltodds/state"
import { ignoreSubscribe, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { watchStale } from "../src/feed/exitOnStale.ts"
import { runPipe } from "./PipeProcess.ts"

const live: Status = { _tag: "Live", epoch: 1, filters: {} }
const silent: Status = { _tag: "Stale", epoch: 1, reason: "silent" }
const limit = 300_000
const step = (session: string, record: object): Step => ({
  event: { _tag: "Tick", session, epoch: 1, at: 0, wall: 0 },
  records: [{ session, ...record } as unknown as Control],
})

describe("the end of what is not live", () => {
  it.effect("comes when nothing was live for the whole time, with what came instead", () =>
    Effect.gen(function* () {
      const watch = watchStale(limit)
      const fiber = yield* Effect.forkChild(watch.expired)
      yield* TestClock.adjust(limit - 1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      watch.onStatus({ _tag: "BackingOff", until: 0, why: "ECONNREFUSED", attempt: 7 })
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(fiber)).toBe("nothing was live for 300 s: no connection (ECONNREFUSED)")
    }))

  it.effect("counts anew from each time that live data ended, and not while it comes", () =>
    Effect.gen(function* () {
      const watch = watchStale(limit)
      const fiber = yield* Effect.forkChild(watch.expired)
      yield* TestClock.adjust(limit - 1)
      watch.onStatus(live)
      yield* TestClock.adjust(10 * limit)
      watch.onStatus(silent)
      yield* TestClock.adjust(limit - 1)
      watch.onStatus(live)
      yield* TestClock.adjust(1)
      watch.onStatus(silent)
      yield* TestClock.adjust(limit - 1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(fiber)).toBe("nothing was live for 300 s: connected, but nothing came")
    }))

  it.effect("comes where all that came could not be read, and not while another session is read", () =>
    Effect.gen(function* () {
      const watch = watchStale(limit)
      const fiber = yield* Effect.forkChild(watch.expired)
      watch.onStatus(live)
      const read = { change: "line_moved", frame: 3 }
      watch.onStep(step("feed", read))
      watch.onStep(step("other", read))
      watch.onStep(step("feed", { control: "quarantined", touches: "session", reason: "gzip-compressed frame" }))
      yield* TestClock.adjust(10 * limit)
      expect(fiber.pollUnsafe()).toBeUndefined()
      watch.onStep(step("other", { control: "quarantined", touches: "session", reason: "gzip-compressed frame" }))
      yield* TestClock.adjust(limit - 1)
      watch.onStep(step("feed", read))
      yield* TestClock.adjust(10 * limit)
      watch.onStep(step("feed", { control: "quarantined", touches: "session", reason: "gzip-compressed frame" }))
      yield* TestClock.adjust(limit - 1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* TestClock.adjust(1)
      expect(yield* Fiber.join(fiber)).toBe(
        "nothing was live for 300 s: connected, but nothing that came can be read (gzip-compressed frame)",
      )
    }))

  it("is 69 for the shell, said on stderr, with the reason", async () => {
    const server = await startSimulator({ rate: 0, key: "sk-stale-4e4e4e" })
    server.behave(ignoreSubscribe())
    const env = { BOLTODDS_URL: server.url, BOLTODDS_API_KEY: "sk-stale-4e4e4e" }
    const { code, stderr } = await runPipe(["--exit-on-stale", "1s", "--log-format", "human"], { env })
    expect(code).toBe(69)
    expect(stderr).toContain("nothing was live for 1 s: connected, but no data came")
    await server.stop()
  })
})
