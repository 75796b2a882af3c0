import { exampleGames } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { Refused } from "./Probe.ts"
import { quiet, withSimulator } from "./withSimulator.ts"

describe("a connection", () => {
  it("is acknowledged with the plan", () =>
    withSimulator(quiet, async ({ dial }) => {
      const probe = await dial()
      await probe.until(() => probe.frames.length > 0)
      expect(probe.frames).toEqual([{ data: '{"action":"socket_connected","plan":"Pro"}', isBinary: false }])
    }))

  it("is acknowledged without a plan by an older server, which does not confirm subscriptions", () =>
    withSimulator({ ...quiet, plan: null, confirmSubscribe: false }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ games: [exampleGames[0]] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      expect(probe.frames[0]?.data).toBe('{"action":"socket_connected"}')
      expect(probe.actions("subscription_updated")).toEqual([])
      expect(probe.actions("initial_state").length).toBeGreaterThan(5)
    }))

  it("gets only pings until it subscribes", () =>
    withSimulator({ ...quiet, rate: 1000, pingMillis: 10 }, async ({ dial }) => {
      const probe = await dial()
      await probe.until(() => probe.actions("ping").length >= 4)
      expect(new Set(probe.messages.map(({ action }) => action))).toEqual(new Set(["socket_connected", "ping"]))
      expect(probe.frames.at(-1)?.data).toBe('{"action":"ping"}')
    }))

  it("gets one initial state of each game at each sportsbook, then the stream, and holds what the server holds", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.step(3000)
      await probe.ping(simulator)
      const first = probe.dataMessages.findIndex(({ action }) => action !== "initial_state")
      const states = probe.dataMessages.slice(0, first).map(({ data }) => JSON.stringify([data.sportsbook, data.game]))
      expect(probe.actions("initial_state").length).toBe(states.length)
      expect(new Set(states).size).toBe(states.length)
      expect(Object.keys(probe.book).length).toBeGreaterThan(1000)
      expect(probe.book).toEqual(simulator.book())
    }))

  it("gets only what its filters let through, by exact names", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const filters = {
        sports: ["MLB", "NBA", "mlb"],
        sportsbooks: ["draftkings", "betmgm", "draftking"],
        markets: ["Moneyline", "Total"],
      }
      const probe = await subscribed(filters)
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.step(5000)
      await probe.ping(simulator)
      expect(Object.keys(probe.book).length).toBeGreaterThan(20)
      expect(probe.book).toEqual(simulator.book(filters))
      const seen = probe.dataMessages.map(({ data }) => data.sportsbook)
      expect(new Set(seen)).toEqual(new Set(["draftkings", "betmgm"]))
    }))

  it.each([
    ["an empty list", { sports: [] }],
    ["an empty list beside good ones", { sportsbooks: ["draftkings"], markets: [] }],
    ["an unknown sportsbook", { sportsbooks: ["draftking"] }],
    ["an unknown market", { markets: ["Moneylines"] }],
    ["a sport without games", { sports: ["NCAAB"] }],
  ])(
    "gets only pings for %s",
    (_, filters) =>
      withSimulator({
        ...quiet,
        world: { games: 8, weights: { book_clear: 2_000, sport_clear: 2_000, remove: 2_000 } },
      }, async (lab) => {
        const probe = await lab.subscribed(filters)
        await lab.simulator.waitFor((stats) => stats.subscribed === 1)
        lab.simulator.step(3000)
        await probe.ping(lab.simulator)
        expect(probe.messages.map(({ action }) => action)).toEqual(["socket_connected", "subscription_updated", "ping"])
      }),
  )

  it("takes no filters from outside `filters`, and no invalid list", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const probe = await dial()
      probe.socket.send(JSON.stringify({ action: "subscribe", sports: ["MLB"], filters: { sportsbooks: "betmgm" } }))
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      expect(simulator.stats().subscribes[0]?.filters).toEqual({})
      expect(probe.book).toEqual(simulator.book())
    }))

  it("replaces the filters with each subscribe", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: ["draftkings"] })
      await simulator.waitFor((stats) => stats.subscribes.length === 1)
      await probe.ping(simulator)
      const before = probe.dataMessages.length
      probe.subscribe({ sportsbooks: ["betmgm"] })
      await simulator.waitFor((stats) => stats.subscribes.length === 2)
      simulator.step(2000)
      await probe.ping(simulator)
      const after = probe.dataMessages.slice(before)
      expect(new Set(after.map(({ data }) => data.sportsbook))).toEqual(new Set(["betmgm"]))
      expect(after.filter(({ action }) => action === "initial_state").length).toBeGreaterThan(3)
    }))

  it("gets an error about an unknown game, and the other games", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ games: ["Nobody vs Noone, 2026-07-16, 01", exampleGames[0]] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      expect(probe.actions("error")).toEqual([
        { action: "error", message: "Cannot subscribe to game Nobody vs Noone, 2026-07-16, 01. Code 1" },
      ])
      expect(probe.actions("initial_state").length).toBeGreaterThan(5)
    }))

  it("may say what it likes: what is no subscribe is counted and ignored", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const probe = await dial()
      for (const text of ["", "{", "[]", '{"action":"pong"}', "null"]) probe.socket.send(text)
      await simulator.waitFor((stats) => stats.notUnderstood === 5)
      await probe.ping(simulator)
      expect(probe.messages.map(({ action }) => action)).toEqual(["socket_connected", "ping"])
    }))

  it("is answered when it pings", () =>
    withSimulator(quiet, async ({ dial }) => {
      const probe = await dial()
      probe.socket.ping()
      await probe.until(() => probe.pongs === 1)
      expect(probe.pongs).toBe(1)
    }))

  it("is ended with a code, or without one", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      const [first, second] = [await dial(), await dial()]
      const [one] = simulator.connections()
      simulator.disconnect({ code: 1012, reason: "restarting" }, { connection: one! })
      await first.until(() => first.closed !== undefined)
      expect(first.closed).toEqual({ code: 1012, reason: "restarting" })
      expect(second.closed).toBeUndefined()
      simulator.disconnect("abort")
      await second.until(() => second.closed !== undefined)
      expect(second.closed?.code).toBe(1006)
    }))
})

describe("a dial", () => {
  it("is refused with 401 for a missing or wrong key", () =>
    withSimulator({ ...quiet, key: ["one", "two"] }, async ({ simulator, dial }) => {
      await expect(dial("")).rejects.toMatchObject({ status: 401, body: "Missing API key" })
      await expect(dial("three")).rejects.toMatchObject({ status: 401, body: "Invalid API key" })
      await dial("two")
      expect(simulator.stats().dials.map(({ status }) => status)).toEqual([401, 401, 101])
      expect(simulator.key).toBe("one")
    }))

  it("is refused with 503 beyond the plan's connections, per key, until one closes", () =>
    withSimulator({ ...quiet, limits: { connections: true } }, async ({ simulator, dial }) => {
      const [first] = [await dial("a"), await dial("a"), await dial("a")]
      await dial("b")
      const refused = await dial("a").catch((error: unknown) => error)
      expect(refused).toBeInstanceOf(Refused)
      expect(refused).toMatchObject({ status: 503, body: "too many concurrent connections" })
      first.stop()
      await simulator.waitFor((stats) => stats.open === 3)
      await dial("a")
    }))

  it("gets a text and is closed, if the server is set to do so", () =>
    withSimulator(
      { ...quiet, plan: "Growth", limits: { connections: true, overConnections: "text" } },
      async ({ dial }) => {
        await dial()
        const second = await dial()
        await second.until(() => second.closed !== undefined)
        expect(second.frames).toEqual([{ data: "too many concurrent connections", isBinary: false }])
        expect(second.closed?.code).toBe(1008)
      },
    ))

  it("of a Starter may ask for one sport and one market", () =>
    withSimulator({ ...quiet, plan: "Starter", limits: { connections: true } }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sports: ["MLB", "NBA"], markets: ["Moneyline"] })
      await probe.until(() => probe.actions("error").length === 1)
      expect(probe.actions("error")).toEqual([
        { action: "error", message: "Your plan allows one sport and one market" },
      ])
      probe.subscribe({ sports: ["MLB"], markets: ["Moneyline"] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      await probe.ping(simulator)
      expect(probe.actions("initial_state").length).toBeGreaterThan(5)
    }))

  it("to another path is not found", () =>
    withSimulator(quiet, async ({ simulator, dial }) => {
      await dial()
      const elsewhere = { url: simulator.url.replace("/api", "/elsewhere"), key: "k" }
      const { Probe } = await import("./Probe.ts")
      await expect(Probe.dial(elsewhere)).rejects.toMatchObject({ status: 404 })
    }))
})
