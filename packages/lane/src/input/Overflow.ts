/** What a full lane does. */
import type { Change, Millis } from "@boltodds/protocol"
import type * as Duration from "effect/Duration"
import { changeCoalescing } from "../stores/coalescing/changeCoalescing.ts"
import type { Coalescing } from "../stores/coalescing/Coalescing.ts"
import { coalescingStore } from "../stores/coalescing/coalescingStore.ts"
import type { Envelope, Store, StoreLimits } from "@boltodds/sink"

/** The result of a push. Envelopes that it does not name are in the store. */
export interface Admission<A> {
  /** Whether the source may continue. False makes it wait until the lane has room. */
  readonly room: boolean
  /** Lost to make room, old or new, in order. Default none. They are held no more. */
  readonly dropped?: ReadonlyArray<Envelope<A>>
  /** How many were merged into one that waits. Default 0. */
  readonly coalesced?: number
  /** The lane is to take nothing more, and is disabled. Default false. */
  readonly failed?: boolean
}

/**
 * A policy for a full lane.
 *
 * `admit` is called for every push, once, synchronously, and either adds the envelopes to the store or says what
 * became of them. It must leave the store within its bounds, or ask the source to wait (`room: false`), in which case
 * it may be over them by one turn.
 */
export interface Overflow<in out A> {
  readonly name: string
  readonly admit: (
    store: Store<A>,
    envelopes: ReadonlyArray<Envelope<A>>,
    bounds: StoreLimits,
    now: Millis,
  ) => Admission<A>
  /** The store it works with, unless the lane names another. Default: `memoryStore`. */
  readonly store?: () => Store<A>
  /** How long the source waits before the lane drops its oldest records until the sink catches up. Default: no limit. */
  readonly blockTimeout?: Duration.Duration
}

const roomy: Admission<never> = { room: true }
const full: Admission<never> = { room: false }

const isFull = (held: StoreLimits, bounds: StoreLimits): boolean =>
  held.records >= bounds.records || held.bytes >= bounds.bytes

const isOver = (held: StoreLimits, bounds: StoreLimits): boolean =>
  held.records > bounds.records || held.bytes > bounds.bytes

/**
 * Takes everything, and makes the source wait while the lane is full: nothing is lost, and all other lanes wait too.
 *
 * With a `blockTimeout` the source waits no longer than that for a sink that stands still; then the oldest are dropped, as by
 * {@link dropOldest}, until the sink has caught up: it has delivered something, and nothing waits any more.
 */
export const block = <A>(options: { readonly blockTimeout?: Duration.Duration } = {}): Overflow<A> => ({
  name: "block",
  ...options,
  admit: (store, envelopes, bounds, now) => {
    store.add(envelopes, now)
    return isFull(store, bounds) ? full : roomy
  },
})

/** Drops the oldest that wait, in whole groups, and takes what arrives. The source does not wait. */
export const dropOldest = <A>(): Overflow<A> => ({
  name: "drop_oldest",
  admit: (store, envelopes, bounds, now) => {
    store.add(envelopes, now)
    return isOver(store, bounds) ? { room: true, dropped: store.dropUntil(bounds) } : roomy
  },
})

/** Drops what arrives at a full lane, and keeps what waits. The source does not wait. */
export const dropNewest = <A>(): Overflow<A> => ({
  name: "drop_newest",
  admit: (store, envelopes, bounds, now) => {
    if (isFull(store, bounds)) return { room: true, dropped: envelopes }
    store.add(envelopes, now)
    return roomy
  },
})

/** Disables a lane that is over its bounds: for a reader that needs every record or none. */
export const fail = <A>(): Overflow<A> => ({
  name: "fail",
  admit: (store, envelopes, bounds, now) => {
    store.add(envelopes, now)
    return isOver(store, bounds) ? { room: true, failed: true } : roomy
  },
})

/**
 * Keeps the newest record of each key, merged by the rules of an emit; without rules of changes. Suspensions and closings
 * go first: see {@link coalescingStore}. What waits is bounded by the size of the book; if the bounds are smaller, all that
 * waits is dropped at once and reported as lost.
 */
export function coalesce(): Overflow<Change>
export function coalesce<A>(rules: Coalescing<A>): Overflow<A>
export function coalesce(rules: Coalescing<Change> = changeCoalescing): Overflow<Change> {
  return {
    name: "coalesce",
    store: () => coalescingStore(rules),
    admit: (store, envelopes, bounds, now) => {
      const coalesced = store.add(envelopes, now)
      return isOver(store, bounds)
        ? { room: true, coalesced, dropped: store.dropUntil(bounds) }
        : { room: true, coalesced }
    },
  }
}
