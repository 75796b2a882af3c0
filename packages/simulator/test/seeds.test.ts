import { type SimulatorOptions } from "@boltodds/simulator"
import { describe, expect, it } from "vitest"
import { withSimulator } from "./withSimulator.ts"

const options = (faultSeed: number): SimulatorOptions => ({
  rate: 0,
  pingMillis: 0,
  messagesPerFrame: 4,
  // Small enough that a socket takes it at once: what waits for a socket is cut into frames by its pace.
  world: { games: 4, players: 0, sportsbooks: ["draftkings", "fanduel", "betmgm"], weights: { remove: 5000 } },
  now: () => Date.UTC(2026, 6, 16),
  faultSeed,
})

/** A client that always does the same; gives the texts of all frames of its connections. */
const transcript = async (faultSeed: number, spec: string): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const connections: Array<ReadonlyArray<string>> = []
  await withSimulator(options(faultSeed), async ({ simulator, subscribed }) => {
    simulator.inject(spec)
    for (let connection = 0; connection < 3; connection++) {
      const probe = await subscribed({ sportsbooks: ["draftkings", "fanduel"] })
      await simulator.waitFor((stats) => stats.subscribes.length === connection + 1)
      for (let turn = 0; turn < 40 && probe.closed === undefined; turn++) {
        simulator.step(4)
        simulator.pushFrame(`"turn ${turn}"`)
        await probe.until(() => probe.closed !== undefined || probe.frames.at(-1)?.data === `"turn ${turn}"`)
      }
      simulator.disconnect({ code: 1000 })
      await probe.until(() => probe.closed !== undefined)
      await simulator.waitFor((stats) => stats.open === 0)
      connections.push(probe.frames.map(({ data }) => data))
    }
  })
  return connections
}

const spec = "duplicate share=0.2 what=messages lag=4, reorder burst=2 share=0.5, late-arrivals lag=2, " +
  "truncate share=0.1 within=3frames, garbage share=0.1, skew by=5s, oversize share=0.05 size=20kB times=4, " +
  "drop after=90frames"

describe("the same fault seed", () => {
  it("gives the same run, byte for byte", async () => {
    const [one, two] = [await transcript(7, spec), await transcript(7, spec)]
    expect(one[0]!.length).toBeGreaterThan(60)
    expect(two).toEqual(one)
  })

  it("of another number gives another run", async () => {
    expect(await transcript(8, spec)).not.toEqual(await transcript(7, spec))
  })

  it("does not change what one fault does when another one joins it", async () => {
    const cuts = async (faults: string): Promise<ReadonlyArray<number>> =>
      (await transcript(7, faults)).map((frames) =>
        frames.findIndex((text) => {
          try {
            return JSON.parse(text) === undefined
          } catch {
            return true
          }
        })
      )
    const alone = await cuts("truncate share=0.1 mend=none")
    expect(await cuts("skew, truncate share=0.1 mend=none")).toEqual(alone)
    expect(Math.max(...alone)).toBeGreaterThan(0)
  })
})
