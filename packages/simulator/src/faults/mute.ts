/** Sockets that say nothing. */
import type { Behavior } from "./Behavior.ts"
import { holding } from "./holding.ts"

/**
 * Sockets stay open and say nothing: no frames, no pings, no pongs. What is to be sent waits, within the server's
 * bound for a backlog, and goes out when this is switched off; a connection whose backlog grew beyond it is cut.
 */
export const mute = (): Behavior => holding("mute", "everything")
