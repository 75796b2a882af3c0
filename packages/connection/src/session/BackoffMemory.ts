/** The port through which a run of a program passes its back-off to the next run. */
import type { Millis } from "@boltodds/protocol"
import type { Effect } from "effect/Effect"
import { type BackoffState, longestWaitEverMillis } from "./Backoff.ts"
import type { KeyAtHost } from "../key/Key.ts"

/** The back-off of a run, as it is stored. Times are wall time. */
export interface BackoffRecord {
  /** Doublings of the wait: attempts since the last one that was live for a minute. */
  readonly step: number
  /** Attempts in a row without data. */
  readonly fruitless: number
  /** Refusals of the key in a row. 0 once it has worked in the run. */
  readonly keyRefusals: number
  /** The time of writing. */
  readonly at: Millis
  /** No dial before. */
  readonly until: Millis
  /** The reason, without the key. */
  readonly why: string
  /** `attempt`: an attempt is running, and the record counts only if the process dies during it · `wait`: it has failed. */
  readonly during: "attempt" | "wait"
}

/**
 * Stores the back-off between runs, one record for each key at a host. Without it, a program that is restarted whenever it
 * ends dials at once each time, and only the limiter slows it down. Nothing here fails: a record that cannot be stored or
 * read is lost.
 */
export interface BackoffMemory {
  /** The record of an earlier run. A record `during` an attempt only if the process that wrote it is gone. */
  readonly recall: (use: KeyAtHost) => Effect<BackoffRecord | undefined>
  readonly keep: (use: KeyAtHost, record: BackoffRecord) => Effect<void>
  readonly forget: (use: KeyAtHost) => Effect<void>
}

/** This long after its wait a record does not count any more, in milliseconds. */
const staleMillis = 600_000

/**
 * The back-off for a run that starts now. Undefined if the record is too old. The wait is never longer than the wait that
 * was set, nor than the longest possible wait, even with a wrong clock or a damaged file. Pure.
 */
export const resumeBackoff = (
  record: BackoffRecord,
  now: Millis,
): { readonly attempts: BackoffState; readonly waitMillis: number } | undefined => {
  if (now - record.until > staleMillis) return undefined
  const set = Math.min(record.until - record.at, longestWaitEverMillis)
  return {
    attempts: {
      step: record.step,
      fruitless: record.fruitless,
      // One more refusal decides, as it would have in that run.
      keyRefusals: Math.min(record.keyRefusals, 1),
      everLive: false,
      oversized: 0,
    },
    waitMillis: Math.max(0, Math.ceil(Math.min(record.until - now, set))),
  }
}
