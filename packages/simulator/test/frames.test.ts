import { exampleGames } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { quiet, withSimulator } from "./withSimulator.ts"

const dataFrames = (frames: ReadonlyArray<{ readonly data: string; readonly isBinary: boolean }>) =>
  frames.filter(({ data }) => data.includes('"data"'))

describe("frames", () => {
  it("are arrays of up to 50 messages by default, acknowledgements and pings objects", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.step(120)
      await probe.ping(simulator)
      const sizes = dataFrames(probe.frames).map(({ data }) => (JSON.parse(data) as ReadonlyArray<unknown>).length)
      expect(Math.max(...sizes)).toBe(50)
      expect(sizes.every((size) => size >= 1)).toBe(true)
      expect(probe.frames.at(-1)?.data).toBe('{"action":"ping"}')
    }))

  it("are single objects where set", () =>
    withSimulator({ ...quiet, frames: "objects" }, async ({ simulator, subscribed }) => {
      const probe = await subscribed()
      await simulator.waitFor((stats) => stats.subscribed === 1)
      simulator.step(20)
      await probe.ping(simulator)
      expect(probe.frames.every(({ data }) => data.startsWith("{"))).toBe(true)
      expect(probe.book).toEqual(simulator.book())
    }))

  it("are single objects for a client that asks for games by name, as the vendor's example does", () =>
    withSimulator(quiet, async ({ simulator, subscribed }) => {
      const [one, all] = [await subscribed({ games: [exampleGames[0]] }), await subscribed()]
      await simulator.waitFor((stats) => stats.subscribed === 2)
      simulator.step(200)
      await one.ping(simulator)
      await all.until(() => all.actions("ping").length === 1)
      expect(new Set(dataFrames(one.frames).map(({ data }) => data[0]))).toEqual(new Set(["{"]))
      expect(new Set(dataFrames(all.frames).map(({ data }) => data[0]))).toEqual(new Set(["["]))
    }))

  it("are both where mixed", () =>
    withSimulator({ ...quiet, frames: "mixed" }, async ({ simulator, subscribed }) => {
      const probe = await subscribed({ sportsbooks: ["draftkings"] })
      await simulator.waitFor((stats) => stats.subscribed === 1)
      for (let turn = 0; turn < 100; turn++) simulator.step(1)
      simulator.step(300)
      await probe.ping(simulator)
      const starts = new Set(dataFrames(probe.frames).map(({ data }) => data[0]))
      expect(starts).toEqual(new Set(["[", "{"]))
      expect(probe.book).toEqual(simulator.book({ sportsbooks: ["draftkings"] }))
    }))

  it("are binary where set, pings and acknowledgements text all the same", () =>
    withSimulator({ ...quiet, binary: true }, async ({ simulator, subscribed }) => {
      const [all, some] = [await subscribed(), await subscribed({ sports: ["MLB"] })]
      await simulator.waitFor((stats) => stats.subscribed === 2)
      simulator.step(200)
      await all.ping(simulator)
      await some.until(() => some.actions("ping").length === 1)
      for (const probe of [all, some]) {
        expect(
          dataFrames(probe.frames).filter(({ isBinary }) => !isBinary)
            .map(({ data }) => data.slice(0, 30)),
        ).toEqual(['{"action":"subscription_updated'.slice(0, 30)].slice(1))
        expect(probe.frames[0]?.isBinary).toBe(false)
        expect(probe.frames.at(-1)).toEqual({ data: '{"action":"ping"}', isBinary: false })
      }
      expect(all.book).toEqual(simulator.book())
      expect(some.book).toEqual(simulator.book({ sports: ["MLB"] }))
    }))
})
