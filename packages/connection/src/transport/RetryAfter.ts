/** The `Retry-After` header (RFC 9110, section 10.2.3). */

/**
 * Milliseconds to wait by a `Retry-After` value: seconds, or an HTTP date compared with `wallMillis`. Undefined where it
 * is neither; a date in the past gives 0.
 */
export const parseRetryAfter = (value: string | undefined | null, wallMillis: number): number | undefined => {
  if (value === undefined || value === null) return undefined
  const text = value.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Date.parse also takes much that is not an HTTP date, such as a bare "-1", and reads what names no zone in this
  // machine's: an HTTP date ends in GMT, or has the older form of `asctime`, which is UTC (RFC 9110, section 5.6.7).
  const date = text.endsWith(" GMT") ? Date.parse(text) : asctime.test(text) ? Date.parse(`${text} GMT`) : NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallMillis)
}

const asctime = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/
