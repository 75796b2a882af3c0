/** When a lane stops trying a destination that fails again and again. */
import * as Duration from "effect/Duration"

/**
 * A circuit breaker: after this many failures in a row nothing is tried for a while, then one batch. The first delivery
 * closes it. A batch that the destination refuses for good (dead letters) counts as a failure, so a destination that
 * refuses everything does not turn all that waits into dead letters.
 */
export interface BreakerPolicy {
  /** Attempts that failed, or batches that were refused, in a row. Default 5. */
  readonly failures: number
  /** How long nothing is tried. Default 30 s. */
  readonly cool: Duration.Duration
}

/** The defaults of {@link BreakerPolicy}. */
export const defaultBreaker: BreakerPolicy = { failures: 5, cool: Duration.seconds(30) }

/** The state of one circuit breaker: a value, made anew by each step. */
export interface CircuitBreaker {
  /** In a row. */
  readonly failures: number
  /** Until when nothing is tried, in monotonic milliseconds; undefined while the breaker is closed. */
  readonly openUntil: number | undefined
}

/** A breaker after a delivery, and before the first. */
export const closedBreaker: CircuitBreaker = { failures: 0, openUntil: undefined }

/** The breaker after one more failure. */
export const breakerAfterFailure = (
  { failures, openUntil }: CircuitBreaker,
  policy: BreakerPolicy,
  now: number,
): CircuitBreaker =>
  failures + 1 < policy.failures
    ? { failures: failures + 1, openUntil }
    : { failures: failures + 1, openUntil: now + Duration.toMillis(policy.cool) }

/** How long the next attempt has to wait, in milliseconds. */
export const breakerWait = ({ openUntil = -Infinity }: CircuitBreaker, now: number): number =>
  Math.max(0, openUntil - now)
