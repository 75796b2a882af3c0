/** The simulator for programs on promises. */
import { MessageBatch, Subscription } from "@boltodds/feed-server"
import { behave } from "./controls/behave.ts"
import { flood } from "./controls/flood.ts"
import { publish, push, pushFrame, resend, spoil } from "./controls/messages.ts"
import { restartNow } from "./controls/restart.ts"
import { parseFaults } from "./faults/parseFaults.ts"
import type { SimulatorOptions } from "./Options.ts"
import { Simulation } from "./Simulation.ts"
import type { Simulator } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"

/**
 * Starts a simulator; it runs until it is stopped.
 *
 * Rejects with {@link SimulatorError}: the address cannot be had, the recording cannot be read, or an option has a
 * value that cannot be.
 *
 * @example
 * ```ts
 * import { startSimulator } from "@boltodds/simulator"
 *
 * const simulator = await startSimulator({ rate: 1000 })
 * const socket = new WebSocket(`${simulator.url}?key=${simulator.key}`)
 * await simulator.waitFor((stats) => stats.open === 1)
 * socket.close()
 * await simulator.stop()
 * ```
 */
export const startSimulator = async (options: SimulatorOptions = {}): Promise<Simulator> => {
  checkOptions(options)
  const simulation = new Simulation(options)
  await simulation.open()
  return handleOf(simulation)
}

/** What cannot be is said before anything is started. */
const checkOptions = ({ rate, replay }: SimulatorOptions): void => {
  if (rate !== undefined && !(rate >= 0 && rate <= 50_000)) {
    throw wrong(`Cannot simulate as rate must be from 0 to 50000 messages a second: current value is ${rate}`)
  }
  if (replay?.speed !== undefined && replay.speed !== "max" && !(replay.speed > 0)) {
    throw wrong(`Cannot replay as speed must be above 0, or "max": current value is ${replay.speed}`)
  }
}

const wrong = (message: string): SimulatorError => new SimulatorError("options", message)

const handleOf = (simulation: Simulation): Simulator => {
  const { server } = simulation
  const { address: host, port } = server
  // An IPv6 address stands in brackets within a URL (RFC 3986, section 3.2.2).
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`
  return {
    host,
    port,
    url: `ws://${authority}/api`,
    restUrl: `http://${authority}/api`,
    key: server.key,
    stats: () => simulation.stats(),
    connections: () => server.clients.map((client) => client.id),
    pause: () => {
      simulation.generator?.pause()
      simulation.replay?.pause()
    },
    resume: () => {
      simulation.generator?.resume()
      simulation.replay?.resume()
    },
    setRate: (rate) => {
      checkOptions({ rate })
      simulation.generator?.setRate(rate)
    },
    step: (messages) => simulation.generate(messages),
    book: (filters) => simulation.book.priced(filters === undefined ? undefined : new Subscription(filters)),
    snapshot: (filters) => simulation.book.snapshot(new Subscription(filters ?? {}), simulation.now()),
    publish: (messages) => publish(simulation, messages),
    spoil: (odds) => spoil(simulation, odds === undefined ? "1.91" : odds),
    clear: (sportsbook, sport) => simulation.clear(sportsbook, sport),
    remove: (sportsbook, game) => simulation.remove(sportsbook, game),
    resend: (game, target) => resend(simulation, game, target ?? {}),
    push: (messages, options) => push(simulation, messages, options ?? {}),
    pushFrame: (frame, options) => pushFrame(simulation, frame, options ?? {}),
    ping: (target) => server.ping(target ?? {}),
    disconnect: (how, target) => server.disconnect(how, target ?? {}),
    behave: (behavior) => behave(simulation, behavior),
    inject: (faults) => inject(simulation, faults),
    pregenerate: (messages) => {
      const batch = new MessageBatch(simulation.run(messages), { ...simulation.options, binary: false })
      // Without `binary` all frames are texts.
      return batch.frames() as ReadonlyArray<string>
    },
    drained: () =>
      server.until(() => server.clients.every((client) => client.isDrained || client.isHindered || !client.isOpen)),
    waitFor: async (condition) => {
      let stats = simulation.stats()
      await server.until(() => condition(stats = simulation.stats()))
      return stats
    },
    flood: (frames, options) => flood(simulation, frames, options ?? {}),
    restart: async (options) => restartNow(simulation, options ?? {}),
    stop: () => simulation.stop(),
  }
}

const inject = (simulation: Simulation, faults: string): () => void => {
  const ends: Array<() => void> = []
  const end = (): void => ends.forEach((one) => one())
  try {
    for (const behavior of parseFaults(faults)) ends.push(behave(simulation, behavior))
  } catch (error) {
    end()
    throw error
  }
  return end
}
