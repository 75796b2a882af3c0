/** Switching behaviors on and off. */
import { hashText } from "@boltodds/text"
import type { ServerClient } from "./ServerClient.ts"
import type { Behavior, FaultHost, Wire } from "./faults/Behavior.ts"
import { Random } from "./Random.ts"
import { restartNow } from "./goAway.ts"
import { resend } from "./resend.ts"
import type { Server } from "./Server.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { spoil } from "./spoil.ts"

/** Switches a behavior on; gives what switches it off. */
export const behave = (server: Server, behavior: Behavior): () => void => {
  if (behavior.needsWorld === true && server.world === undefined) {
    throw new SimulatorError(
      "faults",
      `Cannot simulate ${behavior.name}: it changes the world, and a recording has none`,
    )
  }
  const nth = server.behaviors.add(behavior)
  const timers = new Set<NodeJS.Timeout>()
  const cancelAll = (): void => timers.forEach((timer) => clearTimeout(timer))
  server.reshape()
  server.endings.add(cancelAll)
  behavior.start?.(server.clients, hostOf(server, behavior, nth, timers))
  return () => {
    if (!server.behaviors.remove(behavior)) return
    server.endings.delete(cancelAll)
    cancelAll()
    server.reshape()
    behavior.stop?.(server.clients)
  }
}

const hostOf = (server: Server, behavior: Behavior, nth: number, timers: Set<NodeJS.Timeout>): FaultHost => {
  const randoms = new Map<number, Random>()
  const games = function* () {
    for (const { sportsbook, sport } of server.book.entries()) yield { sportsbook, sport }
  }
  return {
    random: (wire) => {
      const id = wire?.id ?? 0
      let random = randoms.get(id)
      if (random === undefined) {
        random = new Random(hashText(`${server.faultSeed} ${behavior.name} ${nth} ${id}`) | 0)
        randoms.set(id, random)
      }
      return random
    },
    wires: () => server.clients.filter((client) => client.isOpen),
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
    struck: () => server.stats.strike(behavior.name),
    sportsbooks: () => [...new Set([...games()].map(({ sportsbook }) => sportsbook))],
    sports: (book) => [
      ...new Set([...games()].flatMap(({ sportsbook, sport }) => sportsbook === book ? [sport] : [])),
    ],
    clear: (sportsbook, sport) => server.clear(sportsbook, sport),
    spoil: (odds) => server.book.size === 0 ? undefined : spoil(server, odds),
    resend: (wire, game) => resend(server, game, { connection: wire.id }),
    emit: (wire: Wire, frame) => {
      const client: ServerClient | undefined = server.client(wire.id)
      const shape = server.behaviors.shape(behavior)
      for (const one of shape?.(wire, frame) ?? [frame]) client?.shaped(one.kind, one.data)
    },
    // It throws at once or not at all; nobody waits for it to be back.
    restart: (options) => void restartNow(server, options),
  }
}
