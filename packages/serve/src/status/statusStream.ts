/** Status records as a stream: a reader that joins gets the newest of each kind. */
import type { Coalescing } from "@boltodds/lane"
import { parseTimestamp, type StatusRecord } from "@boltodds/protocol"
import { type Envelope, type Form, makeRecord } from "@boltodds/sink"

/** The name of the emit by which clients ask for it. */
export const statusEmit = "status"

/** Of each kind the newest replaces those before it. */
export const statusCoalescing: Coalescing<StatusRecord> = {
  key: ({ status }) => status,
  compose: (_, newer) => newer,
  place: () => "keep",
  invalidated: (value) => value,
}

const form: Form<StatusRecord> = {
  encode: (record) => JSON.stringify(record),
  mark: ({ last: _, ...record }, last) => last ? { ...record, last } : record,
}

/** Puts the records of one time into envelopes, as one group. `seq` counts the times. */
export const statusEnvelopes = (
  records: ReadonlyArray<StatusRecord>,
  seq: number,
): ReadonlyArray<Envelope<StatusRecord>> =>
  records.map((record, part) =>
    makeRecord(
      { seq, part, at: parseTimestamp(record.at) ?? 0, session: "", epoch: 0, last: record.last === true },
      record,
      form,
    )
  )
