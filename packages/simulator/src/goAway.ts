/** Going away and coming back. */
import type { RestartOptions } from "./Restart.ts"
import type { Server } from "./Server.ts"

/** See `Simulator.restart`. */
export const restart = async (server: Server, options: RestartOptions): Promise<void> => {
  const world = options.world === undefined ? undefined : server.makeWorld(options.world)
  server.away = true
  for (const client of server.clients) client.live = false
  server.disconnect(options.how ?? "abort", {})
  if (world !== undefined) server.settle(world)
  if (options.missedMessages !== undefined) server.run(options.missedMessages)
  if (options.downMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, options.downMillis))
  server.away = false
}
