/** Frames that end too early. */
import type { Behavior } from "./Behavior.ts"
import { framePartsOf, likeFrame, textOf } from "./FrameParts.ts"
import { type HitOptions, Hits } from "./Hits.ts"
import { Mending, type MendOptions } from "./Mending.ts"

/**
 * Sends only the first part of a data frame: a whole WebSocket frame whose JSON ends anywhere. What it said is lost,
 * and told again after a while. Frames with a clear in them are left alone: a clear cannot be told again.
 */
export const truncate = (options: HitOptions & MendOptions = {}): Behavior => {
  const hits = new Hits(options)
  const mending = new Mending(options)
  let cut = (_: number): number => 1
  return {
    name: "truncate",
    start: (_, host) => {
      hits.begin(host)
      mending.begin(host)
      // Never nothing and never all of it.
      cut = (length) => 1 + host.random().int(length - 1)
    },
    frame: (wire, frame) => {
      mending.passed(wire)
      if (!hits.strikes(wire, frame)) return undefined
      const parts = framePartsOf(frame.data)
      if (!Mending.canTellAgain(parts)) return undefined
      hits.struck()
      mending.lost(wire, parts)
      const text = textOf(frame.data)
      return [{ kind: frame.kind, data: likeFrame(frame.data, text.slice(0, cut(text.length))) }]
    },
    close: (wire) => {
      hits.close(wire)
      mending.close(wire)
    },
    stop: () => mending.finish(),
  }
}
