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

/** `85 MiB`, rounded up. */
export const sizeText = (bytes: number): string => {
  const [unit, name] = bytes < 1024 ** 2 ? [1024, "KiB"] : [1024 ** 2, "MiB"]
  return `${new Intl.NumberFormat("en").format(Math.ceil(bytes / unit))} ${name}`
}

const remedy = "For more: NODE_OPTIONS=--max-old-space-size=MEBIBYTES"

/** What a run says of the room for its book when it starts: a warning where it is less than its limits ask for. */
export const bookRoomText = (
  asked: Partial<StateLimits> = {},
): { readonly level: "info" | "warn"; readonly text: string } => {
  const { bytes = Infinity } = withinHeap(asked)
  const room = sizeText(bytes)
  const heap = sizeText(getHeapStatistics().heap_size_limit)
  if (asked.bytes === undefined) {
    return { level: "info", text: `the book may take ${room} of a heap of ${heap}. ${remedy}` }
  }
  if (asked.bytes <= bytes) return { level: "info", text: `the book may take ${room} (limits.bytes)` }
  const text = `limits.bytes is ${sizeText(asked.bytes)}, but a heap of ${heap} has room for a book of ${room}: ` +
    `that is its bound. ${remedy}`
  return { level: "warn", text }
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
