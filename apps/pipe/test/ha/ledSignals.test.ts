/** Signals to a process that leads and has no run yet. */
import type { CheckedPipeline, OpenLease } from "@boltodds/config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "vitest"
import type { CommandLog } from "../../src/log/Log.ts"
import { runLed } from "../../src/streaming/runLed.ts"

const lease: OpenLease = { acquire: Effect.void, holds: () => true, lost: Effect.never }

/** A pipeline that holds its lease, and whose first sink reads its book like this. */
const leading = (read: Effect.Effect<never, unknown>): CheckedPipeline =>
  ({
    lease: "always",
    run: {},
    open: () => ({ lease: Effect.succeed(lease) }),
    books: () => [{ sink: "bus", read }],
  }) as unknown as CheckedPipeline

describe("a process that leads and reads the book of its readers", () => {
  it.each([
    ["from a server that does not answer", Effect.fail({ reason: "unreachable" })],
    ["from one that is slow", Effect.never],
  ])("%s ends at a signal", async (_, read) => {
    const logged: Array<string> = []
    const log: CommandLog = {
      log: (_level, message) => void logged.push(message),
      format: "human",
      level: "info",
      beforeEach: () => {},
      layer: Layer.empty,
    }
    const ended = runLed({ pipeline: () => leading(read), log })
    await expect.poll(() => logged.join("\n")).toContain("leader: ")
    process.emit("SIGHUP", "SIGHUP")
    expect(await ended).toBe(0)
    expect(logged.at(-1)).toBe("stopped as a standby")
  })
})
