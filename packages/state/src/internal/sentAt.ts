/** The server's times, compared. */

/**
 * Whether one server time is before another. Times of one form (ISO 8601 with microseconds and `+00:00`, as the feed
 * writes) compare as text; others are parsed; what cannot be read is before nothing.
 */
export const isBefore = (sent: string | null, known: string | null): boolean => {
  if (sent === null || known === null || sent === known) return false
  if (sent.length === known.length && sent.endsWith("+00:00") && known.endsWith("+00:00")) return sent < known
  return Date.parse(sent) < Date.parse(known)
}

/** A server time as sent, or null where it is none. */
export const serverTime = (timestamp: unknown): string | null =>
  typeof timestamp === "string" && timestamp !== "" ? timestamp : null
