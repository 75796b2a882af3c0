/** Connections that are never acknowledged. */
import type { Behavior, FaultHost } from "./Behavior.ts"

/** The connection opens, and `socket_connected` never comes. A subscribe is acted upon all the same. */
export const noAck = (options: {
  /** How many connections; afterwards it does nothing. @default unlimited */
  readonly connections?: number
} = {}): Behavior => {
  let left = options.connections ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "no-ack",
    start: (_, given) => host = given,
    open: () => {
      if (left-- <= 0) return undefined
      host?.struck()
      return "no_ack"
    },
  }
}
