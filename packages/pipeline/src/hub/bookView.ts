/** One book for many readers, some of which join later. */
import type { Change, Control, FeedEvent } from "@boltodds/protocol"
import type { StateOptions } from "@boltodds/state"
import { BookReducer } from "./Reducer.ts"

/** What `share` of `@boltodds/connection` takes as a view. */
export interface BookView {
  readonly turn: (events: ReadonlyArray<FeedEvent>) => ReadonlyArray<Change | Control>
  readonly snapshot: () => ReadonlyArray<Change | Control>
  readonly end: (reason: string) => ReadonlyArray<Change | Control>
  readonly weigh: (record: Change | Control) => number
}

/** The size of a record with its texts, most of which are shared. Measured: 400 to 600. */
const recordBytes = 600

/**
 * One book for many readers, for `share` of `@boltodds/connection`. Each turn is reduced once, and its records go to all
 * readers. When a reader joins, all readers get `stream_started` and the whole current book, unverified lines included,
 * so that folding gives every reader the same book. At the end all readers get `stream_stopped`.
 *
 * `options` is called for each run of the source; `run` must be a new one each time.
 */
export const bookView = (options: () => StateOptions): () => BookView => () => {
  const reducer = new BookReducer(options())
  let at = 0
  return {
    turn: (events) => {
      at = events.at(-1)?.at ?? at
      return reducer.apply(events).flatMap(({ records }) => records)
    },
    snapshot: () => reducer.snapshot(),
    end: (reason) => reducer.stop(at, reason),
    weigh: () => recordBytes,
  }
}
