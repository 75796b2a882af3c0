/** The rows of sinks and their lanes. */

/** One sink with its lane. Counts are of records. */
export interface PipelineRow {
  readonly name: string
  readonly type: string
  readonly emit: string
  readonly state: "open" | "ended" | "disabled"
  readonly isLossy: boolean
  readonly in: number
  readonly delivered: number
  readonly pending: number
  readonly pendingBytes: number
  readonly oldestMs: number | null
  readonly coalesced: number
  /** Dropped and expired. */
  readonly dropped: number
  readonly deadLettered: number
  readonly retries: number
  /** How long the circuit breaker stays open, in milliseconds; null while it is closed. */
  readonly breakerMs: number | null
  readonly lastError: string | null
}
