/** The times that the feed writes, read the same on every machine. */
import type { Millis } from "./FeedEvent.ts"
import { plainText } from "./plainText.ts"

/** From a local time, given as if it were UTC, to the instant; null where there is none. */
export type LocalZone = (local: Millis) => Millis | null

const utc: LocalZone = (local) => local

/**
 * The instant of a message's `timestamp` in milliseconds since the Unix epoch, microseconds as a fraction; null where it
 * cannot be read. **A time without a zone is UTC**, whatever the zone of this machine.
 *
 * The feed writes `2026-07-16T04:54:37.438001+00:00`. Also read: `Z`, `+0000`, `+00` and other offsets, a space in place
 * of the `T`, any number of decimals, a leap second, and seconds, milliseconds, microseconds or nanoseconds since the
 * epoch as a number or as digits. Years before 2000 and after 2199 are not read.
 *
 * @example
 * ```ts
 * import { parseTimestamp } from "@boltodds/protocol"
 *
 * parseTimestamp("2026-07-16T04:54:37.438001+00:00") // 1784177677438.001
 * parseTimestamp("2026-07-16 04:54:37") // 1784177677000
 * parseTimestamp("yesterday") // null
 * ```
 */
export const parseTimestamp = (raw: unknown): Millis | null => {
  if (typeof raw === "string" && raw.length === 32) {
    const millis = feedTime(raw)
    if (millis === millis) return millis
  }
  return readTime(raw, utc)
}

let day = ""
let dayMillis: Millis = NaN

/** `2026-07-16T04:54:37.438001+00:00`, read digit by digit. NaN for anything else. */
const feedTime = (text: string): Millis => {
  if (
    text.charCodeAt(10) !== 0x54 || text.charCodeAt(13) !== 0x3a || text.charCodeAt(16) !== 0x3a ||
    text.charCodeAt(19) !== 0x2e || !text.endsWith("+00:00")
  ) return NaN
  if (!text.startsWith(day) || day === "") {
    const millis = readTime(`${text.slice(0, 10)}T00:00`, utc)
    if (millis === null) return NaN
    day = text.slice(0, 10)
    dayMillis = millis
  }
  const hours = digits(text, 11, 13)
  const minutes = digits(text, 14, 16)
  const seconds = digits(text, 17, 19)
  if (!(hours < 24 && minutes < 60 && seconds < 60)) return NaN
  return dayMillis + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + digits(text, 20, 26) / 1000
}

const digits = (text: string, from: number, to: number): number => {
  let value = 0
  for (let index = from; index < to; index++) {
    const digit = text.charCodeAt(index) - 0x30
    if (digit < 0 || digit > 9) return NaN
    value = value * 10 + digit
  }
  return value
}

const form =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]|, ?)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?(?: ?([AP])\.?M\.?)?(?: ?(Z|UTC|GMT|ET|EST|EDT|[+-]\d{2}(?::?\d{2})?))?$/i

/** No time is longer; a hostile text could keep the pattern busy. */
const longest = 60

/** The instant of a time in any form that {@link parseTimestamp} reads, or on a 12-hour clock; null for anything else. */
export const readTime = (raw: unknown, local: LocalZone): Millis | null => {
  if (typeof raw === "number") return sinceEpoch(raw)
  if (typeof raw !== "string" || raw.length > longest) return null
  const text = plainText(raw).trim().replace(/\s+/g, " ")
  if (/^\d{9,19}(?:\.\d{1,9})?$/.test(text)) return sinceEpoch(Number(text))
  const match = form.exec(text)
  if (match === null) return null
  const civil = civilTime(match)
  if (civil === null) return null
  return inZone(civil, match[9]?.toUpperCase(), local)
}

/** The date and the clock of a time as if they were UTC; null where there is no such day or hour. */
const civilTime = ([, ...parts]: RegExpExecArray): Millis | null => {
  const [year, month, dayOfMonth, hour, minute, second] = parts.slice(0, 6).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const fraction = parts[6] === undefined ? 0 : Number(`0.${parts[6]}`) * 1000
  const half = parts[7]?.toUpperCase()
  if (year < firstYear || year > lastYear || month < 1 || month > 12 || minute > 59 || second > 60) return null
  if (half === undefined ? hour > 23 : hour < 1 || hour > 12) return null
  const midnight = Date.UTC(year, month - 1, dayOfMonth)
  if (new Date(midnight).getUTCDate() !== dayOfMonth) return null
  const hours = half === undefined ? hour : (hour % 12) + (half === "P" ? 12 : 0)
  return midnight + hours * 3_600_000 + minute * 60_000 + second * 1000 + fraction
}

const firstYear = 2000
const lastYear = 2199

const inZone = (civil: Millis, zone: string | undefined, local: LocalZone): Millis | null => {
  switch (zone) {
    case undefined:
      return local(civil)
    case "Z":
    case "UTC":
    case "GMT":
      return civil
    case "ET":
      return eastern(civil)
    case "EST":
    case "EDT": {
      // In summer many write EST for whatever the clock shows: only where the letters and the rule agree is it certain.
      const hours = zone === "EST" ? 5 : 4
      return eastern(civil) === civil + hours * 3_600_000 ? civil + hours * 3_600_000 : null
    }
  }
  const sign = zone.startsWith("-") ? -1 : 1
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(3).replace(":", ""))
  // No place on earth is further from UTC.
  if (hours * 60 + minutes > 14 * 60 || minutes > 59) return null
  return civil - sign * (hours * 60 + minutes) * 60_000
}

const earliest = Date.UTC(firstYear, 0, 1)
const latest = Date.UTC(lastYear + 1, 0, 1)

/** Seconds, or thousandths, millionths or billionths: of 2000 to 2199 no two of them have a number in common. */
const sinceEpoch = (value: number): Millis | null => {
  for (const millis of [value * 1000, value, value / 1000, value / 1e6]) {
    if (millis >= earliest && millis < latest) return millis
  }
  return null
}

/**
 * The instant of a US Eastern time, given as if it were UTC; null before 2007, when today's daylight rule began.
 *
 * The hour that happens twice in November is taken as the first (daylight time); the hour that does not exist in March
 * is moved forward by one.
 */
export const eastern: LocalZone = (local) => {
  const year = new Date(local).getUTCFullYear()
  return year < 2007 ? null : local + (isDaylightTime(year, local) ? 4 : 5) * 3_600_000
}

/**
 * US Eastern daylight time by the rule in force since 2007 (15 U.S.C. § 260a): from 2:00 on the second Sunday in March
 * to 2:00 on the first Sunday in November. Local times are given, and compared, as if they were UTC. Clocks go from
 * 2:00 to 3:00 in March, so what claims to be between is read as standard time: an hour later on the clock.
 */
const isDaylightTime = (year: number, local: Millis): boolean =>
  local >= sunday(year, 2, 2, 3) && local < sunday(year, 10, 1, 2)

const sunday = (year: number, month: number, nth: number, hour: number): Millis => {
  const first = new Date(Date.UTC(year, month, 1)).getUTCDay()
  return Date.UTC(year, month, 1 + ((7 - first) % 7) + (nth - 1) * 7, hour)
}
