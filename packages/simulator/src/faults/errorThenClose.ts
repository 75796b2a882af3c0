/** A subscribe that is refused. */
import type { Behavior, FaultHost } from "./Behavior.ts"

/**
 * Answers a subscribe with a bare `{"error": …}` without an action, and closes: as the real server has been seen to do
 * just before a close (PROTOCOL, "A connection's life").
 */
export const errorThenClose = (error: string, options: {
  /** @default 1000 */
  readonly code?: number
  /** How many times; afterwards it does nothing. @default unlimited */
  readonly times?: number
} = {}): Behavior => {
  let left = options.times ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "error-then-close",
    start: (_, given) => host = given,
    receive: (wire) => {
      if (left-- <= 0) return undefined
      host?.struck()
      wire.send(JSON.stringify({ error }))
      wire.close(options.code ?? 1000)
      return "ignore"
    },
  }
}
