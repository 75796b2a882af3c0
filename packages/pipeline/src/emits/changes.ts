/** The emit `changes`: what happened to the book, in the toolkit's own language. */
import type { Change, Control } from "@boltodds/protocol"
import { makeControl } from "@boltodds/sink"
import type { Emission, Emit, EmitOptions } from "./Emit.ts"
import { changeForm, controlForm } from "./forms.ts"
import { Groups } from "./Groups.ts"

/**
 * Changes (`change` names the kind) and controls (`control` names it), one line each: folding them gives the book.
 *
 * Without controls the lines of a gap look live: leave them out only where another route has them. What a lane says of
 * its own losses (`dropped`, and `stream_started` where it tells everything again) is told all the same.
 */
export const changes = (options: EmitOptions = {}): Emit<Change> => ({
  name: "changes",
  needs: "book",
  open: () => open(options.control ?? true),
})

const open = (withControls: boolean): Emission<Change> => ({
  of: (steps) => {
    const groups = new Groups<Change>()
    for (const { event, records } of steps) {
      if (records.length === 0) continue
      groups.begin(event.session, event.epoch, event.at)
      tell(groups, records, withControls)
    }
    return groups.envelopes
  },
  control: (control) =>
    makeControl({ ...control, at: Date.parse(control.at), last: control.last === true }, control, controlForm),
  snapshot: (records) => {
    const groups = new Groups<Change>()
    for (const [index, record] of records.entries()) {
      groups.begin(record.session, record.epoch, 0)
      const { last: _, ...rest } = record
      // Also where no controls are told: what is not told again would stay with the reader for ever.
      const isStart = "control" in record && record.control === "stream_started"
      tell(groups, [index === records.length - 1 ? { ...rest, last: true } : rest], withControls || isStart)
    }
    return groups.envelopes
  },
})

const tell = (groups: Groups<Change>, records: ReadonlyArray<Change | Control>, withControls: boolean): void => {
  for (const record of records) {
    groups.at(record.at)
    groups.part(record.part ?? 0, record.origin)
    const last = record.last === true
    if (!("control" in record)) groups.record(record.seq, last, record, changeForm)
    else if (withControls) groups.control(record.seq, last, record, controlForm)
    else if (last) groups.end()
  }
}
