/** What this process may keep, by the memory that V8 gives it. */
import type { StateLimits } from "@boltodds/state"
import { type LineOptions, longestLineFor } from "@boltodds/text"
import { getHeapStatistics } from "node:v8"

/** V8's heap limit includes its young generation, where nothing stays: three spaces of 64 MiB. */
const youngBytes = 192 * 1024 * 1024

/** The part of the heap that the book may take: a copy of it may exist for a moment, and messages need room too. */
const bookShare = 1 / 3

/** What may be kept in V8's heap, in bytes: its limit without the young generation. */
export const lastingHeap = (limit: number = getHeapStatistics().heap_size_limit): number =>
  Math.floor(Math.max(limit - youngBytes, limit / 4))

/** Bounds that this process can keep: the estimated size of the book is at most a third of V8's heap. */
export const withinHeap = (limits: Partial<StateLimits> = {}): Partial<StateLimits> => {
  const bytes = Math.max(1, Math.floor(lastingHeap() * bookShare))
  return { ...limits, bytes: Math.min(limits.bytes ?? bytes, bytes) }
}

/** How long a line of a file or of standard input may be. A longer line ends the reading, with what to do about it. */
export const lineLimit = (maxBytes: number = longestLineFor(lastingHeap())): LineOptions => ({
  maxBytes,
  onTooLong: () => {
    throw new Error(
      `it is longer than ${maxBytes} bytes. Is it a recording, with a line for each event? ` +
        "If so, give the process more memory: NODE_OPTIONS=--max-old-space-size=4096",
    )
  },
})
