/** Frames that are not messages of the feed. */
import type { Behavior } from "./Behavior.ts"
import { type Fault, fault } from "./Fault.ts"
import { framePartsOf } from "./FrameParts.ts"
import { type HitOptions, Hits } from "./Hits.ts"
import { Mending, type MendOptions } from "./Mending.ts"
import { flag } from "./Parameter.ts"
import { given, hits, mending, within } from "./schedules.ts"

/** Frames that no client should be stopped by: broken, odd, hostile. Each is sent as it stands. */
export const garbageFrames: ReadonlyArray<string | Uint8Array> = [
  "",
  "ping",
  "not json at all",
  "{",
  "[",
  "[]",
  "null",
  "42",
  '"a string"',
  "true",
  "[[[]]]",
  '\uFEFF{"action":"ping"}',
  '{"action":"from_the_future","data":{"x":1}}',
  '{"action":7}',
  '{"__proto__":{"polluted":true},"action":"ping"}',
  '{"action":"ping","n":1e999}',
  "[".repeat(5000) + "]".repeat(5000),
  '[{"action":"ping"},null,"x",3,[{"action":"ping"}]]',
  new Uint8Array([0xff, 0xfe, 0x00, 0x80]),
  Buffer.from('{"action":"ping"}'),
]

/** How garbage is sent. */
export interface GarbageOptions extends HitOptions, MendOptions {
  /** Whether it replaces the data, which is lost. Otherwise it comes after the data. @default false */
  readonly replace?: boolean | undefined
}

/**
 * Sends a frame of {@link garbageFrames}, or of `frames`, one after the other, after data frames or in place of them.
 *
 * `when`: after every so many data frames of a connection, or options.
 */
export const garbage = (
  when: number | GarbageOptions,
  frames: ReadonlyArray<string | Uint8Array> = garbageFrames,
): Behavior => {
  const options: GarbageOptions = typeof when === "number" ? { every: when } : when
  const hits = new Hits(options)
  const mending = new Mending(options)
  let sent = 0
  return {
    name: "garbage",
    start: (_, host) => {
      hits.begin(host)
      mending.begin(host)
    },
    frame: (wire, frame) => {
      mending.passed(wire)
      if (!hits.strikes(wire, frame)) return undefined
      const parts = options.replace === true ? framePartsOf(frame.data) : []
      if (options.replace === true && !Mending.canTellAgain(parts)) return undefined
      hits.struck()
      const piece = { kind: frame.kind, data: frames[sent++ % frames.length]! }
      if (options.replace !== true) return [frame, piece]
      mending.lost(wire, parts)
      return [piece]
    },
    close: (wire) => {
      hits.close(wire)
      mending.close(wire)
    },
    stop: () => mending.finish(),
  }
}

/** The fault of this file. */
export const garbageFault: Fault = fault({
  name: "garbage",
  about: "Invalid frames come between the data, or in place of it: broken JSON, odd values, deep nesting, bytes.",
  client: "Carries on and counts them. It cannot know of the data that they replaced.",
  parameters: { ...hits, replace: flag("whether they take the place of data", "no"), ...mending },
  make: (v) => {
    const { share, every, times, replace, mend, within: span } = v
    return within(garbage(given({ share, every, times, replace, mend, within: span })), v)
  },
})
