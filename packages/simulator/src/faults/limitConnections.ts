/** One connection too many. */
import type { Behavior, FaultHost } from "./Behavior.ts"

const text = "too many concurrent connections"

/**
 * Lets no more than so many connections be open. One more is refused with HTTP 503, or let in, told so in a bare text,
 * and closed: both as a client has reported them (PROTOCOL, "Endpoints").
 */
export const limitConnections = (options: {
  /** @default 1 */
  readonly connections?: number
  /** @default "status" */
  readonly as?: "status" | "text"
} = {}): Behavior => {
  const { connections = 1, as = "status" } = options
  let host: FaultHost | undefined
  return {
    name: "connection-limit",
    start: (_, given) => host = given,
    dial: ({ open }) => {
      if (as !== "status" || open < connections) return undefined
      host?.struck()
      return { status: 503, body: text }
    },
    open: (wire) => {
      // The new one is among them.
      if (as !== "text" || host === undefined || host.wires().length <= connections) return undefined
      host.struck()
      wire.send(text)
      wire.close(1008)
      return "no_ack"
    },
  }
}
