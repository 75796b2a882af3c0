/** How much room the process has for the book, in words. */
import { withinHeap } from "@boltodds/parts/recording"
import type { StateLimits } from "@boltodds/state"
import { getHeapStatistics } from "node:v8"

/** `85 MiB`, rounded up. */
export const sizeText = (bytes: number): string => {
  const [unit, name] = bytes < 1024 ** 2 ? [1024, "KiB"] : [1024 ** 2, "MiB"]
  return `${new Intl.NumberFormat("en").format(Math.ceil(bytes / unit))} ${name}`
}

const remedy = "For more: NODE_OPTIONS=--max-old-space-size=MEBIBYTES"

/** The log line about the size of the book at the start of a run: a warning if the heap has less room than the limits. */
export const bookRoomText = (
  asked: Partial<StateLimits> = {},
): { readonly level: "info" | "warn"; readonly text: string } => {
  const { bytes = Infinity } = withinHeap(asked)
  const room = sizeText(bytes)
  const heap = sizeText(getHeapStatistics().heap_size_limit)
  if (asked.bytes === undefined) {
    return { level: "info", text: `the book can use ${room} of a heap of ${heap}. ${remedy}` }
  }
  if (asked.bytes <= bytes) return { level: "info", text: `the book can use ${room} (limits.bytes)` }
  const text = `limits.bytes is ${sizeText(asked.bytes)}, but a heap of ${heap} has room for only ${room}: ` +
    `the bound is ${room}. ${remedy}`
  return { level: "warn", text }
}
