/** A feed that stands still and then comes all at once. */
import type { Behavior } from "./Behavior.ts"
import { holding } from "./holding.ts"

/**
 * All frames are held back, pings too, and come in one burst when this is switched off: old news under a fresh date of
 * arrival. WebSocket pings are answered throughout, as by a proxy in front of a server that hangs.
 */
export const stall = (): Behavior => holding("stall", "frames")
