/** A server that does not listen. */
import type { Behavior, FaultHost } from "./Behavior.ts"

/** Subscribe messages, and all else that a client says, are not answered: only pings come. */
export const ignoreSubscribe = (options: {
  /** How many texts; afterwards it does nothing. @default unlimited */
  readonly times?: number
} = {}): Behavior => {
  let left = options.times ?? Number.POSITIVE_INFINITY
  let host: FaultHost | undefined
  return {
    name: "ignore-subscribe",
    start: (_, given) => host = given,
    receive: () => {
      if (left-- <= 0) return undefined
      host?.struck()
      return "ignore"
    },
  }
}
