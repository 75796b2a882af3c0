/** When a game starts. */
import { eastern, readTime } from "./Timestamp.ts"

/**
 * The UTC instant of a raw `info.when`, as ISO 8601 (`2025-07-23T17:09:00.000Z`); null where it cannot be read.
 *
 * The feed writes `"2025-07-23, 01:09 PM"`: US Eastern, no zone, daylight saving applies (PROTOCOL, `info.when`). Read
 * as well: seconds, a 24-hour clock, ISO 8601, and time since the epoch as a number or as digits. **A time without a
 * zone is US Eastern**; one with a zone (`Z`, `-04:00`, `UTC`, `ET`; `EST` and `EDT` in their season) is of that zone.
 *
 * The hour that happens twice in November is taken as the first (daylight time); the hour that does not exist in March
 * is moved forward by one. Times before 2007, when today's daylight rule began, and after 2199 are not read, nor is a
 * day without a time. Sportsbooks differ by minutes for one game: never use it as identity.
 *
 * @example
 * ```ts
 * import { parseStartsAt } from "@boltodds/protocol"
 *
 * parseStartsAt("2025-07-23, 01:09 PM") // "2025-07-23T17:09:00.000Z"
 * parseStartsAt("2025-12-25T20:00:00-05:00") // "2025-12-26T01:00:00.000Z"
 * parseStartsAt("tomorrow") // null
 * ```
 */
export const parseStartsAt = (raw: unknown): string | null => {
  if (typeof raw === "number") return startOf(raw)
  if (typeof raw !== "string" || raw.length > 60) return null
  const known = cache.get(raw)
  if (known !== undefined) return known
  const parsed = startOf(raw)
  if (cache.size >= 4096) cache.clear()
  cache.set(raw, parsed)
  return parsed
}

/** A feed holds few distinct starting times, each in thousands of messages. */
const cache = new Map<string, string | null>()

const earliest = Date.UTC(2007, 0, 1)

const startOf = (raw: string | number): string | null => {
  const millis = readTime(raw, eastern)
  return millis === null || millis < earliest ? null : new Date(millis).toISOString()
}
