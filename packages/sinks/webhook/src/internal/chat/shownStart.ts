/** When a game begins, as the trade writes it. */
import { utcMillis } from "./utcMillis.ts"

/** Whatever the zone of this machine is. */
const eastern = new Intl.DateTimeFormat("en-US", {
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
  return new Map(eastern.formatToParts(millis).map(({ type, value }) => [type, value]))
}
