/** When a game starts. */

const form = /^(\d{4})-(\d{2})-(\d{2}),?\s+(\d{1,2}):(\d{2})\s*([AP])M$/i

/**
 * The UTC instant of a raw `info.when`, as ISO 8601 (`2025-07-23T17:09:00.000Z`); null where it cannot be read.
 *
 * The feed writes `"2025-07-23, 01:09 PM"`: US Eastern, no zone, daylight saving applies (PROTOCOL, `info.when`).
 * The hour that happens twice in November is taken as the first (daylight time); the hour that does not exist in March
 * is moved forward by one. Times before 2007, when today's daylight rule began, are not read. Books differ by minutes
 * for one game: never use it as identity.
 *
 * @example
 * ```ts
 * import { parseStartsAt } from "@boltodds/protocol"
 *
 * parseStartsAt("2025-07-23, 01:09 PM") // "2025-07-23T17:09:00.000Z"
 * parseStartsAt("2025-12-25, 12:00 AM") // "2025-12-25T05:00:00.000Z"
 * parseStartsAt("tomorrow") // null
 * ```
 */
export const parseStartsAt = (raw: unknown): string | null => {
  if (typeof raw !== "string" || raw.length > 40) return null
  const known = cache.get(raw)
  if (known !== undefined) return known
  const parsed = parse(raw)
  if (cache.size >= 4096) cache.clear()
  cache.set(raw, parsed)
  return parsed
}

/** A feed holds few distinct starting times, each in thousands of messages. */
const cache = new Map<string, string | null>()

const parse = (raw: string): string | null => {
  const match = form.exec(raw.trim())
  if (match === null) return null
  const [year, month, day, hour12, minute] = match.slice(1, 6).map(Number) as [number, number, number, number, number]
  if (year < 2007 || month < 1 || month > 12 || hour12 < 1 || hour12 > 12 || minute > 59) return null
  const hour = (hour12 % 12) + (match[6]!.toUpperCase() === "P" ? 12 : 0)
  const local = Date.UTC(year, month - 1, day, hour, minute)
  if (new Date(local).getUTCDate() !== day) return null
  return new Date(local + (isDaylightTime(year, local) ? 4 : 5) * 3_600_000).toISOString()
}

/**
 * US Eastern daylight time by the rule in force since 2007 (15 U.S.C. § 260a): from 2:00 on the second Sunday in March
 * to 2:00 on the first Sunday in November. Local times are given, and compared, as if they were UTC. Clocks go from
 * 2:00 to 3:00 in March, so what claims to be between is read as standard time: an hour later on the clock.
 */
const isDaylightTime = (year: number, local: number): boolean =>
  local >= sunday(year, 2, 2, 3) && local < sunday(year, 10, 1, 2)

const sunday = (year: number, month: number, nth: number, hour: number): number => {
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay()
  return Date.UTC(year, month, 1 + ((7 - first) % 7) + (nth - 1) * 7, hour)
}
