/** Bytes that trickle. */
import type { Wire } from "@boltodds/feed-server"
import type { Behavior } from "./Behavior.ts"

/**
 * Lets only so many bytes a second out on each connection, frames cut anywhere: a whole frame takes long, and the feed's
 * pings wait behind it. The rest comes at once when this is switched off; a connection whose backlog grew beyond the
 * server's bound is cut.
 */
export const slowDrip = (options: {
  /** @default 1000 */
  readonly bytesPerSecond?: number
} = {}): Behavior => {
  const drip = (wire: Wire): void => wire.throttle(options.bytesPerSecond ?? 1000)
  return {
    name: "slow-drip",
    start: (wires, host) => {
      host.struck()
      wires.forEach(drip)
    },
    open: (wire) => {
      drip(wire)
      return undefined
    },
    stop: (wires) => wires.forEach((wire) => wire.throttle(undefined)),
  }
}
