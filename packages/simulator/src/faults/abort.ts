/** Connections that break. */
import type { Behaviour } from "./Behaviour.ts"

/** Resets the connections that are open when it is switched on (TCP RST): what was under way is lost. */
export const abort = (): Behaviour => ({
  name: "abort",
  start: (wires, host) => {
    host.struck()
    for (const wire of wires) wire.reset()
  },
})
