/** Odds, lines and times as bettors write them. */

/** American odds with their sign; undefined where it is no price. */
export const shownOdds = (odds: unknown): string | undefined =>
  typeof odds === "number" && Number.isFinite(odds) ? signed(odds) : undefined

/** A handicap has its sign, a total none; undefined where there is no line. */
export const shownLine = (line: unknown, sign: boolean): string | undefined =>
  typeof line === "number" && Number.isFinite(line) ? (sign ? signed(line) : String(line)) : undefined

const signed = (value: number): string => value > 0 ? `+${value}` : String(value)

let format: Intl.DateTimeFormat | undefined

/** Whatever the zone of this machine is. Made when it is used first: the data of `Intl` is slow to load. */
const eastern = (): Intl.DateTimeFormat =>
  format ??= new Intl.DateTimeFormat("en-US", {
    timeZone: "America/New_York",
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  })

/**
 * A time of a record in US Eastern time, `Nov 29 19:00 ET`, with its year where that is another than at the time `at`:
 * `Jan 1 2027 12:00 ET`. Undefined where it is no time.
 */
export const shownStart = (startsAt: unknown, at: unknown): string | undefined => {
  const parts = easternOf(startsAt)
  if (parts === undefined) return undefined
  const part = (type: Intl.DateTimeFormatPartTypes): string | undefined => parts.get(type)
  const now = easternOf(at)?.get("year")
  const year = now === undefined || now === part("year") ? "" : ` ${part("year")}`
  return `${part("month")} ${part("day")}${year} ${part("hour")}:${part("minute")} ET`
}

const easternOf = (time: unknown): ReadonlyMap<string, string> | undefined => {
  const millis = utcMillis(time)
  if (millis === undefined) return undefined
  return new Map(eastern().formatToParts(millis).map(({ type, value }) => [type, value]))
}

/** Milliseconds since the Unix epoch of a time in UTC, `2026-11-29T19:00:00.000Z`; undefined for anything else. */
export const utcMillis = (time: unknown): number | undefined => {
  if (typeof time !== "string") return undefined
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{3})\d*)?Z$/.exec(time)
  if (match === null) return undefined
  const part = (index: number): number => Number(match[index] ?? 0)
  const [month, day, hour, minute, second] = [part(2), part(3), part(4), part(5), part(6)]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined
  return Date.UTC(part(1), month - 1, day, hour, minute, second, part(7))
}
