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
}
