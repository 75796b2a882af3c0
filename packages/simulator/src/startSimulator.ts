/** The simulator for programs on promises. */
import { behave } from "./behave.ts"
import { flood } from "./flood.ts"
import { parseFaults } from "./faults/parseFaults.ts"
import { composeFrames, frameForm } from "./Frames.ts"
import type { SimulatorOptions } from "./Options.ts"
import { publish, push, pushFrame } from "./publish.ts"
import { restartNow } from "./goAway.ts"
import { resend } from "./resend.ts"
import { Server } from "./Server.ts"
import type { Simulator } from "./Simulator.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { spoil } from "./spoil.ts"
import { Subscription } from "./Subscription.ts"

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
  const server = new Server(options)
  await server.open()
  return handleOf(server)
}

/** What cannot be is said before anything is started. */
const checkOptions = ({ rate, replay, messagesPerFrame }: SimulatorOptions): void => {
  if (rate !== undefined && !(rate >= 0 && rate <= 50_000)) {
    throw wrong(`Cannot simulate as rate must be from 0 to 50000 messages a second: current value is ${rate}`)
  }
  if (replay?.speed !== undefined && replay.speed !== "max" && !(replay.speed > 0)) {
    throw wrong(`Cannot replay as speed must be above 0, or "max": current value is ${replay.speed}`)
  }
  if (messagesPerFrame !== undefined && !(Number.isInteger(messagesPerFrame) && messagesPerFrame >= 1)) {
    throw wrong(`Cannot simulate as messagesPerFrame must be a whole number from 1: it is ${messagesPerFrame}`)
  }
}

const wrong = (message: string): SimulatorError => new SimulatorError("options", message)

const handleOf = (server: Server): Simulator => {
  const { host = "127.0.0.1" } = server.options
  const { port } = server
  // An IPv6 address stands in brackets within a URL (RFC 3986, section 3.2.2).
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`
  return {
    host,
    port,
    url: `ws://${authority}/api`,
    restUrl: `http://${authority}/api`,
    key: server.door.key,
    stats: () => server.snapshotStats(),
    connections: () => server.clients.map((client) => client.id),
    pause: () => {
      server.generator?.pause()
      server.replay?.pause()
    },
    resume: () => {
      server.generator?.resume()
      server.replay?.resume()
    },
    setRate: (rate) => {
      checkOptions({ rate })
      server.generator?.setRate(rate)
    },
    step: (messages) => server.generate(messages),
    book: (filters) => server.book.priced(filters === undefined ? undefined : new Subscription(filters)),
    snapshot: (filters) => server.book.snapshot(new Subscription(filters ?? {}), server.host.now()),
    publish: (messages) => publish(server, messages),
    spoil: (odds) => spoil(server, odds === undefined ? "1.91" : odds),
    clear: (sportsbook, sport) => server.clear(sportsbook, sport),
    remove: (sportsbook, game) => server.remove(sportsbook, game),
    resend: (game, target) => resend(server, game, target ?? {}),
    push: (messages, options) => push(server, messages, options ?? {}),
    pushFrame: (frame, options) => pushFrame(server, frame, options ?? {}),
    ping: (target) => server.ping(target ?? {}),
    disconnect: (how, target) => server.disconnect(how, target ?? {}),
    behave: (behavior) => behave(server, behavior),
    inject: (faults) => inject(server, faults),
    pregenerate: (messages) =>
      composeFrames(
        server.run(messages).map(({ text }) => text),
        frameForm(server.host, false),
        server.host,
      ),
    drained: () =>
      server.waiters.until(() =>
        server.clients.every((client) => client.isDrained || client.isHindered || !client.isOpen)
      ),
    waitFor: async (condition) => {
      let stats = server.snapshotStats()
      await server.waiters.until(() => condition(stats = server.snapshotStats()))
      return stats
    },
    flood: (frames, options) => flood(server, frames, options ?? {}),
    restart: async (options) => restartNow(server, options ?? {}),
    stop: () => server.stop(),
  }
}

const inject = (server: Server, faults: string): () => void => {
  const ends: Array<() => void> = []
  const end = (): void => ends.forEach((one) => one())
  try {
    for (const behavior of parseFaults(faults)) ends.push(behave(server, behavior))
  } catch (error) {
    end()
    throw error
  }
  return end
}
