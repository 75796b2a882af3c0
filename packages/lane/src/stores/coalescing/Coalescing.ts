/** The rules by which the records of an emit are merged while they wait. */
import type { Control } from "@boltodds/protocol"

/** `front`: before all that waits in its turn · `end`: after all that waits · `keep`: in the place of its key. */
export type CoalescingPlace = "front" | "end" | "keep"

/**
 * The rules of an emit for a lane that coalesces: what a record is about, what two records of one thing make together,
 * and what overtakes. An emit brings them. All are pure and do not throw.
 *
 * Of each key at most two records wait: one in front and one in its turn. Controls follow the rules of all emits: those
 * that invalidate go to the front, and `stream_started` replaces all that waits.
 */
export interface Coalescing<A> {
  /** What a record is about. */
  key(value: A): string
  /** The key of the record that this one belongs to, as a line belongs to its game. Default: it belongs to none. */
  owner?(value: A): string | undefined
  /** One record for two of one key, the older first. Undefined if a reader that has neither needs neither. */
  compose(older: A, newer: A): A | undefined
  /**
   * Where a record waits. `merged` is the record with what waited of its key, `arrived` the record alone, and `isAhead`
   * whether a record of its key waits in front. Only a record that a reader may receive early, before all others, may
   * go to the front.
   */
  place(merged: A, arrived: A, isAhead: boolean): CoalescingPlace
  /**
   * Which records of its own are obsolete after a record without an owner: those that wait in their `turn`, or `all`.
   * Default: none.
   */
  supersedes?(arrived: A): "turn" | "all" | undefined
  /** The keys (see `controlKey`) of waiting controls that are obsolete after a record without an owner. Default none. */
  outdates?(arrived: A): ReadonlyArray<string>
  /**
   * The record as it is to be delivered after a control that arrived after it and overtakes it: usually marked as
   * unverified. Itself if the control is not about it, and at `stale` unless its reader forgets there: with `fresh`, what
   * was verified before counts again.
   */
  invalidated(value: A, control: Control): A
  /** The key of the one record that, with those that belong to it, a control is about. Default: it may be about all. */
  scope?(control: Control): string | undefined
  /** The estimated length of its text, so that a record is not written only to be weighed. Default: its text is made. */
  weigh?(value: A): number
}

/** The key under which a control waits: its kind, its session and what it names. No record may have a key like it. */
export const controlKey = (kind: string, session: string, ...scope: ReadonlyArray<string>): string =>
  `\u0001${[kind, session, ...scope].join("\u0000")}`
