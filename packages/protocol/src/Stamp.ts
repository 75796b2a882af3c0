/** What every record carries, and the names of runs. */

/**
 * Where and when a record belongs.
 *
 * `run`, `origin`, `seq` and `part` together are its identity: within one emit no two records share them, and a record
 * that is delivered again has the same. See {@link identityOf}.
 */
export interface Stamp {
  /** A ULID for each start of the program; a replay keeps it. */
  readonly run: string
  /**
   * From 1 in a run, in the order of the stream: what a record says is true as of its `seq`. It is no position in what a
   * reader receives: a lane that coalesces, a snapshot and a redriven dead letter come out of its order.
   */
  readonly seq: number
  /**
   * 0 for the record that `seq` counts. Records that are made beside it, as those of a snapshot, have the `seq` as of
   * which they are true and count `part` from 1. Always written; read an absent one (a record of an older version) as 0.
   */
  readonly part?: number
  /**
   * Who made the record, where that was not the run itself: a lane that reports its losses (`dropped`) and sends the book
   * again. It counts `part` by itself.
   */
  readonly origin?: string
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

/** What identifies a record within an emit: a record itself, or an envelope with its run. */
export interface Identity {
  readonly run: string
  readonly seq: number
  /** Default 0. */
  readonly part?: number | undefined
  /** Default: the run itself. */
  readonly origin?: string | undefined
}

/**
 * The identity of a record as one text: `RUN.SEQ` for most, `RUN.SEQ.PART` in a snapshot, `RUN.SEQ.PART@ORIGIN` where a
 * lane made the record. Within one emit it is unique, and the same at every delivery of the record.
 *
 * @example
 * ```ts
 * import { identityOf } from "@boltodds/protocol"
 *
 * identityOf({ run: "01M8MB8VED4C6JV9TJ0KRBSY68", seq: 7 }) // "01M8MB8VED4C6JV9TJ0KRBSY68.7"
 * identityOf({ run: "01M8MB8VED4C6JV9TJ0KRBSY68", origin: "hook.1", seq: 7, part: 2 }) // "….7.2@hook.1"
 * ```
 */
export const identityOf = ({ run, origin, seq, part = 0 }: Identity): string =>
  `${run}.${seq}${part === 0 && origin === undefined ? "" : `.${part}`}${origin === undefined ? "" : `@${origin}`}`

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/**
 * Makes a ULID (github.com/ulid/spec): 48 bits of time and 80 random bits, sortable by time. Each run needs a new one.
 *
 * @example
 * ```ts
 * import { ulid } from "@boltodds/protocol"
 *
 * const state = { run: ulid() }
 * ```
 */
export const ulid = (
  millis: number = Date.now(),
  random: Uint8Array = crypto.getRandomValues(new Uint8Array(10)),
): string => {
  let bits = BigInt(millis)
  for (const byte of random) bits = (bits << 8n) | BigInt(byte)
  let text = ""
  for (let index = 0; index < 26; index++) {
    text = alphabet[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return text
}
