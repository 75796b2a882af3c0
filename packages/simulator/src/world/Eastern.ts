/** US Eastern time, which the feed writes starts of games in. Not by `Intl`, whose data is slow to load. */

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** A minute of a day, US Eastern. */
export interface EasternMinute {
  /** `2026-07-16`. */
  readonly date: string
  /** Minutes since midnight as the clock shows them. */
  readonly minute: number
}

/** The clock in New York at a time in milliseconds since the Unix epoch, by the rule in force since 2007. */
export const easternOf = (millis: number): EasternMinute => {
  const clock = new Date(millis - (isSummer(millis) ? 4 : 5) * hour)
  return { date: clock.toISOString().slice(0, 10), minute: clock.getUTCHours() * 60 + clock.getUTCMinutes() }
}

/** From 2:00 on the second Sunday in March to 2:00 on the first one in November (15 U.S.C. § 260a). */
const isSummer = (millis: number): boolean => {
  const year = new Date(millis).getUTCFullYear()
  return millis >= sundayOf(year, 2, 8) + 7 * hour && millis < sundayOf(year, 10, 1) + 6 * hour
}

/** The first Sunday of a month from a day on. */
const sundayOf = (year: number, month: number, from: number): number => {
  const weekday = new Date(Date.UTC(year, month, from)).getUTCDay()
  return Date.UTC(year, month, from + (7 - weekday) % 7)
}

/** When the clock in New York shows this; where summer time leaves it out, an hour later. */
export const millisOf = ({ date, minute: shown }: EasternMinute): number => {
  const [year, month, dayOfMonth] = date.split("-").map(Number) as [number, number, number]
  const summer = Date.UTC(year, month - 1, dayOfMonth) + shown * minute + 4 * hour
  const there = easternOf(summer)
  return there.date === date && there.minute === shown ? summer : summer + hour
}

/** The day after. */
export const nextDay = (date: string): string => easternOf(millisOf({ date, minute: 12 * 60 }) + day).date

/** Whether a text is a day of the calendar, such as `2026-07-16`. */
export const isDate = (text: string): boolean => {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  if (match === null) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
