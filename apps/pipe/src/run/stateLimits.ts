/** How much of the feed this process may keep. */
import type { StateLimits } from "@boltodds/state"
import { getHeapStatistics } from "node:v8"

/** The part of V8's heap that the book may take: a copy of it may exist for a moment, and messages need room too. */
const heapShare = 1 / 3

/** Bounds that this process can keep: the estimated size of the book is at most a third of V8's heap limit. */
export const withinHeap = (limits: Partial<StateLimits> = {}): Partial<StateLimits> => {
  const bytes = Math.floor(getHeapStatistics().heap_size_limit * heapShare)
  return { ...limits, bytes: Math.min(limits.bytes ?? bytes, bytes) }
}
