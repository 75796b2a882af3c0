/** The record of the emit `fair`. */
import type { DevigMethod } from "@boltodds/odds"
import type { SignalStamp, SignalSubject } from "../SignalRecord.ts"

/** The kinds of a {@link Fair}. */
export const fairKinds = ["opened", "moved", "closed"] as const

/** See {@link fairKinds}. */
export type FairKind = (typeof fairKinds)[number]

/** Why there is no fair probability any more. */
export const fairReasons = ["unverified", "reference", "filters"] as const

/**
 * `reference`: no reference has all sides, live and in order · `unverified`: a control that overtook it was about one of its
 * sportsbooks · `filters`: it no longer meets a condition.
 */
export type FairReason = (typeof fairReasons)[number]

/**
 * The fair probabilities of one pair: what its sides are worth without a margin, by the reference.
 *
 * A reader keeps the newest record of each `key` and deletes a `closed` one. It forgets everything at `stream_started`,
 * `stream_resumed`, `stream_stopped` and `dropped`, and at the controls of `forgetsOf` each key of which **any** pair of
 * `sessions` and `sportsbooks` is in the scope. What stands afterwards is sent again as `opened`.
 */
export interface Fair extends SignalStamp, Omit<SignalSubject, "side"> {
  readonly fair: FairKind
  readonly cause?: "snapshot"
  readonly last?: true
  /** By side. They add up to the number of winners. Empty when closed. */
  readonly p: { readonly [side: string]: number }
  readonly method: DevigMethod
  /** The name of a sportsbook, or `consensus`; null when closed. */
  readonly reference: string | null
  /** The sportsbooks it is made of, in order of names, and the session of each. Empty when closed. */
  readonly sportsbooks: ReadonlyArray<string>
  readonly sessions: ReadonlyArray<string>
  /** How many families they are: sportsbooks that share prices count as one. */
  readonly families: number
  /** The largest difference between two families over all sides. */
  readonly spread_of_p: number
  /** At how many sportsbooks this line is the main one, as of this record. */
  readonly main_at: number
  /** Whether it is the main line of most families, as of this record. */
  readonly consensus_main: boolean
  /** The hold of each sportsbook that it is made of. */
  readonly hold: { readonly [sportsbook: string]: number }
  /** A push is possible: then p is conditional on no push. */
  readonly push: boolean
  readonly previous_p: { readonly [side: string]: number } | null
  /** When closed. */
  readonly reason?: FairReason
  /** How many records were merged into this one, where any were. */
  readonly merged?: number
}
