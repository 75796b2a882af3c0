/** What a lane does when it is given more than it may hold. */
import type { Envelope } from "./Envelope.ts"
import type { Limits, Store } from "./Store.ts"

/** What became of a push. What is named in neither list is in the store. */
export interface Admission<A> {
  /** Whether the source may go on. False makes it wait until the lane has room. */
  readonly room: boolean
  /** Lost to make room, old or new, in order. Default none. They are held no more. */
  readonly dropped?: ReadonlyArray<Envelope<A>>
  /** How many were merged into one that waits. Default 0. */
  readonly coalesced?: number
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
  readonly admit: (store: Store<A>, envelopes: ReadonlyArray<Envelope<A>>, bounds: Limits) => Admission<A>
}

const roomy: Admission<never> = { room: true }
const full: Admission<never> = { room: false }

/** Takes everything, and makes the source wait while the lane is at its bounds: nothing is lost, all others wait too. */
export const block = <A>(): Overflow<A> => ({
  name: "block",
  admit: (store, envelopes, bounds) => {
    store.add(envelopes)
    return store.records < bounds.records && store.bytes < bounds.bytes ? roomy : full
  },
})
