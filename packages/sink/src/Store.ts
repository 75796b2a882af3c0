/** Where a lane keeps what waits. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "./Envelope.ts"

/** A limit in envelopes and in bytes (length of the texts with a newline each; exact for ASCII). */
export interface StoreLimits {
  readonly records: number
  readonly bytes: number
}

/** What one envelope weighs in a store. */
export const envelopeBytes = (envelope: Envelope<unknown>): number => envelope.text.length + 1

/**
 * The envelopes of a lane, from their arrival until they are settled.
 *
 * A store in memory forgets them with the process; a durable one commits in `add`, `take`, `settle` and `deadLetter`, and
 * finds again at its opening what was not settled (`restored`). Synchronous throughout: a lane is filled within one
 * turn. Times are wall-clock milliseconds, so that they mean something to a later process.
 */
export interface Store<in out A> {
  /** Whether what it holds outlasts the process: then a lane that ends leaves it there, as pending. Default false. */
  readonly isDurable?: boolean
  /**
   * A durable store: whether what it holds is still in the place where a later opening looks for it. Looks now. Must not
   * throw. Default: it is.
   */
  readonly isIntact?: () => boolean
  /**
   * A durable store: whether it was found with losses that may not have been reported to its readers, or that no resnapshot
   * has made good since. Default false.
   */
  readonly isLossy?: boolean
  /** A durable store: writes that down, for a later opening. Must not throw. Default: nobody knows after a crash. */
  readonly markLossy?: (isLossy: boolean) => void
  /**
   * A durable store: how often it has been opened, this time included. It is counted in the store and orders the runs that
   * filled it; no clock does. Default: not counted.
   */
  readonly term?: number
  /** How many were found at opening. */
  readonly restored: number
  /** All that is held: waiting and taken. */
  readonly records: number
  readonly bytes: number
  /** When the oldest that is held arrived; undefined where nothing is. Must not throw. Default: nobody knows. */
  readonly oldest?: () => Millis | undefined
  /** Of these, not yet taken. */
  readonly waiting: number
  readonly waitingBytes: number
  /**
   * Appends whole groups that arrive now. Returns how many envelopes, old or new, were merged away: 0 where none is. Where
   * it throws it has added nothing.
   */
  readonly add: (envelopes: ReadonlyArray<Envelope<A>>, now: Millis) => number
  /**
   * The oldest that wait, as many whole groups as fit into the limits, but at least one: a group is never cut. They
   * stay held until settled. Empty only where nothing waits.
   *
   * A durable store remembers what it gave as one batch: after a crash it gives the same again, before anything else.
   */
  readonly take: (limits: StoreLimits) => ReadonlyArray<Envelope<A>>
  /**
   * Some of what was taken last are a batch of their own from here on, after the others: the lane sends them apart. A
   * durable store gives them as such after a crash. Default: nobody needs to know.
   */
  readonly split?: (second: ReadonlyArray<Envelope<A>>) => void
  /** Some that were taken are done with: delivered, expired or lost. */
  readonly settle: (envelopes: ReadonlyArray<Envelope<A>>) => void
  /** Some that were taken will never be: dead letters. A durable store keeps them, with the reason. Default: `settle`. */
  readonly deadLetter?: (envelopes: ReadonlyArray<Envelope<A>>, reason: string, now: Millis) => void
  /** Gives up the oldest that wait, in whole groups, until no more is held than this: they are returned. */
  readonly dropUntil: (bounds: StoreLimits) => ReadonlyArray<Envelope<A>>
  /** Gives up those that wait and arrived before this: they are returned. */
  readonly expire: (before: Millis) => ReadonlyArray<Envelope<A>>
  /** Of some that were taken, those that arrived before this. */
  readonly older: (envelopes: ReadonlyArray<Envelope<A>>, before: Millis) => ReadonlyArray<Envelope<A>>
  /**
   * Some that were taken could not be delivered, and wait again: merged with what arrived meanwhile. Returns how many
   * were merged away. Absent where a batch that failed is tried again as it is.
   */
  readonly requeue?: (envelopes: ReadonlyArray<Envelope<A>>) => number
  /** All that wait are given up: they are returned, and no longer held. */
  readonly clear: () => ReadonlyArray<Envelope<A>>
  /**
   * Of a batch that was taken, the indices of records about a line of which a newer record waited already when it was
   * taken the first time. Default: none.
   */
  readonly superseded?: (envelopes: ReadonlyArray<Envelope<A>>) => ReadonlyArray<number>
}
