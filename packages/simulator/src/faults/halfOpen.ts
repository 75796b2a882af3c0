/** Connections whose other end is gone. */
import type { Wire } from "@boltodds/feed-server"
import type { Behavior } from "./Behavior.ts"

/**
 * The connections that are open when it is switched on are dead, and their clients are not told: nothing is sent, nothing
 * is read, no FIN comes; what a client sends goes into kernel buffers. New connections are fine. When it is switched off
 * the dead ones are reset, as by a host that came back and knows nothing of them.
 */
export const halfOpen = (): Behavior => {
  const dead = new Set<Wire>()
  return {
    name: "half-open",
    start: (wires, host) => {
      host.struck()
      for (const wire of wires) {
        wire.freeze()
        dead.add(wire)
      }
    },
    close: (wire) => void dead.delete(wire),
    stop: () => {
      for (const wire of dead) wire.reset()
      dead.clear()
    },
  }
}
