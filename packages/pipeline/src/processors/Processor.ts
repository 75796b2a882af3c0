/** Processors: what a route does with records on their way to its sink. */
import type { Millis } from "@boltodds/protocol"
import type { ControlValue, Envelope } from "@boltodds/sink"

/**
 * A step between an emit and a lane; one per route and run. It may change, drop, delay and merge records.
 *
 * Its only clock is these arguments, so that a replay gives the same. Controls never pass through it: before each it is
 * flushed, so none overtakes a record that was before it. Which envelope is the `last` of its group is set anew behind
 * it.
 */
export interface Processor<in A, out B> {
  /** Takes the records of one group, or of its part between two controls; gives what can be passed on already. */
  readonly push: (records: ReadonlyArray<Envelope<A>>) => ReadonlyArray<Envelope<B>>
  /** When it has something to do without being pushed. */
  readonly dueAt: () => Millis | undefined
  /** That time has come. Afterwards `dueAt` is later, or undefined. */
  readonly advance: (now: Millis) => ReadonlyArray<Envelope<B>>
  /** All that is held back must come out now. */
  readonly flush: () => ReadonlyArray<Envelope<B>>
  /**
   * Hears that this control comes next, and gives what must stand before it. For a processor whose records mean
   * something else to a reader who is in doubt. Default: `flush`.
   */
  readonly control?: (control: ControlValue) => ReadonlyArray<Envelope<B>>
}
