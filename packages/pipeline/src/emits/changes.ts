/** The emit `changes`: changes of the book. */
import { changeCoalescing } from "@boltodds/lane"
import { type Change, type Control, gameId, isLineChange } from "@boltodds/protocol"
import { type Envelope, makeControl } from "@boltodds/sink"
import { where } from "../processors/where.ts"
import type { Emission, Emit, EmitOptions } from "./Emit.ts"
import { changeForm, controlForm } from "./forms.ts"
import { Groups } from "./Groups.ts"

/**
 * Changes (`change` names the kind) and controls (`control` names it), one per line. Folding them gives the book.
 *
 * Without controls, the lines of a gap look live: leave them out only if another route has them. The controls of a
 * lane (`dropped`, and the `stream_started` of a resnapshot) are always sent.
 */
export const changes = (options: EmitOptions = {}): Emit<Change> => ({
  name: "changes",
  needs: "book",
  open: ({ isOfRecords = false }) => open(options.control ?? true, isOfRecords),
  coalescing: changeCoalescing,
  // By game: an opening that arrived after its lines would remove them.
  orderKey: gameOf,
  view: where,
  isBook: true,
  takesRecords: true,
})

const gameOf = ({ sportsbook, game }: Change): string => gameId(sportsbook, game)

/** `hasRuns`: the records may be of several runs. */
const open = (withControls: boolean, hasRuns: boolean): Emission<Change> => {
  const snapshot = (records: ReadonlyArray<Change | Control>): ReadonlyArray<Envelope<Change>> => {
    const groups = new Groups<Change>()
    for (const [index, record] of records.entries()) {
      groups.begin(record.session, record.epoch, 0)
      const { last: _, ...rest } = record
      // Always sent: otherwise the reader would keep lines that are not in the snapshot.
      const isStart = "control" in record && record.control === "stream_started"
      write(groups, [index === records.length - 1 ? { ...rest, last: true } : rest], withControls || isStart, hasRuns)
    }
    return groups.envelopes
  }
  return {
    of: (steps) => {
      const groups = new Groups<Change>()
      for (const { event, records } of steps) {
        if (records.length === 0) continue
        groups.begin(event.session, event.epoch, event.at)
        write(groups, records, withControls, hasRuns)
      }
      return groups.envelopes
    },
    control: (control) =>
      makeControl({ ...control, at: Date.parse(control.at), last: control.last === true }, control, controlForm),
    snapshot,
    games: { of: snapshot, begins },
  }
}

/** A game begins with its opening and ends with its closing. */
const begins = (value: unknown): string | undefined => {
  const change = value as Change
  return isLineChange(change) || change.change === "game_amended" ? undefined : gameOf(change)
}

const write = (
  groups: Groups<Change>,
  records: ReadonlyArray<Change | Control>,
  withControls: boolean,
  hasRuns: boolean,
): void => {
  for (const record of records) {
    groups.at(record.at)
    groups.part(record.part ?? 0, record.origin, hasRuns ? record.run : undefined)
    const last = record.last === true
    if (!("control" in record)) groups.record(record.seq, last, record, changeForm)
    else if (withControls) groups.control(record.seq, last, record, controlForm)
    else if (last) groups.end()
  }
}
