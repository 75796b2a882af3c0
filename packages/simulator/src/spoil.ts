/** Making one outcome unreadable. */
import type { Outcome } from "@boltodds/protocol"
import { publish } from "./publish.ts"
import type { Server } from "./Server.ts"
import { SimulatorError } from "./SimulatorError.ts"
import { Subscription } from "./Subscription.ts"
import { latest } from "./world/Timestamp.ts"

/** See `Simulator.spoil`. */
export const spoil = (server: Server, odds: unknown): string => {
  const games = server.book.snapshot(new Subscription({})).filter(({ data }) => Object.keys(data.outcomes).length > 1)
  if (games.length === 0) throw new SimulatorError("options", "Cannot spoil an outcome: no game has two of them")
  const { data } = games[server.stats.spoiled++ % games.length]!
  const outcomes = Object.entries(data.outcomes).slice(0, 8)
  const [key, outcome] = outcomes[Math.floor(outcomes.length / 2)]!
  // Odds of a type that the feed has not sent yet are the point.
  const unreadable = { ...outcome, odds } as Outcome
  publish(server, [{
    timestamp: latest(server.host.now()),
    action: "line_update",
    data: { ...data, outcomes: { ...Object.fromEntries(outcomes), [key]: unreadable } },
  }])
  return `${data.sportsbook}|${data.game}|${key}`
}
