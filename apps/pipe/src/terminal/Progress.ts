/** The first snapshot takes a while: a line on the terminal that counts, until data flows or something else is said. */
import type { Step } from "@boltodds/state"

/** A line that is written over and over. */
export interface Progress {
  readonly onStep: (step: Step) => void
  /** Takes the line away; call before anything else is written to the terminal. */
  readonly clear: () => void
  /** Takes the line away for good. */
  readonly end: () => void
}

const everyMillis = 200

/** Makes a {@link Progress} for a terminal. Counts frames and their size until the snapshot has settled. */
export const makeProgress = (
  write: (text: string) => void,
  now: () => number,
): Progress => {
  let frames = 0
  let bytes = 0
  let shown = false
  let over = false
  let lastAt = -Infinity
  const clear = (): void => {
    if (shown) write("\r\x1b[K")
    shown = false
  }
  return {
    onStep: ({ event, records }) => {
      if (over) return
      if (event._tag === "Frame") {
        frames += 1
        bytes += event.raw.length
      }
      if (
        records.some((record) => "control" in record && record.control === "synced")
      ) {
        clear()
        over = true
        return
      }
      if (frames === 0 || now() - lastAt < everyMillis) return
      lastAt = now()
      write(
        `\r\x1b[Kreceiving the first snapshot: ${frames} frames, ${(bytes / 1e6).toFixed(1)} MB`,
      )
      shown = true
    },
    clear,
    end: () => {
      clear()
      over = true
    },
  }
}
