/** Frames of many MiB. */
import type { Behavior } from "./Behavior.ts"
import { likeFrame, textOf } from "./FrameParts.ts"
import { type HitOptions, Hits } from "./Hits.ts"

/**
 * Blows a data frame up to so many bytes with white space between its JSON tokens: it says what it said. A client whose
 * limit is smaller ends the connection by itself (close code 1009), and has to come back with another limit or a reason.
 */
export const oversize = (options: HitOptions & {
  /** @default 16777216, 16 MiB */
  readonly bytes?: number
} = {}): Behavior => {
  const { bytes = 16 * 1024 * 1024 } = options
  const hits = new Hits(options)
  return {
    name: "oversize",
    start: (_, host) => hits.begin(host),
    frame: (wire, frame) => {
      if (!hits.strikes(wire, frame)) return undefined
      const text = textOf(frame.data)
      const missing = bytes - Buffer.byteLength(text)
      if (missing <= 0) return undefined
      hits.struck()
      const blown = text.slice(0, -1) + " ".repeat(missing) + text.slice(-1)
      return [{ kind: frame.kind, data: likeFrame(frame.data, blown) }]
    },
    close: (wire) => hits.close(wire),
  }
}
