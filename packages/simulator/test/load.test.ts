import { makeSimulator, startSimulator } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import * as Effect from "effect/Effect"
import { quiet, withSimulator } from "./withSimulator.ts"

describe("the pace", () => {
  it("is the rate that was asked for", () =>
    withSimulator({ ...quiet, rate: 2000 }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sports: ["NCAAB"] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      const all = await subscribed()
      await all.until(() => all.actions("line_update").length > 0)
      const [start, sent] = [performance.now(), simulator.stats().messagesSent]
      await simulator.waitFor((stats) => stats.messagesSent >= sent + 6000)
      const seconds = (performance.now() - start) / 1000
      // Three seconds' worth; up to one second may be made up for in a burst, and a busy machine is slower.
      expect(seconds).toBeGreaterThan(1.9)
      expect(probe.dataMessages).toEqual([])
    }))

  it("stops at a pause, and the client then holds the server's book", () =>
    withSimulator({ ...quiet, rate: 5000 }, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await probe.until(() => probe.actions("line_update").length > 1000)
      simulator.pause()
      await simulator.drained()
      await probe.ping(simulator)
      const frames = probe.frames.length
      expect(probe.book).toEqual(simulator.book())
      simulator.resume()
      await probe.until(() => probe.frames.length > frames)
      simulator.setRate(0)
      await probe.ping(simulator)
      expect(probe.book).toEqual(simulator.book())
    }))

  it("can be paused from within a behavior, and then stands still", () =>
    withSimulator({ ...quiet, rate: 2000 }, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await probe.until(() => probe.actions("line_update").length > 0)
      const stop = simulator.behave({
        name: "pause at the next frame",
        frame: () => {
          simulator.pause()
          return undefined
        },
      })
      const { messagesSent } = await simulator.waitFor(() => true)
      await simulator.waitFor((stats) => stats.messagesSent > messagesSent)
      stop()
      const before = simulator.book()
      await probe.ping(simulator)
      for (let turn = 0; turn < 5; turn++) await probe.ping(simulator)
      expect(simulator.book()).toEqual(before)
      expect(probe.book).toEqual(before)
    }))

  it("waits for a client that does not read, and loses nothing", () =>
    withSimulator({ ...quiet, rate: 50_000, maxBacklogBytes: 500_000 }, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await probe.until(() => probe.actions("line_update").length > 0)
      probe.socket.pause()
      const stuck = async (): Promise<number> => {
        // Sent is stable once the kernel's buffers and the backlog are full.
        for (let before = -1;;) {
          await new Promise((resolve) => setTimeout(resolve, 100))
          const { messagesSent } = simulator.stats()
          if (messagesSent === before) return messagesSent
          before = messagesSent
        }
      }
      const sent = await stuck()
      probe.socket.resume()
      await simulator.waitFor((stats) => stats.messagesSent > sent + 1000)
      simulator.pause()
      await simulator.drained()
      await probe.ping(simulator)
      expect(probe.book).toEqual(simulator.book())
      expect(simulator.stats().overflowed).toBe(0)
    }))

  it("cuts a client that does not read, where set, and goes on for the others", () =>
    withSimulator(
      { ...quiet, rate: 20_000, maxBacklogBytes: 500_000, slowClient: "close" },
      async ({ simulator, subscribed }) => {
        const [slow, quick] = [await subscribed(), await subscribed({ sportsbooks: ["betmgm"] })]
        await simulator.waitFor((stats) => stats.subscribed === 2)
        slow.socket.pause()
        await simulator.waitFor((stats) => stats.overflowed === 1 && stats.open === 1)
        slow.socket.resume()
        await slow.until(() => slow.closed !== undefined)
        expect(slow.closed?.code).toBe(1006)
        simulator.pause()
        await quick.ping(simulator)
        expect(quick.book).toEqual(simulator.book({ sportsbooks: ["betmgm"] }))
      },
    ))
})

describe("a flood", () => {
  it("sends frames made before to every subscribed client, in order, and says when it is over", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: [] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      const frames = simulator.pregenerate(5000)
      const before = probe.frames.length
      const result = await simulator.flood(frames)
      await probe.until(() => probe.actions("ping").length === 2)
      expect(probe.frames.slice(before, -1).map(({ data }) => data)).toEqual(frames)
      expect(result.frames).toBe(frames.length)
      expect(result.bytes).toBe(frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0))
    }))

  it("ends with a close where set", () =>
    withSimulator({ ...quiet, binary: true }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: [] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await simulator.flood(['[{"action":"ping"}]'], { end: "close" })
      await probe.until(() => probe.closed !== undefined)
      expect(probe.closed?.code).toBe(1000)
      expect(probe.frames.at(-1)).toEqual({ data: '[{"action":"ping"}]', isBinary: true })
    }))
})

describe("a push", () => {
  it("sends exactly these messages in one frame, or each in its own, and the book takes them in", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const probe = await dial()
      const [state] = simulator.snapshot({ sportsbooks: ["betmgm"] })
      const removed = { action: "game_removed", data: { ...state!.data, outcomes: {} } } as const
      const before = Object.keys(simulator.book()).length
      simulator.push([state!, removed])
      simulator.push([state!, removed], { as: "objects", track: false })
      await probe.until(() => probe.frames.length === 4)
      expect(probe.frames.slice(1).map(({ data }) => data)).toEqual([
        JSON.stringify([state, removed]),
        JSON.stringify(state),
        JSON.stringify(removed),
      ])
      expect(Object.keys(simulator.book()).length).toBe(before - Object.keys(state!.data.outcomes).length)
    }))

  it("sends exactly this frame, to one connection if wished", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const [first, second] = [await dial(), await dial()]
      simulator.pushFrame(new Uint8Array([1, 2, 255]), { connection: simulator.connections()[1]! })
      simulator.pushFrame("to both")
      await first.until(() => first.frames.length === 2)
      await second.until(() => second.frames.length === 3)
      expect(first.frames[1]?.data).toBe("to both")
      expect(second.frames[1]?.isBinary).toBe(true)
    }))
})

describe("starting", () => {
  it("in a scope stops with it, and frees the port", async () => {
    const port = await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
      const simulator = yield* makeSimulator({ ...quiet })
      yield* simulator.drained
      expect((yield* simulator.waitFor(() => true)).open).toBe(0)
      return simulator.port
    })))
    const again = await startSimulator({ ...quiet, port })
    await again.stop()
    await again.stop()
  })

  it("says that a port is in use", () =>
    withSimulator(quiet, async ({ simulator }) => {
      await expect(startSimulator({ ...quiet, port: simulator.port })).rejects.toMatchObject({
        _tag: "SimulatorError",
        kind: "address",
        message:
          `Cannot listen on 127.0.0.1:${simulator.port}: the port is in use; choose another one, or 0 for any that is free`,
      })
    }))

  it.each([
    [{ rate: 50_001 }, "rate must be from 0 to 50000"],
    [{ rate: Number.NaN }, "rate must be from 0 to 50000"],
    [{ replay: { file: "x", speed: 0 } }, 'speed must be above 0, or "max"'],
    [{ messagesPerFrame: 0 }, "Cannot use messagesPerFrame 0: expected a whole number from 1"],
    [{ world: { sports: ["Chess"] } }, 'it knows no sport "Chess"'],
  ])("refuses %o", async (options, message) => {
    await expect(startSimulator(options)).rejects.toMatchObject({
      kind: "options",
      message: expect.stringContaining(message),
    })
  })
})
