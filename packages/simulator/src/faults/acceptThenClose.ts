/** Connections that do not last. */
import type { Behavior, FaultHost } from "./Behavior.ts"

/** Accepts connections and closes them at once: before the acknowledgement, or right after it. */
export const acceptThenClose = (options: {
  /** @default 1000 */
  readonly code?: number
  readonly reason?: string
  /** Whether `socket_connected` is sent first. @default false */
  readonly afterAck?: boolean
  /** How many connections; afterwards it does nothing. @default unlimited */
  readonly connections?: number
} = {}): Behavior => {
  let left = options.connections ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "accept-then-close",
    start: (_, given) => host = given,
    open: (wire) => {
      if (left-- <= 0) return undefined
      host?.struck()
      if (options.afterAck === true) wire.send(JSON.stringify({ action: "socket_connected" }))
      wire.close(options.code ?? 1000, options.reason)
      return "no_ack"
    },
  }
}
