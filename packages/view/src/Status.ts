/** What a view reads of status records: how sportsbooks, sessions and lanes are doing, as the process says it. */

/** The `lag` of sportsbooks, of a record with `status: "books"`. */
export interface ShownBooks {
  readonly status: "books"
  readonly books: ReadonlyArray<{
    readonly session: string
    readonly sportsbook: string
    /** Arrival minus the server's time, in milliseconds: the median, and 95 of 100. */
    readonly lag_p50: number | null
    readonly lag_p95: number | null
  }>
}

/** Sessions, of a record with `status: "source"`. */
export interface ShownSource {
  readonly status: "source"
  readonly sessions: ReadonlyArray<{
    readonly session: string
    /** `connecting`, `syncing`, `live`, `stale`, … */
    readonly state: string
    readonly why: string | null
    readonly epoch: number
    /** ISO 8601, UTC; null where no dial waits. */
    readonly next_dial_at: string | null
    readonly dials_left: number | null
  }>
}

/** Lanes, of a record with `status: "lanes"`. */
export interface ShownLanes {
  readonly status: "lanes"
  readonly lanes: ReadonlyArray<{
    readonly name: string
    readonly type: string
    readonly emit: string
    readonly state: "open" | "ended" | "disabled"
    readonly lossy: boolean
    readonly counts: {
      readonly in: number
      readonly delivered: number
      readonly pending: number
      readonly pending_bytes: number
      readonly coalesced: number
      readonly dropped: number
      readonly expired: number
      readonly dead_lettered: number
      readonly retries: number
    }
    readonly oldest_pending_ms: number | null
    readonly breaker: { readonly open_ms: number } | null
    readonly last_error: string | null
  }>
}

/** A status record, as far as a view reads it. Other kinds are passed over. */
export type ShownStatus = ShownBooks | ShownSource | ShownLanes | { readonly status: "process" }
