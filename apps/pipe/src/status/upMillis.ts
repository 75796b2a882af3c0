/** How long a process has run. */
import { parseTimestamp } from "@boltodds/protocol"

/** From its start to a time after that, both as records write them, in milliseconds; 0 where they cannot be read. */
export const upMillis = (at: string, startedAt: string): number =>
  Math.max(0, (parseTimestamp(at) ?? 0) - (parseTimestamp(startedAt) ?? 0))
