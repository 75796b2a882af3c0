/** Holding back what is to be sent, and letting it go later. */
import type { Held, Wire } from "@boltodds/feed-server"
import type { Behavior } from "./Behavior.ts"

/** A behavior that holds frames back on all connections while it is on. Nothing is lost by it. */
export const holding = (name: string, what: Held): Behavior => {
  const releases = new Map<number, () => void>()
  const hold = (wire: Wire): void => void releases.set(wire.id, wire.hold(what))
  return {
    name,
    start: (wires, host) => {
      host.struck()
      wires.forEach(hold)
    },
    open: (wire) => {
      hold(wire)
      return undefined
    },
    close: (wire) => void releases.delete(wire.id),
    stop: (wires) => {
      for (const { id } of wires) {
        releases.get(id)?.()
        releases.delete(id)
      }
    },
  }
}
