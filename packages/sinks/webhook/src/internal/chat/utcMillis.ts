/** Times of records. */

/** Milliseconds since the Unix epoch of a time in UTC, `2026-11-29T19:00:00.000Z`; undefined where it is none. */
export const utcMillis = (time: unknown): number | undefined => {
  if (typeof time !== "string") return undefined
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3})\d*)?Z$/.exec(time)
  if (match === null) return undefined
  const part = (index: number): number => Number(match[index] ?? 0)
  const [month, day, hour, minute, second] = [part(2), part(3), part(4), part(5), part(6)]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined
  return Date.UTC(part(1), month - 1, day, hour, minute, second, part(7))
}
