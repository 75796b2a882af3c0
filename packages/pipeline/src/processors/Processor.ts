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

/** An envelope that holds a record. */
export type RecordEnvelope<A> = Envelope<A> & { readonly _tag: "Record" }

const none: ReadonlyArray<never> = []

/** Passes on what `take` makes of each record, if anything, and what `control` puts before a control. */
export const immediate = <A, B>(
  take: (envelope: RecordEnvelope<A>) => Envelope<B> | undefined,
  control?: (control: ControlValue) => ReadonlyArray<Envelope<B>> | undefined,
): Processor<A, B> => ({
  push: (records) => {
    const out: Array<Envelope<B>> = []
    for (const envelope of records) {
      if (envelope._tag !== "Record") continue
      const passed = take(envelope)
      if (passed !== undefined) out.push(passed)
    }
    return out
  },
  dueAt: () => undefined,
  advance: () => none,
  flush: () => none,
  ...control === undefined ? {} : { control: (value: ControlValue) => control(value) ?? none },
})
