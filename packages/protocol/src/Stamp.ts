/** What every record of the toolkit's own language carries. */

/** Where and when a record belongs. `run` and `seq` together are its identity. */
export interface Stamp {
  /** A ULID for each start of the program; a replay keeps it. */
  readonly run: string
  /** From 1 in a run, in the order of the stream. */
  readonly seq: number
  readonly session: string
  readonly epoch: number
  /** When it took effect by the session clock: ISO 8601, UTC. A deadline's records carry the deadline. */
  readonly at: string
  /** The server's own time of the message, as it sent it; null where there is none. */
  readonly sent_at: string | null
  /** The number of the frame that caused it, from 1 in a run; null where none did (a deadline, a disconnection). */
  readonly frame: number | null
  /** On the final record of what happened at once (a frame, a deadline): act on whole groups. */
  readonly last?: true
  /** The frame waited in buffers while we were not reading. */
  readonly delayed?: true
}
