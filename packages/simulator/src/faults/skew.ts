/** A clock that is wrong. */
import { parseTimestamp } from "@boltodds/protocol"
import { timestamp } from "@boltodds/feed-server"
import type { Behavior, FaultHost } from "./Behavior.ts"
import { likeFrame, textOf } from "./FrameParts.ts"

const stamps = /"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3})\+00:00"/g

/** Shifts the `timestamp` of all messages: the server's clock is ahead by so many milliseconds, or behind. */
export const skew = (options: {
  /** Negative: behind. @default -90000 */
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
