/** What a lane withholds after a loss. */
import type { Envelope } from "../Envelope.ts"

const restorings = new Set<unknown>(["game_verified", "gap_closed", "synced", "fresh"])

/**
 * Whether an envelope says that something is good again. After a loss that is said of a book which its readers do not
 * have: the resnapshot says how things stand.
 */
export const isRestoring = ({ _tag, value }: Envelope<unknown>): boolean =>
  _tag === "Control" && typeof value === "object" && value !== null && "control" in value &&
  restorings.has(value.control)
