/** Telling again how a game stands. */
import type { FeedMessage } from "@boltodds/protocol"
import type { GameAt } from "./FeedBook.ts"
import type { Server } from "./Server.ts"
import type { ConnectionTarget } from "./Simulator.ts"
import { latest } from "./world/Timestamp.ts"

/** See `Simulator.resend`. */
export const resend = (server: Server, { sport, sportsbook, game }: GameAt, target: ConnectionTarget): void => {
  const entry = server.book.entry(sportsbook, game)
  const stamp = latest(server.host.now())
  const message: FeedMessage = entry === undefined
    ? { timestamp: stamp, action: "game_removed", data: { sport, sportsbook, game, info: {}, outcomes: {} } }
    : {
      timestamp: stamp,
      action: "game_update",
      data: { ...entry.data, outcomes: Object.fromEntries(entry.outcomes) },
    }
  for (const client of server.targets(target)) client.resend(message)
  server.waiters.check()
}
