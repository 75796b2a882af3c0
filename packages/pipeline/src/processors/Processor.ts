/** Processors: how a route changes records before its lane. */
import type { Millis } from "@boltodds/protocol"
import type { ControlValue, Envelope } from "@boltodds/sink"

/**
 * A step between an emit and a lane. Each route and run has its own. It may change, drop, delay and merge records.
 *
 * Its only clock is its arguments, so that a replay gives the same output. Controls never pass through it: it is
 * flushed before each control, so that no control overtakes an earlier record. The `last` of each group is set again
 * after it.
 */
export interface Processor<in A, out B> {
  /** Takes the records of one group, or of a part of it between two controls. Returns the records that pass now. */
  readonly push: (records: ReadonlyArray<Envelope<A>>) => ReadonlyArray<Envelope<B>>
  /** The time of its next `advance`; undefined if none is due. */
  readonly dueAt: () => Millis | undefined
  /** Called at the time of `dueAt`. Afterwards `dueAt` must be later or undefined. */
  readonly advance: (now: Millis) => ReadonlyArray<Envelope<B>>
  /** Returns all held records. */
  readonly flush: () => ReadonlyArray<Envelope<B>>
  /**
   * Called before this control. Returns the records that must come before it. For a processor whose output depends on
   * whether the lines of the reader are verified. Default: `flush`.
   */
  readonly control?: (control: ControlValue) => ReadonlyArray<Envelope<B>>
}
