/** Where feed events come from: a live session, a replay, anything else. */
import type { Effect } from "effect/Effect"
import type { Stream } from "effect/Stream"
import type { FeedEvent } from "./FeedEvent.ts"
import type { Filters } from "./Filters.ts"

/**
 * A source of feed events.
 *
 * The arrays of the stream are turns of the event loop; no result may depend on where they are cut. Not pulling the
 * stream is how a consumer makes a source pause.
 */
export interface Source<out E = never, out R = never> {
  readonly name: string
  readonly events: Stream<FeedEvent, E, R>
  /** Replaces the filters of a live session. Absent where that cannot be done. */
  readonly setFilters?: (filters: Filters) => Effect<void, E>
  /** Connects again for a new snapshot, where data has come on this connection. Absent where that cannot be done. */
  readonly resync?: (wanted: Resync) => Effect<void>
}

/** A wish for a new snapshot: what `resync_wanted` says. */
export interface Resync {
  /** Becomes the detail of the `Disconnected`. */
  readonly reason: string
  /** Of several sessions the one that is meant. Default: all. */
  readonly session?: string
  /** The connection that is meant; a newer one has a newer snapshot and stays. Default: whichever there is. */
  readonly epoch?: number
}
