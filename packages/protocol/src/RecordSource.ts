/** What gives records that another pipeline made, beside the sources of events. */
import type { Stream } from "effect/Stream"
import type { StreamRecord } from "./Control.ts"

/**
 * A source of records: of changes and controls that another process made, read from a server, an engine or a file.
 *
 * Each array of the stream is a delivery of whole groups, in order: its final record ends a group, whether or not it is
 * marked `last`. An empty array says that time has passed. Records keep their identity (`run`, `origin`, `seq`, `part`).
 * Records that the source makes itself have an `origin` of its own.
 *
 * The first delivery begins with `stream_started`. A source never leaves out a record without saying so: while it cannot
 * read, or does not know whether it lacks records, all is `stale`; where records are lost it sends `dropped`, or the whole
 * book from another `stream_started` on, in one group.
 *
 * Not pulling the stream is how a consumer makes a source pause.
 */
export interface RecordSource<out E = never, out R = never> {
  readonly name: string
  readonly records: Stream<ReadonlyArray<StreamRecord>, E, R>
  /**
   * Whether records come as they are made. Deadlines of processors and emits then pass while nothing comes. Otherwise, as
   * from a file, the records are all that says what time it is. Default false.
   */
  readonly isLive?: boolean
}
