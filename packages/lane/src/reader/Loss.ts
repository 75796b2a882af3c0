/** Envelopes that a lane lost, as it reports them to its readers. */
import type { Millis } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"
import type { LostGame } from "./LostGame.ts"

/**
 * Lost envelopes of one run: what the lane reports to its readers.
 *
 * With `game` they concern this game alone: a `quarantined` control. With `isInformation` no belief depends on them: a
 * `quarantined` that touches nothing. Otherwise everything is lost: a `dropped` control.
 */
export interface Loss {
  /**
   * `degraded`, `disabled`, `ended`, `closed`, `expired`, `dead_letter`, `store_failed`, the name of an overflow policy;
   * `takeover`: the reader is a new one, and earlier records went to another; or `restart`: an earlier process has lost
   * something and may have ended before it reported the loss.
   */
  readonly reason: string
  /** The run they belong to, where that is not the lane's own: a durable store kept them from an earlier one. */
  readonly run?: string
  /** 0 where nobody knows: `takeover`, `restart`. */
  readonly count: number
  /** The lowest and the highest number among them; not all between these are lost. */
  readonly firstSeq: number
  readonly lastSeq: number
  /** Of the one with the highest number. */
  readonly at: Millis
  readonly session: string
  readonly epoch: number
  /** The game that they concern, where they concern one alone. */
  readonly game?: LostGame
  /** No belief of a reader depends on them: heartbeats, notices. */
  readonly isInformation?: true
}

/** The loss of these envelopes: one for each run among them, since numbers mean nothing across runs. */
export const lossesOf = (reason: string, envelopes: ReadonlyArray<Envelope<unknown>>): ReadonlyArray<Loss> => {
  const losses = new Map<string | undefined, { -readonly [K in keyof Loss]: Loss[K] }>()
  // One after another, usually of one run, and where a store coalesces in any order of numbers.
  for (let index = 0; index < envelopes.length; index++) {
    const { run, seq, at, session, epoch } = envelopes[index]!
    const loss = losses.get(run)
    if (loss === undefined) {
      const named = run === undefined ? {} : { run }
      losses.set(run, { reason, ...named, count: 1, firstSeq: seq, lastSeq: seq, at, session, epoch })
      continue
    }
    loss.count += 1
    if (seq < loss.firstSeq) loss.firstSeq = seq
    if (seq < loss.lastSeq) continue
    loss.lastSeq = seq
    loss.at = at
    loss.session = session
    loss.epoch = epoch
  }
  return [...losses.values()]
}

/** One loss of two with the same reason and run. */
export const joinLosses = (older: Loss, newer: Loss | undefined): Loss => {
  if (newer === undefined) return older
  const last = newer.lastSeq >= older.lastSeq ? newer : older
  return { ...last, count: older.count + newer.count, firstSeq: Math.min(older.firstSeq, newer.firstSeq) }
}
