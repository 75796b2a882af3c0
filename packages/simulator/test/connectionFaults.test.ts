import {
  abort,
  acceptThenClose,
  type Behavior,
  drop,
  halfOpen,
  limitConnections,
  mute,
  noAck,
  pingsOnly,
  refuse,
  restart,
  scheduled,
  slowDrip,
  stall,
} from "@boltodds/simulator"
import { once } from "node:events"
import { connect } from "node:net"
import { describe, expect, it, vi } from "vitest"
import { type Lab, quiet, withSimulator } from "./withSimulator.ts"
import type { Probe } from "./Probe.ts"

/** A probe whose snapshot has arrived. */
const settled = async ({ simulator, subscribed }: Lab): Promise<Probe> => {
  const before = simulator.stats().subscribes.length
  const probe = await subscribed()
  await simulator.waitFor((stats) => stats.subscribes.length > before)
  await probe.ping(simulator)
  return probe
}

const closed = async (probe: Probe): Promise<number> => {
  await probe.until(() => probe.closed !== undefined)
  return probe.closed!.code
}

/** What the probe says is read in order: once this is counted, all that it did before has been met. */
const heard = async ({ simulator }: Lab, probe: Probe): Promise<void> => {
  const before = simulator.stats().notUnderstood
  probe.socket.send("x")
  await simulator.waitFor((stats) => stats.notUnderstood > before)
}

describe("drop", () => {
  it("closes cleanly, with a code and a reason, the connections that are open", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(drop({ code: 1012, reason: "service restart" }))
      expect([await closed(probe), probe.closed?.reason]).toEqual([1012, "service restart"])
      const later = await settled(lab)
      expect(later.book).toEqual(lab.simulator.book())
      expect(lab.simulator.stats().struck).toEqual({ drop: 1 })
    }))

  it("does not count a moment in which no connection is open as one of its times", () =>
    withSimulator(quiet, async (lab) => {
      const inner = drop()
      const connections: Array<number> = []
      let asked = 0
      const watched: Behavior = {
        name: "drop",
        get needsConnection() {
          asked++
          return true
        },
        start: (wires, host) => {
          connections.push(wires.length)
          inner.start?.(wires, host)
        },
      }
      lab.simulator.behave(scheduled(watched, { every: { millis: 5 }, times: 1 }))
      // Moments pass before anybody connects.
      await vi.waitUntil(() => asked >= 5, { timeout: 100_000 })
      expect(lab.simulator.stats().struck).toEqual({})
      const probe = await lab.dial()
      expect(await closed(probe)).toBe(1000)
      expect([connections, lab.simulator.stats().struck]).toEqual([[1], { drop: 1 }])
    }))

  it("comes after so many data frames of each connection, in place of the next, as often as the option says", () =>
    withSimulator({ ...quiet, messagesPerFrame: 1 }, async (lab) => {
      lab.simulator.behave(scheduled(drop(), { after: { frames: 5 }, times: 2 }))
      for (let time = 0; time < 2; time++) {
        const probe = await lab.subscribed()
        expect([await closed(probe), probe.actions("initial_state").length]).toEqual([1000, 5])
      }
      const whole = await settled(lab)
      expect(whole.book).toEqual(lab.simulator.book())
    }))

  it("comes every so often, by the server's clock", () =>
    withSimulator(quiet, async (lab) => {
      const stop = lab.simulator.inject("drop every=20ms")
      for (let time = 0; time < 3; time++) {
        const probe = await lab.dial()
        expect(await closed(probe)).toBe(1000)
      }
      stop()
    }))
})

describe("abort", () => {
  it("resets the connection: no close frame, and the TCP connection breaks", () =>
    withSimulator(quiet, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(abort())
      expect(await closed(probe)).toBe(1006)
      // On the bare socket: an error, not an end.
      const { host, port } = lab.simulator
      const socket = connect(port, host)
      socket.write(
        "GET /api?key=k HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      )
      await lab.simulator.waitFor((stats) => stats.open === 1)
      await once(socket, "data")
      lab.simulator.behave(abort())
      const [error] = await once(socket, "error")
      expect(error).toMatchObject({ code: "ECONNRESET" })
    }))
})

describe("mute", () => {
  it("begins after so many frames of a connection and ends after a time, and nothing is lost", () =>
    withSimulator({ ...quiet, messagesPerFrame: 1 }, async (lab) => {
      const { simulator } = lab
      const probe = await lab.subscribed()
      simulator.behave(scheduled(mute(), { after: { frames: 3 }, for: { millis: 100 } }))
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.step(50)
      simulator.ping()
      await probe.until(() => probe.actions("ping").length === 1)
      expect(probe.book).toEqual(simulator.book())
      expect(simulator.stats().struck).toEqual({ mute: 1 })
    }))
})

describe("half-open", () => {
  it("neither sends nor reads nor ends, while new connections work; at the end it is reset", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await settled(lab)
      const frames = probe.frames.length
      const stop = simulator.behave(halfOpen())
      simulator.step(500)
      probe.socket.ping()
      probe.socket.send("nobody reads this")
      const other = await settled(lab)
      expect(other.book).toEqual(simulator.book())
      other.socket.ping()
      await other.until(() => other.pongs === 1)
      await heard(lab, other)
      expect([probe.frames.length, probe.pongs, probe.closed]).toEqual([frames, 0, undefined])
      expect(simulator.stats()).toMatchObject({ notUnderstood: 1, open: 2, struck: { "half-open": 1 } })
      // The server does not read a close either.
      probe.socket.close()
      simulator.step(100)
      await other.ping(simulator)
      expect(simulator.stats().open).toBe(2)
      stop()
      expect(await closed(probe)).toBe(1006)
      await simulator.waitFor((stats) => stats.open === 1)
    }))
})

describe("pings-only", () => {
  it("lets pings, acknowledgements and answers through and no odds, and lets those go at the end", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const stop = simulator.behave(pingsOnly())
      const probe = await settled(lab)
      simulator.step(300)
      await probe.ping(simulator)
      expect(probe.messages.map(({ action }) => action)).toEqual([
        "socket_connected",
        "subscription_updated",
        "ping",
        "ping",
      ])
      stop()
      await probe.ping(simulator)
      expect(probe.book).toEqual(simulator.book())
    }))

  it("cuts a client that more waits for than the bound", () =>
    withSimulator({ ...quiet, maxBacklogBytes: 100_000 }, async (lab) => {
      const probe = await settled(lab)
      lab.simulator.behave(pingsOnly())
      while (lab.simulator.stats().overflowed === 0) lab.simulator.step(200)
      expect(await closed(probe)).toBe(1006)
    }))
})

describe("stall", () => {
  it("holds all frames back, answers WebSocket pings, and lets everything go in its order", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await settled(lab)
      const frames = probe.frames.length
      const stop = simulator.behave(stall())
      simulator.step(200)
      simulator.ping()
      simulator.step(100)
      probe.socket.ping()
      await probe.until(() => probe.pongs === 1)
      expect(probe.frames.length).toBe(frames)
      stop()
      simulator.ping()
      await probe.until(() => probe.actions("ping").length === 3)
      expect(probe.book).toEqual(simulator.book())
      // The ping before, the one that was held with odds on both sides of it, the one after.
      const burst = probe.messages.slice(probe.messages.findIndex(({ action }) => action === "ping"))
      const pings = burst.flatMap(({ action }, index) => action === "ping" ? [index] : [])
      expect([pings[0], pings[1]! > 200, pings[2]! - pings[1]! > 100]).toEqual([0, true, true])
    }))
})

describe("slow-drip", () => {
  it("lets so many bytes a second out, frames cut anywhere, in their order; the rest comes at the end", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await settled(lab)
      const tcp = (probe.socket as unknown as { readonly _socket: { readonly bytesRead: number } })._socket
      const [frames, bytes] = [probe.frames.length, tcp.bytesRead]
      const stop = simulator.behave(slowDrip({ bytesPerSecond: 2000 }))
      const start = performance.now()
      simulator.step(2000)
      simulator.ping()
      while (tcp.bytesRead - bytes < 500) await new Promise((resolve) => setTimeout(resolve, 5))
      const seconds = (performance.now() - start) / 1000
      // Timers are late on a busy machine, never early.
      expect((tcp.bytesRead - bytes) / seconds).toBeLessThan(2500)
      // Parts have come, no frame is whole yet.
      expect(probe.frames.length).toBe(frames)
      stop()
      await probe.ping(simulator)
      expect(probe.book).toEqual(simulator.book())
    }))

  it("lets small frames through whole, and a close frame after everything that waits", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await lab.dial()
      await probe.until(() => probe.frames.length === 1)
      simulator.behave(slowDrip({ bytesPerSecond: 1000 }))
      simulator.ping()
      simulator.ping()
      simulator.disconnect({ code: 1012 })
      expect(await closed(probe)).toBe(1012)
      expect(probe.actions("ping").length).toBe(2)
    }))

  it("does not keep others waiting, and its backlog is bounded", () =>
    withSimulator({ ...quiet, maxBacklogBytes: 2_000_000 }, async (lab) => {
      const { simulator } = lab
      const stop = simulator.behave(slowDrip({ bytesPerSecond: 100 }))
      const slow = await lab.dial()
      await simulator.waitFor((stats) => stats.open === 1)
      stop()
      simulator.behave(scheduled(slowDrip({ bytesPerSecond: 100 }), { after: { frames: 0 } }))
      await slow.until(() => slow.frames.length === 1)
      slow.subscribe({})
      await simulator.waitFor((stats) => stats.subscribed === 1)
      while (simulator.stats().overflowed === 0) simulator.step(1000)
      expect(await closed(slow)).toBe(1006)
    }))
})

describe("connection-limit", () => {
  it("refuses one connection too many with 503, until one is gone", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      simulator.behave(limitConnections())
      const first = await dial()
      await expect(dial()).rejects.toMatchObject({ status: 503, body: "too many concurrent connections" })
      first.stop()
      await simulator.waitFor((stats) => stats.open === 0)
      await dial()
      expect(simulator.stats().struck).toEqual({ "connection-limit": 1 })
    }))

  it("says it in a text and closes, if set", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      simulator.behave(limitConnections({ connections: 2, as: "text" }))
      await dial()
      await dial()
      const third = await dial()
      expect([await closed(third), third.frames.map(({ data }) => data)]).toEqual([
        1008,
        ["too many concurrent connections"],
      ])
    }))
})

describe("faults that count connections", () => {
  it("stop after so many", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      simulator.behave(acceptThenClose({ connections: 1 }))
      expect(await closed(await dial())).toBe(1000)
      const fine = await dial()
      await fine.until(() => fine.frames.length === 1)
      simulator.behave(noAck({ connections: 1 }))
      const silent = await dial()
      await silent.ping(simulator)
      const acknowledged = await dial()
      await acknowledged.ping(simulator)
      await silent.until(() => silent.actions("ping").length === 2)
      expect([silent, acknowledged].map((probe) => probe.messages.map(({ action }) => action))).toEqual([
        ["ping", "ping"],
        ["socket_connected", "ping"],
      ])
    }))

  it("strike within their time only", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      // Again and again: on a busy machine a dial may miss one of its times.
      simulator.behave(scheduled(refuse(429), { every: { millis: 400 }, for: { millis: 200 } }))
      const answers: Array<number> = []
      while (answers.length < 5) {
        const status = await dial().then(() => 101, (error: { status: number }) => error.status)
        if (status !== answers.at(-1)) answers.push(status)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      expect(answers).toEqual([101, 429, 101, 429, 101])
    }))
})

describe("restart", () => {
  it("comes back with another world, which the client learns from its snapshot alone", () =>
    withSimulator(quiet, async (lab) => {
      const { simulator } = lab
      const probe = await settled(lab)
      const old = simulator.book()
      simulator.behave(restart({ seed: 99 }))
      expect(await closed(probe)).toBe(1006)
      const games = (book: Record<string, string>): Set<string> =>
        new Set(Object.keys(book).map((key) => key.split("|")[1]!))
      const now = simulator.book()
      expect([...games(old)].filter((game) => !games(now).has(game)).length).toBeGreaterThan(2)
      const after = await settled(lab)
      expect(after.book).toEqual(now)
      expect(after.actions("game_removed")).toEqual([])
      simulator.step(200)
      await after.ping(simulator)
      expect(after.book).toEqual(simulator.book())
    }))
})
