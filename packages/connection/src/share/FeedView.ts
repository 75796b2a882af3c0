/** What the consumers of one shared source see of it. */
import type { FeedEvent } from "@boltodds/protocol"

/**
 * Turns events into what consumers are sent, and says what one who joins later is told first. One is made for each
 * running of the source, and kept as long: it may hold a book.
 */
export interface FeedView<A> {
  /** What a turn of events comes to; all consumers are sent the same. */
  readonly turn: (events: ReadonlyArray<FeedEvent>) => ReadonlyArray<A>
  /** For one who joins now: what makes all that follows mean to it what it means to the others. Empty at the beginning. */
  readonly snapshot: () => ReadonlyArray<A>
  /** The last words to all when the source has ended, failed or was closed. @default none */
  readonly end?: (reason: string) => ReadonlyArray<A>
  /** About how many bytes one of them holds while it waits. */
  readonly weigh: (item: A) => number
}
