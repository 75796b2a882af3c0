/** The server's times, compared. */
import { type Millis, parseTimestamp } from "@boltodds/protocol"

/** When a message was sent, by the server's clock (null where it does not say), and when it arrived, by ours. */
export interface Sent {
  readonly sentAt: string | null
  readonly at: Millis
}

/**
 * Whether one server time is before another. Times of one form (ISO 8601 with microseconds and `+00:00`, as the feed
 * writes) compare as text; others are read; what cannot be read is before nothing.
 */
export const isBefore = (sent: string | null, known: string | null): boolean => {
  if (sent === null || known === null) return false
  // `2026-07-16T04:54:37.438001+00:00`: 32 characters that end in the colon's 00.
  if (sent.length === 32 && known.length === 32 && isUtc(sent) && isUtc(known)) return sent < known
  return (parseTimestamp(sent) ?? NaN) < (parseTimestamp(known) ?? NaN)
}

/** Whether a server time lies ahead of this moment of our clock. What cannot be read does not. */
export const isAhead = (sent: string, at: Millis): boolean => (parseTimestamp(sent) ?? NaN) > at

const isUtc = (text: string): boolean =>
  text.charCodeAt(26) === 0x2b && text.charCodeAt(27) === 0x30 && text.charCodeAt(28) === 0x30 &&
  text.charCodeAt(10) === 0x54

/** No longer text is read as a time, nor kept. */
const longestTime = 60

/** A server time as sent, or null where it cannot be one. */
export const serverTime = (timestamp: unknown): string | null =>
  typeof timestamp === "string" && timestamp !== "" && timestamp.length <= longestTime ? timestamp : null
