/** When a lane stops trying a destination that fails again and again. */
import * as Duration from "effect/Duration"

/**
 * A circuit breaker: after so many failures in a row nothing is tried for a while, then one batch; the breaker closes
 * with the first delivery. A batch that the destination refuses for good (dead letters) counts as a failure, so a
 * destination that refuses everything does not turn all that waits into dead letters.
 */
export interface BreakerPolicy {
  /** Attempts that failed, or batches that were refused, in a row. Default 5. */
  readonly failures: number
  /** How long nothing is tried. Default 30 s. */
  readonly cool: Duration.Duration
}

/** The defaults of {@link BreakerPolicy}. */
export const defaultBreaker: BreakerPolicy = { failures: 5, cool: Duration.seconds(30) }
