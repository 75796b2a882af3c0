/** A server that goes away and comes back with other games. */
import type { RestartOptions } from "../Options.ts"
import type { Behavior } from "./Behavior.ts"

/**
 * The server goes away with all its connections, and comes back with another world: other games, other odds. What a
 * client held before is no longer there, and no removal says so.
 */
export const restart = (options: {
  /** Of the world that it comes back with. @default another one each time */
  readonly seed?: number
  /** How long dials are reset. @default 0 */
  readonly downMillis?: number
  /** @default "abort" */
  readonly how?: RestartOptions["how"]
} = {}): Behavior => ({
  name: "restart",
  needsWorld: true,
  start: (_, host) => {
    host.struck()
    const { downMillis = 0, how = "abort", seed = host.random().int(2 ** 31) } = options
    host.restart({ downMillis, how, world: { seed } })
  },
})
