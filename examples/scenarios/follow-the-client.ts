/**
 * A scenario that goes by what the client does: each time it has come back and subscribed, the world is exchanged under
 * it, three times. It must end with the games of the last world and no other.
 *
 *   boltodds-pipe simulate --scenario examples/scenarios/follow-the-client.ts
 */
import type { PlayOptions, Simulator } from "@boltodds/simulator"

const followTheClient = async (simulator: Simulator, { signal }: PlayOptions): Promise<void> => {
  for (let seed = 2; seed <= 4; seed++) {
    await simulator.waitFor((stats) => stats.subscribed > 0)
    if (signal?.aborted === true) return
    const { messagesSent } = simulator.stats()
    await simulator.waitFor((stats) => stats.messagesSent > messagesSent + 100)
    await simulator.restart({ world: { seed } })
  }
}

export default followTheClient
