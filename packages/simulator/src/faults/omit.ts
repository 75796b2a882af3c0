/** Frames that never come. */
import type { Behavior } from "./Behavior.ts"
import { framePartsOf } from "./FrameParts.ts"
import { type HitOptions, Hits } from "./Hits.ts"
import { Mending, type MendOptions } from "./Mending.ts"

/**
 * Leaves out a data frame of the stream without a trace: nothing tells the client that it is missing. Snapshots are sent
 * whole, and so are frames with a clear in them, which cannot be sent again.
 */
export const omit = (options: HitOptions & MendOptions = {}): Behavior => {
  const hits = new Hits(options)
  const mending = new Mending({ mend: "none", ...options })
  return {
    name: "omit",
    start: (_, host) => {
      hits.begin(host)
      mending.begin(host)
    },
    frame: (wire, frame) => {
      mending.passed(wire)
      if (frame.kind !== "stream" || !hits.strikes(wire, frame)) return undefined
      const parts = framePartsOf(frame.data)
      if (!Mending.canTellAgain(parts)) return undefined
      hits.struck()
      mending.lost(wire, parts)
      return []
    },
    close: (wire) => {
      hits.close(wire)
      mending.close(wire)
    },
    stop: () => mending.finish(),
  }
}
