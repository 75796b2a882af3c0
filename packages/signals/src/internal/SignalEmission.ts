/** A kind of signals as an emission of `@boltodds/pipeline`. */
import { controlForm, type Emission, Groups } from "@boltodds/pipeline"
import type { Change, Control } from "@boltodds/protocol"
import { type Envelope, type Form, makeControl } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import { millisOf, type SignalStamp, stampOf } from "../SignalRecord.ts"
import { isStart, type SignalStream } from "./SignalStream.ts"

interface Signal extends SignalStamp {
  readonly last?: true
}

/** The text of signals. */
export const signalForm: Form<unknown> = {
  encode: JSON.stringify,
  mark: (record, last) => {
    if (last) return { ...record as Signal, last }
    const { last: _, ...rest } = record as Signal
    return rest
  },
}

/** What a kind of signals has. */
export interface SignalEmissionOptions {
  readonly withControls: boolean
  readonly hasDeadlines: boolean
  /** Whether what it sent can be sent again. If not, a snapshot is only read, by an emission that begins with it. Default true. */
  readonly hasSnapshot?: boolean
}

/** Opens an emission of signals; with deadlines if they have some. */
export const signalEmission = <A extends Signal>(
  stream: SignalStream<A>,
  { withControls, hasDeadlines, hasSnapshot = true }: SignalEmissionOptions,
): Emission<A> => {
  const form = signalForm as Form<A>
  const write = (groups: Groups<A>, found: ReadonlyArray<A>): void => {
    for (const each of found) {
      groups.part(each.part ?? 0, undefined)
      groups.record(each.seq, false, each, form)
    }
  }
  const take = (groups: Groups<A>, record: Change | Control): void => {
    const found = stream.take(record)
    groups.at(record.at)
    if ("control" in record) write(groups, stream.before)
    if ("control" in record && (withControls || isStart(record))) {
      const { last: _, ...control } = record
      groups.part(record.part ?? 0, record.origin)
      groups.control(record.seq, false, control as Control, controlForm)
    }
    write(groups, found)
    if (record.last === true) groups.end()
  }
  const snapshot = (records: ReadonlyArray<Change | Control>): ReadonlyArray<Envelope<A>> => {
    const { last: _, ...start } = records[0] as Control
    const { part = 0, origin, at, session, epoch, seq } = start
    if (stream.isEmpty) { for (const record of records) stream.take(record) }
    if (!hasSnapshot) return []
    const groups = new Groups<A>()
    groups.begin(session, epoch, millisOf(at))
    groups.part(part, origin)
    groups.control(seq, false, start as Control, controlForm)
    const stamp = { ...stampOf(records[0]!, part), ...origin === undefined ? {} : { origin } }
    for (const [index, record] of stream.standing(stamp).entries()) {
      groups.part(part + 1 + index, origin)
      groups.record(seq, false, { ...record, part: part + 1 + index }, form)
    }
    groups.end()
    return groups.envelopes
  }
  return {
    of: (steps: ReadonlyArray<Step>): ReadonlyArray<Envelope<A>> => {
      const groups = new Groups<A>()
      for (const { event, records } of steps) {
        if (records.length === 0) continue
        groups.begin(event.session, event.epoch, event.at)
        for (const record of records) take(groups, record)
      }
      return groups.envelopes
    },
    control: (control) =>
      makeControl({ ...control, at: millisOf(control.at), last: control.last === true }, control, controlForm),
    snapshot,
    ...hasDeadlines
      ? {
        dueAt: () => stream.dueAt(),
        advance: (at: number) => {
          const groups = new Groups<A>()
          const found = stream.advance(at)
          if (found.length > 0) groups.begin(found[0]!.session, found[0]!.epoch, at)
          write(groups, found)
          groups.end()
          return groups.envelopes
        },
      }
      : {},
  }
}
