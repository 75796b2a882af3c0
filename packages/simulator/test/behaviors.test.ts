import {
  acceptThenClose,
  type Behavior,
  cutSnapshot,
  errorThenClose,
  garbage,
  garbageFrames,
  ignoreSubscribe,
  mute,
  noAck,
  refuse,
} from "@boltodds/simulator"
import { decodeFrame } from "@boltodds/protocol"
import { describe, expect, it } from "vitest"
import { quiet, withSimulator } from "./withSimulator.ts"

describe("behaviors", () => {
  it.each([401, 403, 503])(
    "refuse dials with %i until they are switched off",
    (status) =>
      withSimulator(quiet, async ({ simulator, dial }) => {
        const stop = simulator.behave(refuse(status))
        await expect(dial()).rejects.toMatchObject({ status })
        await expect(dial()).rejects.toMatchObject({ status })
        stop()
        await dial()
        expect(simulator.stats().dials.map((dial) => dial.status)).toEqual([status, status, 101])
      }),
  )

  it("refuse so many dials with 429 and Retry-After", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      simulator.behave(refuse(429, { retryAfterSeconds: 30, dials: 1, body: "slow down" }))
      await expect(dial()).rejects.toMatchObject({ status: 429, body: "slow down", headers: { "retry-after": "30" } })
      await dial()
    }))

  it("accept and close, before the acknowledgement or after it", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const stop = simulator.behave(acceptThenClose({ code: 1011, reason: "no" }))
      const before = await dial()
      await before.until(() => before.closed !== undefined)
      expect([before.frames, before.closed]).toEqual([[], { code: 1011, reason: "no" }])
      stop()
      simulator.behave(acceptThenClose({ afterAck: true }))
      const after = await dial()
      await after.until(() => after.closed !== undefined)
      expect([after.messages.map(({ action }) => action), after.closed?.code]).toEqual([["socket_connected"], 1000])
    }))

  it("never acknowledge", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      simulator.behave(noAck())
      const probe = await dial()
      await probe.ping(simulator)
      expect(probe.messages.map(({ action }) => action)).toEqual(["ping"])
    }))

  it("can ignore a subscribe", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      simulator.behave(ignoreSubscribe())
      const probe = await dial()
      probe.subscribe({})
      probe.socket.ping()
      await probe.until(() => probe.pongs === 1)
      simulator.step(100)
      await probe.ping(simulator)
      expect(probe.messages.map(({ action }) => action)).toEqual(["socket_connected", "ping"])
      expect(simulator.stats().subscribes).toEqual([])
    }))

  it("answer a subscribe with a bare error, and close", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      simulator.behave(errorThenClose("Your trial has expired", { code: 1008 }))
      const probe = await subscribed()
      await probe.until(() => probe.closed !== undefined)
      expect([probe.frames[1]?.data, probe.closed?.code]).toEqual(['{"error":"Your trial has expired"}', 1008])
    }))

  it("mute a socket that stays open, and lose nothing of what waited", () =>
    withSimulator(quiet, async ({ simulator, subscribed, dial }) => {
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      const frames = probe.frames.length
      const stop = simulator.behave(mute())
      simulator.step(500)
      simulator.ping()
      probe.socket.ping()
      const later = await dial()
      later.socket.ping()
      // What the probe sends is read in order: once this is counted, the pings before it were not answered.
      probe.socket.send("x")
      later.socket.send("x")
      await simulator.waitFor((stats) => stats.notUnderstood === 2)
      expect([probe.frames.length, probe.pongs, later.frames.length, later.pongs]).toEqual([frames, 0, 0, 0])
      expect([probe.closed, later.closed]).toEqual([undefined, undefined])
      stop()
      await probe.until(() => probe.actions("ping").length === 2)
      expect(probe.book).toEqual(simulator.book())
      await later.until(() => later.actions("socket_connected").length === 1)
    }))

  it("cut a muted client whose backlog grows beyond the bound", () =>
    withSimulator({ ...quiet, maxBacklogBytes: 200_000 }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sports: ["MLB"], sportsbooks: ["draftkings"] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.behave(mute())
      for (let turn = 0; turn < 100 && simulator.stats().overflowed === 0; turn++) simulator.step(1000)
      await probe.until(() => probe.closed !== undefined)
      expect(probe.closed?.code).toBe(1006)
      expect(simulator.stats().overflowed).toBe(1)
    }))

  it("cut a connection in the middle of its snapshot, and let the next one be", () =>
    withSimulator({ ...quiet, messagesPerFrame: 5 }, async ({ simulator, subscribed }) => {
      simulator.behave(cutSnapshot(3))
      const cut = await subscribed()
      await cut.until(() => cut.closed !== undefined)
      expect(cut.closed?.code).toBe(1006)
      expect(cut.actions("initial_state").length).toBeLessThanOrEqual(15)
      const whole = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await whole.ping(simulator)
      expect(whole.book).toEqual(simulator.book())
    }))

  it("close in the middle of a snapshot with a code", () =>
    withSimulator({ ...quiet, messagesPerFrame: 5 }, async ({ simulator, subscribed }) => {
      simulator.behave(cutSnapshot(2, { code: 1012 }))
      const probe = await subscribed()
      await probe.until(() => probe.closed !== undefined)
      expect([probe.closed?.code, probe.actions("initial_state").length]).toEqual([1012, 10])
    }))

  it("put garbage between good frames, which all arrive", () =>
    withSimulator({ ...quiet, messagesPerFrame: 2 }, async ({ simulator, subscribed }) => {
      simulator.behave(garbage(1))
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.step(200)
      simulator.pushFrame('"the end"')
      await probe.until(() => probe.frames.at(-1)?.data === '"the end"')
      const received = new Set(probe.frames.map(({ data }) => data))
      const garbled = garbageFrames.map((frame) => typeof frame === "string" ? frame : Buffer.from(frame).toString())
      expect(garbled.filter((frame) => !received.has(frame))).toEqual([])
      expect(probe.book).toEqual(simulator.book())
    }))

  it("spoil one outcome among others: the book has no price for it until it is sent again", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      const line = simulator.spoil()
      await probe.ping(simulator)
      const message = probe.actions("line_update").at(-1)!
      const [item] = decodeFrame(JSON.stringify(message))
      expect(item?._tag === "Message" ? item.rejected.map(({ value }) => (value as { odds: unknown }).odds) : [])
        .toEqual(["1.91"])
      expect(line in simulator.book()).toBe(false)
      expect(probe.book).toEqual(simulator.book())
      expect(simulator.spoil(0)).not.toBe(line)
    }))

  it("are added by anyone: a hook of the user's own changes frames on their way", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const twice: Behavior = {
        name: "twice",
        frame: (_, frame) => frame.kind === "snapshot" ? [frame, frame] : undefined,
      }
      simulator.behave(twice)
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      const states = probe.actions("initial_state").length
      expect(states).toBe(simulator.snapshot().length * 2)
    }))

  it("can leave a dial or a request unanswered, or reset it", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const stop = simulator.behave({ name: "reset", dial: () => "reset", request: () => "reset" })
      await expect(dial()).rejects.toMatchObject({ code: "ECONNRESET" })
      await expect(fetch(`${simulator.restUrl}/get_info?key=k`)).rejects.toThrow("fetch failed")
      stop()
      simulator.behave({ name: "hang", dial: () => "hang", request: () => "hang" })
      // Still unanswered when the server stops, which it does all the same.
      dial().catch(() => {})
      await simulator.waitFor((stats) => stats.dials.length === 2)
      const aborted = AbortSignal.timeout(50)
      await expect(fetch(`${simulator.restUrl}/get_info?key=k`, { signal: aborted })).rejects.toMatchObject({
        name: "TimeoutError",
      })
      expect(simulator.stats().dials.map(({ status }) => status)).toEqual([0, 0])
    }))
})

describe("a restart", () => {
  it("cuts everyone, and is back with a world that went on unseen", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const before = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await before.ping(simulator)
      const restarted = simulator.restart({ missedMessages: 2000 })
      await before.until(() => before.closed !== undefined)
      await restarted
      expect(before.book).not.toEqual(simulator.book())
      const after = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await after.ping(simulator)
      expect(after.book).toEqual(simulator.book())
    }))

  it("resets dials while it is away", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const restarted = simulator.restart({ downMillis: 1000 })
      await expect(dial()).rejects.toMatchObject({ code: "ECONNRESET" })
      await restarted
      await dial()
    }))
})
