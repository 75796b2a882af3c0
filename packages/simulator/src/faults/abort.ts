/** Connections that break. */
import type { Behavior } from "./Behavior.ts"

/** Resets the connections that are open when it is switched on (TCP RST): what was under way is lost. */
export const abort = (): Behavior => ({
  name: "abort",
  start: (wires, host) => {
    host.struck()
    for (const wire of wires) wire.reset()
  },
})
