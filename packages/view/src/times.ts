/** Times for people: in a zone that is named, with the day where it is not today. */

/** Writes times of one zone. Make one and keep it: the first text of each kind takes long. */
export class Clock {
  /** The name of the zone, as given: `UTC`, `America/New_York`. */
  readonly zone: string
  readonly #time: Intl.DateTimeFormat
  readonly #seconds: Intl.DateTimeFormat
  readonly #day: Intl.DateTimeFormat
  readonly #texts = new Map<number, string>()
  readonly #days = new Map<number, string>()

  /** Throws a `RangeError` for a zone that is not known. */
  constructor(zone: string) {
    this.zone = zone
    this.#time = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" })
    this.#seconds = new Intl.DateTimeFormat("en-GB", { timeZone: zone, timeStyle: "medium" })
    this.#day = new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", day: "2-digit" })
  }

  /** `19:05`. `at`: milliseconds since the epoch. */
  minute(at: number): string {
    return remembered(this.#texts, Math.floor(at / 60_000), () => this.#time.format(at))
  }

  /** `19:05:09`. */
  second(at: number): string {
    return this.#seconds.format(at)
  }

  /** `Sun 29`. */
  day(at: number): string {
    // No zone changes its day within a quarter of an hour.
    return remembered(this.#days, Math.floor(at / 900_000), () => this.#day.format(at).replace(",", ""))
  }
}

const remembered = (texts: Map<number, string>, key: number, make: () => string): string => {
  const known = texts.get(key)
  if (known !== undefined) return known
  const text = make()
  if (texts.size >= 4096) texts.clear()
  texts.set(key, text)
  return text
}

/** The start of an event, in words. */
export interface StartText {
  /** `19:05`; `--:--` where no start is known. */
  readonly time: string
  /** `Sun 29`; null today. */
  readonly day: string | null
  /** `in 2h`, `in 5m`, `LIVE`, `started`, or empty. */
  readonly relative: string
}

/**
 * When an event starts. `LIVE`: its start has passed and some price of it is live; `started`: it has passed, and nothing
 * more is known. `at` and `now`: milliseconds since the epoch.
 */
export const startText = (
  at: number | null,
  now: number,
  clock: Clock,
  isPriced: boolean,
): StartText => {
  if (at === null) return { time: "--:--", day: null, relative: "" }
  const day = clock.day(at)
  return {
    time: clock.minute(at),
    day: day === clock.day(now) ? null : day,
    relative: at <= now ? (isPriced ? "LIVE" : "started") : `in ${spanText(at - now)}`,
  }
}

/** A span in its largest unit, rounded down: `41s`, `5m`, `2h`, `3d`. */
export const spanText = (millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
