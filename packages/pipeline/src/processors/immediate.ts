/** Processors that decide of each record at once. */
import type { ControlValue, Envelope } from "@boltodds/sink"
import type { Processor } from "./Processor.ts"

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
