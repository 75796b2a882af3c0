/** The port through which one run of a program leaves its back-off to the next. */
import type { Millis } from "@boltodds/protocol"
import type { Effect } from "effect/Effect"
import { type BackoffState, longestWaitEverMillis } from "./Backoff.ts"
import type { KeyAtHost } from "../key/Key.ts"

/** What a run writes down of its back-off. Times are wall time. */
export interface BackoffRecord {
  /** Doublings of the wait: attempts since one that was live for a minute. */
  readonly step: number
  /** Attempts in a row that brought nothing. */
  readonly fruitless: number
  /** Refusals of the key in a row, while it had not worked in the run. */
  readonly keyRefusals: number
  /** When this was written. */
  readonly at: Millis
  /** No dial before. */
  readonly until: Millis
  /** Fit to show. */
  readonly why: string
  /** `attempt`: it is under way, and this holds only if the process dies in it · `wait`: it has failed. */
  readonly during: "attempt" | "wait"
}

/**
 * Keeps back-off beyond a run, one record for each key at a host. Without it a program that is restarted whenever it
 * ends dials anew each time, held back by the limiter alone. Nothing here fails: who cannot remember forgets.
 */
export interface BackoffMemory {
  /** What an earlier run left; a record `during` an attempt only where the process that wrote it is gone. */
  readonly recall: (use: KeyAtHost) => Effect<BackoffRecord | undefined>
  readonly keep: (use: KeyAtHost, record: BackoffRecord) => Effect<void>
  readonly forget: (use: KeyAtHost) => Effect<void>
}

/** A record this long past its time is of another day's trouble, in milliseconds. */
const staleMillis = 600_000

/**
 * What a record asks of a run that starts now: undefined where it has nothing to say any more. Never a longer wait than
 * was set when it was written, nor than the back-off knows at all, whatever the clock or the file say. Pure.
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
      // One refusal more decides it, as it would have in that run.
      keyRefusals: Math.min(record.keyRefusals, 1),
      everLive: false,
      oversized: 0,
    },
    waitMillis: Math.max(0, Math.ceil(Math.min(record.until - now, set))),
  }
}
