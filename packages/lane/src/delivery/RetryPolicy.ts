/** When a failed batch is tried again. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"

/**
 * How a lane retries: exponential back-off with full jitter, a time drawn evenly from 0 to the step, so that many
 * clients of one destination do not come back at once.
 */
export interface RetryPolicy {
  /** The first step; each further one is twice as long. Default 200 ms. */
  readonly base: Duration.Duration
  /** The longest step. Default 30 s. */
  readonly cap: Duration.Duration
  /** Attempts of one batch, the first included, after which it counts as dead letters. Default: without end. */
  readonly attempts: number
}

/** The defaults of {@link RetryPolicy}. */
export const defaultRetry: RetryPolicy = {
  base: Duration.millis(200),
  cap: Duration.seconds(30),
  attempts: Infinity,
}

/** How long to wait after this many failed attempts (from 1); never less than what the destination asked for. */
export const retryDelay = (
  policy: RetryPolicy,
  failed: number,
  retryAfter: Duration.Duration | undefined,
): Effect.Effect<Duration.Duration> =>
  Effect.map(Random.next, (random) => {
    const step = Math.min(Duration.toMillis(policy.cap), Duration.toMillis(policy.base) * 2 ** (failed - 1))
    const drawn = Duration.millis(Math.floor(random * step))
    return retryAfter === undefined ? drawn : Duration.max(retryAfter, drawn)
  })
