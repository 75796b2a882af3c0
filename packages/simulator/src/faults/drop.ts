/** Connections that end. */
import type { Behavior } from "./Behavior.ts"

/**
 * Closes the connections that are open when it is switched on, cleanly: with a close frame.
 *
 * See `scheduled` for doing so again and again.
 */
export const drop = (options: {
  /** @default 1000 */
  readonly code?: number
  readonly reason?: string
} = {}): Behavior => ({
  name: "drop",
  start: (wires, host) => {
    host.struck()
    for (const wire of wires) wire.close(options.code ?? 1000, options.reason)
  },
})
