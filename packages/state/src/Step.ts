/** What the reducer gives back. */
import type { Change, Control, FeedEvent } from "@boltodds/protocol"

/** One event and all that came of it, in order. Records of deadlines that passed before the event come first. */
export interface Step {
  readonly event: FeedEvent
  /** Changes and controls, in the order of their `seq`. */
  readonly records: ReadonlyArray<Change | Control>
}
