/** A feed that is alive and tells nothing. */
import type { Behavior } from "./Behavior.ts"
import { holding } from "./holding.ts"

/**
 * The feed's pings, acknowledgements and answers go on, odds do not come. They wait, within the server's bound for a
 * backlog, and go out when this is switched off; a connection whose backlog grew beyond it is cut.
 */
export const pingsOnly = (): Behavior => holding("pings-only", "data")
