/** Runs a test against a simulator of its own. */
import { type Simulator, type SimulatorOptions, startSimulator } from "@boltodds/simulator"
import { Probe } from "./Probe.ts"
import type { Filters } from "@boltodds/protocol"

export interface Lab {
  readonly simulator: Simulator
  readonly dial: (key?: string) => Promise<Probe>
  readonly subscribed: (filters?: Filters) => Promise<Probe>
}

/** A small world that moves only when a test steps it. */
export const quiet: SimulatorOptions = { rate: 0, pingMillis: 0, world: { games: 8 } }

export const withSimulator = async (options: SimulatorOptions, test: (lab: Lab) => Promise<void>): Promise<void> => {
  const simulator = await startSimulator(options)
  const probes: Array<Probe> = []
  const keep = (probe: Probe): Probe => {
    probes.push(probe)
    return probe
  }
  try {
    await test({
      simulator,
      dial: async (key) => keep(await Probe.dial({ url: simulator.url, key: key ?? simulator.key })),
      subscribed: async (filters) => keep(await Probe.subscribed(simulator, filters)),
    })
  } finally {
    for (const probe of probes) probe.stop()
    await simulator.stop()
  }
}
