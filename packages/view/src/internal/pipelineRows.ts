/** Status records of lanes as rows. */
import type { PipelineRow } from "../Pipeline.ts"
import type { ShownLanes } from "../Status.ts"

/** The rows of the lanes, in their order. */
export const pipelineRows = ({ lanes }: ShownLanes): ReadonlyArray<PipelineRow> =>
  lanes.map(({ name, type, emit, state, lossy, counts, oldest_pending_ms, breaker, last_error }) => ({
    name,
    type,
    emit,
    state,
    isLossy: lossy,
    in: counts.in,
    delivered: counts.delivered,
    pending: counts.pending,
    pendingBytes: counts.pending_bytes,
    oldestMs: oldest_pending_ms,
    coalesced: counts.coalesced,
    dropped: counts.dropped + counts.expired,
    deadLettered: counts.dead_lettered,
    retries: counts.retries,
    breakerMs: breaker === null ? null : breaker.open_ms,
    lastError: last_error,
  }))
