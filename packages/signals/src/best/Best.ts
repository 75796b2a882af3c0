/** The record of the emit `best`. */
import type { SignalStamp, SignalSubject } from "../SignalRecord.ts"

/** The kinds of a {@link Best}. */
export const bestKinds = ["opened", "moved", "closed"] as const

/** See {@link bestKinds}. */
export type BestKind = (typeof bestKinds)[number]

/** What to be careful about. */
export const bestWarnings = ["dominated", "duplicate", "exchange", "suspicious"] as const

/**
 * `dominated`: the sportsbook prices a harder bet shorter, so one of the two is wrong · `duplicate`: two of its outcomes are
 * this bet, the worse price counts · `exchange`: an exchange or a prediction market · `suspicious`: the next price has an
 * implied probability more than a quarter higher.
 */
export type BestWarning = (typeof bestWarnings)[number]

/** Why there is no best price any more. */
export const bestReasons = [
  "suspended",
  "removed",
  "unverified",
  "off_start",
  "flipped",
  "torn",
  "duplicate",
  "filters",
] as const

/**
 * Of the first sportsbook that had it: `off_start`: its start is too far from the event's · `flipped`: the event has home
 * and away both ways round · `torn`: its own prices contradict each other · `filters`: it no longer meets a condition.
 */
export type BestReason = (typeof bestReasons)[number]

/**
 * The best price of one selection, which was found, changed or ended. Only prices count that are live.
 *
 * A reader keeps the newest record of each `key` and deletes a `closed` one. It forgets everything at `stream_started`,
 * `stream_resumed`, `stream_stopped` and `dropped`. At `gap_opened`, `clock_jumped`, `stale`, and `quarantined` that touches
 * a session or a sportsbook, it forgets each key whose every pair of `sessions` and `sportsbooks` is in their scope
 * (`forgetsOf`). What stands afterwards is sent again as `opened`.
 */
export interface Best extends SignalStamp, SignalSubject {
  readonly best: BestKind
  /** Sent again for a reader that lost records, or joins late. */
  readonly cause?: "snapshot"
  readonly last?: true
  /** American, before fees; null when closed. */
  readonly odds: number | null
  /** Decimal, before fees; null when closed. */
  readonly decimal: number | null
  /** Decimal, after fees: what prices are ranked by. Null when closed. */
  readonly net: number | null
  /** Where the fees are from; `assumed` if those of one of the sportsbooks are. Null when closed. */
  readonly fees: "none" | "assumed" | "set" | null
  /** All that have this price, in order of names. Empty when closed. */
  readonly sportsbooks: ReadonlyArray<string>
  /** The session of each of them. */
  readonly sessions: ReadonlyArray<string>
  /** The game's key and the outcome at the first of them. When closed: where they were. */
  readonly game: string
  readonly outcome: string
  readonly link: string | null
  /** How many sportsbooks have a price that counts. */
  readonly of: number
  /** The best price of the others, American, before fees; null where there is none. */
  readonly next_odds: number | null
  /**
   * The sum of implied probabilities, after fees, of the best prices of all sides; null where a side has none or not all
   * sides are known. As of this record: it is not sent again when another side moves.
   */
  readonly booksum: number | null
  readonly previous_odds: number | null
  readonly previous_sportsbooks: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<BestWarning>
  /** When closed. */
  readonly reason?: BestReason
  /** How many records were merged into this one, where any were. */
  readonly merged?: number
}
