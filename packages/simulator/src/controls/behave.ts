/** Switching behaviors on and off. */
import type { Wire } from "@boltodds/feed-server"
import { hashText } from "@boltodds/text"
import type { Behavior, FaultHost } from "../faults/Behavior.ts"
import { Random } from "../Random.ts"
import type { Simulation } from "../Simulation.ts"
import { SimulatorError } from "../SimulatorError.ts"
import { resend, spoil } from "./messages.ts"
import { restartNow } from "./restart.ts"

/** Switches a behavior on; returns a function that switches it off. */
export const behave = (simulation: Simulation, behavior: Behavior): () => void => {
  const { behaviors, endings, server } = simulation
  if (behavior.needsWorld === true && simulation.world === undefined) {
    throw new SimulatorError(
      "faults",
      `Cannot simulate ${behavior.name}: it changes the world, and a recording has none`,
    )
  }
  const nth = behaviors.add(behavior)
  const timers = new Set<NodeJS.Timeout>()
  const cancelAll = (): void => timers.forEach((timer) => clearTimeout(timer))
  endings.add(cancelAll)
  behavior.start?.(server.clients, hostOf(simulation, behavior, nth, timers))
  return () => {
    if (!behaviors.remove(behavior)) return
    endings.delete(cancelAll)
    cancelAll()
    behavior.stop?.(server.clients)
  }
}

const hostOf = (simulation: Simulation, behavior: Behavior, nth: number, timers: Set<NodeJS.Timeout>): FaultHost => {
  const { behaviors, server } = simulation
  const randoms = new Map<number, Random>()
  return {
    random: (wire) => {
      const id = wire?.id ?? 0
      let random = randoms.get(id)
      if (random === undefined) {
        random = new Random(hashText(`${simulation.faultSeed} ${behavior.name} ${nth} ${id}`) | 0)
        randoms.set(id, random)
      }
      return random
    },
    wires: () => server.targets({}),
    later: (millis, action) => {
      const timer = setTimeout(() => {
        timers.delete(timer)
        action()
      }, millis)
      timers.add(timer)
      return () => {
        clearTimeout(timer)
        timers.delete(timer)
      }
    },
    struck: () => behaviors.strike(behavior.name),
    sportsbooks: () => [...new Set([...simulation.book.entries()].map(({ sportsbook }) => sportsbook))],
    sports: (sportsbook) => [
      ...new Set([...simulation.book.entries()].flatMap((one) => one.sportsbook === sportsbook ? [one.sport] : [])),
    ],
    clear: (sportsbook, sport) => simulation.clear(sportsbook, sport),
    spoil: (odds) => simulation.book.size === 0 ? undefined : spoil(simulation, odds),
    resend: (wire, game) => resend(simulation, game, { connection: wire.id }),
    emit: (wire: Wire, frame) => {
      const client = server.client(wire.id)
      const frames = behaviors.frameAfter(behavior)?.(wire, frame) ?? [frame]
      for (const one of frames) client?.pass(one.kind, one.data)
    },
    // Whether it may restart is decided at once; nothing waits until it is back.
    restart: (options) => void restartNow(simulation, options),
  }
}
