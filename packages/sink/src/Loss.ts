/** Envelopes that a lane lost, told to its readers. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "./Envelope.ts"

/** A run of lost envelopes: what a `dropped` control is made of. */
export interface Loss {
  /** `degraded`, `disabled`, `ended`, `closed`, or the name of an overflow policy. */
  readonly reason: string
  readonly count: number
  readonly firstSeq: number
  readonly lastSeq: number
  /** Of the newest one lost. */
  readonly at: Millis
  readonly session: string
  readonly epoch: number
}

/** The loss of these envelopes, added to an earlier one with the same reason. */
export const addLoss = (
  earlier: Loss | undefined,
  reason: string,
  envelopes: ReadonlyArray<Envelope<unknown>>,
): Loss | undefined => {
  const first = envelopes[0]
  const last = envelopes[envelopes.length - 1]
  if (first === undefined || last === undefined) return earlier
  const { at, session, epoch } = last
  const loss = { reason, count: envelopes.length, firstSeq: first.seq, lastSeq: last.seq, at, session, epoch }
  return earlier === undefined ? loss : joinLosses(earlier, loss)
}

/** One loss of two with the same reason. */
export const joinLosses = (older: Loss, newer: Loss | undefined): Loss =>
  newer === undefined ? older : { ...newer, count: older.count + newer.count, firstSeq: older.firstSeq }
