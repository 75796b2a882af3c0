/** Messages that come twice. */
import type { OutFrame, Wire } from "@boltodds/feed-server"
import type { Behavior } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { frameLike, type FramePart, framePartsOf, meets, touchesOf, touchOf } from "./FrameParts.ts"
import { type HitOptions, Hits } from "./Hits.ts"
import { LatePost } from "./LatePost.ts"
import { choice, frames } from "./Parameter.ts"
import { given, hits, within } from "./schedules.ts"

/**
 * Sends frames, or single messages of them, twice: at once, or up to `lag` data frames later.
 *
 * A late copy never comes after a newer message about the same game at the same sportsbook: there the order of arrival
 * decides, and a client could not know.
 */
export const duplicate = (options: HitOptions & {
  /** @default "frames" */
  readonly what?: "frames" | "messages"
  /** Copies come up to so many data frames later. @default 0 */
  readonly lag?: number
} = {}): Behavior => {
  const { what = "frames", lag = 0 } = options
  const hits = new Hits(options)
  const posts = new Map<number, LatePost>()
  let draw = (_wire: Wire, _below: number): number => 0
  const postOf = (wire: Wire): LatePost => {
    const post = posts.get(wire.id) ?? new LatePost()
    posts.set(wire.id, post)
    return post
  }
  /** The last message of the frame about its game, as a frame. */
  const single = (wire: Wire, frame: OutFrame, parts: ReadonlyArray<FramePart>): OutFrame | undefined => {
    const latest = parts.filter((part, index) => {
      const touch = touchOf(part.message)
      return touch !== undefined && !touchesOf(parts.slice(index + 1)).some((later) => meets(later, touch))
    })
    if (latest.length === 0) return undefined
    const chosen = latest[draw(wire, latest.length)]!
    return { kind: frame.kind, data: frameLike(frame.data, [chosen]) }
  }
  return {
    name: "duplicate",
    start: (_, host) => {
      hits.begin(host)
      draw = (wire, below) => host.random(wire).int(below)
    },
    frame: (wire, frame) => {
      if (frame.kind !== "snapshot" && frame.kind !== "stream") return undefined
      const post = postOf(wire)
      const { before, behind } = post.around(frame)
      const strikes = hits.strikes(wire, frame)
      const parts = strikes ? framePartsOf(frame.data) : []
      const copy = !strikes ? undefined : what === "frames" ? frame : single(wire, frame, parts)
      if (copy === undefined) return [...before, frame, ...behind]
      hits.struck()
      const later = lag === 0 ? 0 : 1 + draw(wire, lag)
      if (later === 0) return [...before, frame, copy, ...behind]
      post.add(copy, touchesOf(framePartsOf(copy.data)), later)
      return [...before, frame, ...behind]
    },
    receive: (wire) => {
      // With other filters a copy would be about what is no longer asked for.
      posts.get(wire.id)?.clear()
      return undefined
    },
    close: (wire) => {
      hits.close(wire)
      posts.delete(wire.id)
    },
    stop: () => posts.clear(),
  }
}

/** The fault of this file. */
export const duplicateFault: Fault = fault({
  name: "duplicate",
  about: "Frames, or single messages of them, come twice: at once or some frames later.",
  client: "Ends with the same book, and reports no change the second time.",
  parameters: {
    ...hits,
    what: choice(["frames", "messages"], "what is repeated", "frames"),
    lag: frames("the copy comes up to so many data frames later", "0", 0),
  },
  make: (v) =>
    within(duplicate(given({ share: v.share, every: v.every, times: v.times, what: v.what, lag: v.lag })), v),
})
