/** How a lane gets on with its destination. */

/** How a lane gets on with its destination now. */
export interface LaneDelivery {
  /** How long the oldest that is pending has waited, in milliseconds; undefined where nothing is, or the store does not say. */
  readonly oldestMillis: number | undefined
  /** Failures in a row: attempts that failed, or batches that were refused. */
  readonly failures: number
  /** How long the circuit breaker lets nothing through from now on, in milliseconds; 0 where it does. */
  readonly openMillis: number
  /** What failed last, in one line; undefined where nothing has. */
  readonly lastError: string | undefined
  /** When that was, by the wall clock, in milliseconds. */
  readonly lastErrorAt: number | undefined
}
