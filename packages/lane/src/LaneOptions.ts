/** What can be said of a lane. */
import type * as Duration from "effect/Duration"
import type { BreakerPolicy } from "./delivery/CircuitBreaker.ts"
import type { Envelope, Store, StoreLimits } from "@boltodds/sink"
import type { LaneEvent } from "./LaneEvent.ts"
import type { Loss } from "./reader/Loss.ts"
import type { GameResnapshots } from "./reader/LostGame.ts"
import type { Overflow } from "./input/Overflow.ts"
import type { Partition } from "./delivery/Partition.ts"
import type { RetryPolicy } from "./delivery/RetryPolicy.ts"

/** How a lane is set up. */
export interface LaneOptions<in out A> {
  /** How reports, logs and `dropped` controls name it. */
  readonly name: string
  /** The run the records belong to; batch ids hold it. Default: empty. */
  readonly run?: string | undefined
  /** What it may hold; it takes one turn beyond. Default 16,384 records, 16 MiB; 262,144 and 256 MiB for `coalesce`. */
  readonly bounds?: Partial<StoreLimits> | undefined
  /** The largest batch, a single group excepted. Default 4,096 records, 1 MiB. */
  readonly batch?: Partial<StoreLimits> | undefined
  /** How long a batch that is not full may wait for more. Default: not at all. */
  readonly linger?: Duration.Duration | undefined
  /** Default `defaultRetry`. */
  readonly retry?: Partial<RetryPolicy> | undefined
  /** Default `defaultBreaker`. */
  readonly breaker?: Partial<BreakerPolicy> | undefined
  /** What arrived longer ago is not delivered any more, but counts as expired. Default: nothing is too old. */
  readonly maxAge?: Duration.Duration | undefined
  /**
   * Delivers up to so many parts of a batch side by side; records of one key stay in order, and a control waits for all
   * before it. What is delivered together is then no whole group. Default: one after another.
   */
  readonly parallel?: Partition<A> | undefined
  /** Default `block`. */
  readonly overflow?: Overflow<A> | undefined
  /** Default: the one that `overflow` works with, or `memoryStore`. */
  readonly store?: Store<A> | undefined
  /** Makes the report of a loss. It precedes the next batch and is made at most once a second. Default: counters only. */
  readonly notice?: ((loss: Loss) => Envelope<A>) | undefined
  /**
   * Makes a resnapshot: the whole book as it stands now. A lane sends one after a loss, once it has room: at first a second
   * after the one before, and more rarely while losses go on. Default: none, and a reported loss stays.
   */
  readonly resnapshot?: (() => ReadonlyArray<Envelope<A>>) | undefined
  /**
   * Limits a loss to single games where each lost record names a game, and they name at most 64. Only these games become
   * unverified: `notice` gets one loss for each session and game. Only they are sent again, at once, or after 1 to 8 s
   * while losses go on. Needs `notice` and `resnapshot`. Default: each loss is one of everything.
   */
  readonly gameResnapshots?: GameResnapshots<A> | undefined
  /** Called for each event of the lane. Must not throw. */
  readonly onEvent?: ((event: LaneEvent) => void) | undefined
}

/** What a lane may hold where nothing is said: 16,384 records, 16 MiB. */
export const defaultBounds: StoreLimits = { records: 16_384, bytes: 16 * 1024 * 1024 }
/** What a lane may hold that coalesces: 262,144 records, 256 MiB; more than a whole book. */
export const coalescedBounds: StoreLimits = { records: 262_144, bytes: 256 * 1024 * 1024 }
/** The largest batch where nothing is said: 4,096 records, 1 MiB. */
export const defaultBatch: StoreLimits = { records: 4_096, bytes: 1024 * 1024 }
