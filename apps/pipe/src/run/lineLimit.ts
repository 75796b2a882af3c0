/** How long a line of a file or of standard input may be in this process. */
import { type LineOptions, longestLineFor } from "@boltodds/text"
import { lastingHeap } from "./heap.ts"

/** A longer line ends the reading, with what to do about it. */
export const lineLimit = (maxBytes: number = longestLineFor(lastingHeap())): LineOptions => ({
  maxBytes,
  onTooLong: () => {
    throw new Error(
      `it is longer than ${maxBytes} bytes. Is it a recording, with a line for each event? ` +
        "If so, give the process more memory: NODE_OPTIONS=--max-old-space-size=4096",
    )
  },
})
