/** The book's records for many readers, some of whom come later. */
import type { Change, Control, FeedEvent } from "@boltodds/protocol"
import type { StateOptions } from "@boltodds/state"
import { BookFeed } from "./BookFeed.ts"

/** What `share` of `@boltodds/connection` takes as a view. */
export interface BookView {
  readonly turn: (events: ReadonlyArray<FeedEvent>) => ReadonlyArray<Change | Control>
  readonly snapshot: () => ReadonlyArray<Change | Control>
  readonly end: (reason: string) => ReadonlyArray<Change | Control>
  readonly weigh: (record: Change | Control) => number
}

/** A record with its texts, most of which it shares with others. Measured: 400 to 600. */
const recordBytes = 600

/**
 * One book for all readers: each turn is reduced once, and its records go to all. One who joins later is first told
 * `stream_started` again, and the whole book as it then stands, doubts included (`snapshot`): so folding gives every
 * reader the same book, those too who were here before. At the end all hear `stream_stopped`: nothing is live any more.
 *
 * `options` is asked for each running of the source: the `run` must be a new one each time.
 */
export const bookView = (options: () => StateOptions): () => BookView => () => {
  const telling = new BookFeed(options())
  let at = 0
  return {
    turn: (events) => {
      at = events.at(-1)?.at ?? at
      return telling.apply(events).flatMap(({ records }) => records)
    },
    snapshot: () => telling.snapshot(),
    end: (reason) => telling.stop(at, reason),
    weigh: () => recordBytes,
  }
}
