/** The server goes away and comes back. */
import type { RestartOptions } from "../Options.ts"
import type { Simulation } from "../Simulation.ts"
import { SimulatorError } from "../SimulatorError.ts"

/** See `Simulator.restart`. Resolves when the server is back; throws at once if the restart is not possible. */
export const restartNow = (simulation: Simulation, options: RestartOptions): Promise<void> => {
  const { behaviors, server } = simulation
  const { world: other, missedMessages, downMillis, how = "abort" } = options
  if (simulation.world === undefined && (other !== undefined || missedMessages !== undefined)) {
    throw new SimulatorError("options", "Cannot come back with a changed world while a recording is replayed")
  }
  const world = other === undefined ? undefined : simulation.makeWorld(other)
  behaviors.away = true
  for (const client of server.clients) client.live = false
  server.disconnect(how, {})
  if (world !== undefined) simulation.settle(world)
  if (missedMessages !== undefined) simulation.run(missedMessages)
  return back(simulation, downMillis)
}

const back = async ({ behaviors }: Simulation, downMillis: number | undefined): Promise<void> => {
  if (downMillis !== undefined) await new Promise((resolve) => setTimeout(resolve, downMillis))
  behaviors.away = false
}
