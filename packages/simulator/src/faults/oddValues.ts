/** Values that cannot be right. */
import { timestamp } from "@boltodds/feed-server"
import { parseTimestamp } from "@boltodds/protocol"
import type { Behavior, FaultHost } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { likeFrame, textOf } from "./FrameParts.ts"
import { scheduled } from "./scheduled.ts"
import { shift, words } from "./Parameter.ts"
import { given, moments, whenOf, windowed, windows } from "./schedules.ts"

/** Invalid odds: of another notation, of another type, or out of range. */
export const unreadableOdds: ReadonlyArray<unknown> = ["1.91", "N/A", 0, "-99", [], {}, true, "EVEN?"]

/**
 * Sends a line update in which one outcome among others has odds that cannot be read. The server's book has no price for
 * it from then on, until it is sent again; no client may show one. The odds of the others stand.
 */
export const unreadable = (options: {
  /** @default one of {@link unreadableOdds} */
  readonly odds?: unknown
} = {}): Behavior => ({
  name: "unreadable",
  needsWorld: true,
  start: (_, host) => {
    const odds = options.odds === undefined ? host.random().pick(unreadableOdds) : options.odds
    if (host.spoil(odds) !== undefined) host.struck()
  },
})

const stamps = /"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})\+00:00"/g

/** Shifts the `timestamp` of all messages: the server's clock is ahead by this many milliseconds, or slow. */
export const skew = (options: {
  /** Negative: the clock is slow. @default -90000 */
  readonly byMillis?: number
} = {}): Behavior => {
  const { byMillis = -90_000 } = options
  let host: FaultHost | undefined
  return {
    name: "skew",
    start: (_, given) => {
      host = given
      host.struck()
    },
    frame: (_, frame) => {
      if (frame.kind !== "snapshot" && frame.kind !== "stream") return undefined
      const text = textOf(frame.data)
      const shifted = text.replace(
        stamps,
        (_, millis: string, micros: string) =>
          `"timestamp":"${timestamp(parseTimestamp(millis)! + byMillis, Number(micros))}"`,
      )
      return [{ kind: frame.kind, data: likeFrame(frame.data, shifted) }]
    },
  }
}

/** The faults of this file. */
export const oddValues: ReadonlyArray<Fault> = [
  fault({
    name: "unreadable",
    about: "A line update in which one price among others cannot be read.",
    client: "Suspends that one outcome; takes the others.",
    needsWorld: true,
    momentary: true,
    parameters: { ...moments, odds: words("what the price is", "now this, now that") },
    make: (v) => scheduled(unreadable(given({ odds: v.odds })), whenOf(v)),
  }),
  fault({
    name: "skew",
    about: "The server's clock is wrong: all timestamps are shifted.",
    client: "Goes by the order of arrival, and shows the shift rather than hide it in a latency.",
    parameters: { ...windows, by: shift("how far; negative: slow", "-90s") },
    make: (v) => windowed(skew(given({ byMillis: v.by })), whenOf(v)),
  }),
]
