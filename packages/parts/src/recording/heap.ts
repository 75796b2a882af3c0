/** Bounds that follow from the heap that V8 gives this process. */
import type { StateLimits } from "@boltodds/state"
import { type LineOptions, longestLineFor } from "@boltodds/text"
import { getHeapStatistics } from "node:v8"

/** V8's heap limit includes the young generation (three spaces of 64 MiB), where nothing stays. */
const youngBytes = 192 * 1024 * 1024

/** The share of the heap that the book may take. A copy of it can exist for a moment, and messages need room too. */
const bookShare = 1 / 3

/** The bytes that can stay in V8's heap: its limit without the young generation. */
export const lastingHeap = (limit: number = getHeapStatistics().heap_size_limit): number =>
  Math.floor(Math.max(limit - youngBytes, limit / 4))

/** The same limits, with `bytes` at most a third of V8's heap. */
export const withinHeap = (limits: Partial<StateLimits> = {}): Partial<StateLimits> => {
  const bytes = Math.max(1, Math.floor(lastingHeap() * bookShare))
  return { ...limits, bytes: Math.min(limits.bytes ?? bytes, bytes) }
}

/** How long a line of a file may be. A longer one fails the read, and the error says what to do. */
export const lineLimit = (maxBytes: number = longestLineFor(lastingHeap())): LineOptions => ({
  maxBytes,
  onTooLong: () => {
    throw new Error(
      `it is longer than ${maxBytes} bytes. Is it a recording, with a line for each event? ` +
        "If so, give the process more memory: NODE_OPTIONS=--max-old-space-size=4096",
    )
  },
})
