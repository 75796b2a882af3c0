/** Snapshots that end in the middle. */
import type { Behavior, FaultHost } from "./Behavior.ts"

/**
 * Cuts a connection in the middle of its snapshot: in place of the snapshot frame after `frames` others.
 *
 * With a `code` it closes cleanly, otherwise the TCP connection is cut.
 */
export const cutSnapshot = (frames: number, options: {
  readonly code?: number
  /** How many connections, 2 for a second drop while the client comes back; afterwards it does nothing. @default 1 */
  readonly connections?: number
} = {}): Behavior => {
  const seen = new Map<number, number>()
  let left = options.connections ?? 1
  let host: FaultHost | undefined
  return {
    name: "cut-snapshot",
    start: (_, given) => host = given,
    frame: (wire, frame) => {
      if (frame.kind !== "snapshot" || (!seen.has(wire.id) && left <= 0)) return undefined
      const count = seen.get(wire.id) ?? 0
      if (!seen.has(wire.id)) left--
      seen.set(wire.id, count + 1)
      if (count < frames) return undefined
      if (count === frames) {
        host?.struck()
        if (options.code === undefined) wire.terminate()
        else wire.close(options.code)
      }
      return []
    },
    close: (wire) => void seen.delete(wire.id),
  }
}
