/** Messages in another order. */
import type { OutFrame, Wire } from "@boltodds/feed-server"
import type { Random } from "../Random.ts"
import type { Behavior, FaultHost } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { frameLike, type FramePart, framePartsOf, meets, type TouchedNames, touchOf } from "./FrameParts.ts"
import { fraction, frames } from "./Parameter.ts"
import { given, stretch, within } from "./schedules.ts"

/** How long a burst may be held back to become full. */
const longestMillis = 50

/**
 * Shuffles the messages of a burst of data frames. The order within a game at a sportsbook stays, since the order of
 * arrival decides there; between games and between sportsbooks the feed promises none. A clear keeps its place among the
 * games of its sportsbook.
 */
export const reorder = (options: {
  /** Data frames that make up a burst; more than one are held back for up to 50 ms. @default 1 */
  readonly burst?: number
  /** The probability for each burst, 0 to 1. @default 1 */
  readonly share?: number
} = {}): Behavior => {
  const { burst = 1, share = 1 } = options
  const held = new Map<number, { readonly wire: Wire; readonly frames: Array<OutFrame>; readonly cancel: () => void }>()
  let host: FaultHost | undefined

  const shuffled = (wire: Wire, frames: ReadonlyArray<OutFrame>): ReadonlyArray<OutFrame> => {
    const random = host!.random(wire)
    if (share < 1 && !random.chance(share)) return frames
    const taken = frames.map((frame) => framePartsOf(frame.data))
    if (taken.flat().length < 2) return frames
    host!.struck()
    const mixed = mix(taken.flat(), random)
    let from = 0
    return frames.map((frame, index) => {
      const parts = mixed.slice(from, from += taken[index]!.length)
      return { kind: frame.kind, data: frameLike(frame.data, parts) }
    })
  }
  const release = (wire: Wire): ReadonlyArray<OutFrame> => {
    const waiting = held.get(wire.id)
    held.delete(wire.id)
    waiting?.cancel()
    return waiting === undefined ? [] : shuffled(wire, waiting.frames)
  }
  const flush = (wire: Wire): void => {
    for (const frame of release(wire)) host!.emit(wire, frame)
  }
  return {
    name: "reorder",
    start: (_, given) => host = given,
    frame: (wire, frame) => {
      if (frame.kind !== "snapshot" && frame.kind !== "stream") return [...release(wire), frame]
      if (burst === 1) return shuffled(wire, [frame])
      let waiting = held.get(wire.id)
      if (waiting === undefined) {
        waiting = { wire, frames: [], cancel: host!.later(longestMillis, () => flush(wire)) }
        held.set(wire.id, waiting)
      }
      waiting.frames.push(frame)
      return waiting.frames.length >= burst ? release(wire) : []
    },
    close: (wire) => {
      held.get(wire.id)?.cancel()
      held.delete(wire.id)
    },
    stop: () => {
      for (const { wire } of held.values()) flush(wire)
    },
  }
}

/** Draws again and again one of the messages that nothing before it holds back. */
const mix = (parts: ReadonlyArray<FramePart>, random: Random): ReadonlyArray<FramePart> => {
  const left = parts.map((part) => ({ part, touch: touchOf(part.message) }))
  const mixed: Array<FramePart> = []
  while (left.length > 0) {
    const free = left.flatMap(({ touch }, index) => {
      const bound = left.slice(0, index).some((earlier) => bothTouch(earlier.touch, touch))
      return bound ? [] : [index]
    })
    mixed.push(left.splice(random.pick(free), 1)[0]!.part)
  }
  return mixed
}

/** What is about nothing that is known keeps its place among its like. */
const bothTouch = (one: TouchedNames | undefined, other: TouchedNames | undefined): boolean =>
  one === undefined || other === undefined ? one === other : meets(one, other)

/** The fault of this file. */
export const reorderFault: Fault = fault({
  name: "reorder",
  about: "Messages of a burst come in another order, never those of one game at one sportsbook.",
  client: "Relies on no order between games and between sportsbooks.",
  parameters: {
    burst: frames("data frames that make up a burst", "1"),
    share: fraction("the probability for each burst", "1"),
    ...stretch,
  },
  make: (v) => within(reorder(given({ burst: v.burst, share: v.share })), v),
})
