/** Going away and coming back. */
import type { RestartOptions } from "./Restart.ts"
import type { Server } from "./Server.ts"
import { SimulatorError } from "./SimulatorError.ts"

/** See `Simulator.restart`. Resolves when it is back; throws at once where it cannot. */
export const restartNow = (server: Server, options: RestartOptions): Promise<void> => {
  const { world: other, missedMessages, downMillis, how = "abort" } = options
  if (server.world === undefined && (other !== undefined || missedMessages !== undefined)) {
    throw new SimulatorError("options", "Cannot come back with a changed world while a recording is replayed")
  }
  const world = other === undefined ? undefined : server.makeWorld(other)
  server.away = true
  for (const client of server.clients) client.live = false
  server.disconnect(how, {})
  if (world !== undefined) server.settle(world)
  if (missedMessages !== undefined) server.run(missedMessages)
  return back(server, downMillis)
}

const back = async (server: Server, downMillis: number | undefined): Promise<void> => {
  if (downMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, downMillis))
  server.away = false
}
