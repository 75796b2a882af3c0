/** Data frames that arrive damaged, too large, or not at all. */
import type { Behavior } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { framePartsOf, likeFrame, textOf } from "./FrameParts.ts"
import { type HitOptions, Hits } from "./Hits.ts"
import { Mending, type MendOptions } from "./Mending.ts"
import { choice, count, fraction, frames, size } from "./Parameter.ts"
import { given, hits, mending, within } from "./schedules.ts"

/**
 * Sends only the first part of a data frame: a whole WebSocket frame whose JSON ends anywhere. What it said is lost,
 * and sent again after a while. Frames with a clear in them are left alone: a clear cannot be sent again.
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

/**
 * Leaves out a data frame of the stream without a trace: the client cannot know that it is missing. Snapshots are sent
 * whole, and so are frames with a clear, which cannot be sent again.
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

/** The faults of this file. */
export const damages: ReadonlyArray<Fault> = [
  fault({
    name: "truncate",
    about: "A data frame's JSON ends in the middle; what it held is lost, and sent again later.",
    client: "Carries on, reports it, and trusts no price that the lost frame may have been about.",
    parameters: { ...hits, ...mending },
    make: (v) =>
      within(truncate(given({ share: v.share, every: v.every, times: v.times, mend: v.mend, within: v.within })), v),
  }),
  fault({
    name: "omit",
    about: "A data frame of the stream never comes, and nothing says so.",
    client: "Cannot know of it: what it holds differs until the line moves again. `boltodds-pipe verify` finds it.",
    parameters: {
      ...hits,
      ...mending,
      mend: choice(
        ["resend", "cut", "none"],
        "what repairs the loss: sending the games again, a cut, or nothing",
        "none",
      ),
    },
    make: (v) =>
      within(omit(given({ share: v.share, every: v.every, times: v.times, mend: v.mend, within: v.within })), v),
  }),
  fault({
    name: "oversize",
    about: "A data frame is blown up with white space; it says what it said.",
    client: "Reads it, or closes with 1009 and says which limit was too small.",
    parameters: {
      ...hits,
      share: fraction("the probability for each data frame", "every decides"),
      every: frames("every so manieth data frame of a connection", "10 where share is left out"),
      times: count("how many frames altogether", "1"),
      size: size("of the frame", "16MiB"),
    },
    make: (v) => {
      const every = v.every ?? (v.share === undefined ? 10 : undefined)
      return within(oversize(given({ share: v.share, every, times: v.times ?? 1, bytes: v.size })), v)
    },
  }),
]
