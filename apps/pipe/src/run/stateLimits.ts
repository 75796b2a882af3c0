/** How much of the feed this process may keep. */
import type { StateLimits } from "@boltodds/state"
import { lastingHeap } from "./heap.ts"

/** The part of the heap that the book may take: a copy of it may exist for a moment, and messages need room too. */
const bookShare = 1 / 3

/** Bounds that this process can keep: the estimated size of the book is at most a third of V8's heap. */
export const withinHeap = (limits: Partial<StateLimits> = {}): Partial<StateLimits> => {
  const bytes = Math.max(1, Math.floor(lastingHeap() * bookShare))
  return { ...limits, bytes: Math.min(limits.bytes ?? bytes, bytes) }
}
