/** US Eastern time, which the feed writes starts of games in. */

const minute = 60_000
const day = 24 * 60

const format = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
})

/** A minute of a day, US Eastern. */
export interface EasternMinute {
  /** `2026-07-16`. */
  readonly date: string
  /** Minutes since midnight as the clock shows them. */
  readonly minute: number
}

/** The clock in New York at a time in milliseconds since the Unix epoch. */
export const easternOf = (millis: number): EasternMinute => {
  const parts = new Map(format.formatToParts(millis).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type)!
  return {
    date: `${part("year")}-${part("month")}-${part("day")}`,
    minute: Number(part("hour")) * 60 + Number(part("minute")),
  }
}

/** When the clock in New York shows this; where summer time leaves it out, an hour later. */
export const millisOf = ({ date, minute: shown }: EasternMinute): number => {
  const [year, month, dayOfMonth] = date.split("-").map(Number) as [number, number, number]
  const utc = Date.UTC(year, month - 1, dayOfMonth) + shown * minute
  const summer = utc + 4 * 60 * minute
  const there = easternOf(summer)
  return there.date === date && there.minute === shown ? summer : summer + 60 * minute
}

/** The day after. */
export const nextDay = (date: string): string => easternOf(millisOf({ date, minute: 12 * 60 }) + day * minute).date

/** Whether a text is a day of the calendar, such as `2026-07-16`. */
export const isDate = (text: string): boolean => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
