/** The `Retry-After` header (RFC 9110, section 10.2.3). */

/**
 * Milliseconds to wait by a `Retry-After` value: seconds, or an HTTP date compared with `wallMillis`. Undefined where it
 * is neither; a date in the past gives 0.
 */
export const parseRetryAfter = (value: string | undefined | null, wallMillis: number): number | undefined => {
  if (value === undefined || value === null) return undefined
  const text = value.trim()
  if (/^\d+$/.test(text)) return Number(text) * 1000
  // Date.parse also takes much that is no HTTP date, such as a bare "-1": a date names its month.
  if (!/[A-Za-z]{3}/.test(text)) return undefined
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - wallMillis)
}
