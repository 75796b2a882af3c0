/** The feed's own time format. */

/**
 * Milliseconds since the Unix epoch and a number of microseconds as the feed writes them:
 * `2026-07-16T04:54:37.438002+00:00`.
 */
export const timestamp = (millis: number, micros: number): string => {
  if (millis !== lastMillis) {
    lastMillis = millis
    lastText = new Date(millis).toISOString().slice(0, 23)
  }
  return `${lastText}${String(micros % 1000).padStart(3, "0")}+00:00`
}

/** The last moment of a millisecond: not before anything that was stamped in it. */
export const latest = (millis: number): string => timestamp(millis, 999)

// Messages come in bursts of one millisecond, and formatting a date costs more than all the rest of a message.
let lastMillis = Number.NaN
let lastText = ""
