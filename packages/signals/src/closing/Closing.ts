/** The record of the emit `closing`. */
import type { SignalStamp, SignalSubject } from "../SignalRecord.ts"

/** The kinds of a {@link Closing}. */
export const closingKinds = ["captured", "missing", "withdrawn"] as const

/** See {@link closingKinds}. */
export type ClosingKind = (typeof closingKinds)[number]

/** Why there is no closing price, or no longer one. */
export const closingReasons = [
  "suspended",
  "removed",
  "absent",
  "book_clear",
  "sport_clear",
  "unverified",
  "stale",
  "off_start",
  "flipped",
  "torn",
  "duplicate",
  "start_moved",
  "filters",
] as const

/**
 * `suspended`: it had no price at the start · `removed`, `absent`, `book_clear`, `sport_clear`: the line was gone, for at most
 * 30 minutes, and how it went · `unverified`, `stale`: it was not known whether its price was live · `off_start`,
 * `flipped`, `torn`, `duplicate`: as in `best` · `start_moved`: the start is another one now, and what the price was at it is
 * not known (yet) · `filters`: it no longer meets a condition, or is left out by new filters.
 */
export type ClosingReason = (typeof closingReasons)[number]

/** What to be careful about. */
export const closingWarnings = ["dominated", "duplicate", "exchange", "start_conflict"] as const

/**
 * `dominated`: the sportsbook priced a harder bet shorter · `duplicate`: two of its outcomes are this bet, the worse price
 * counts · `exchange`: an exchange or a prediction market · `start_conflict`: sportsbooks disagree on the start, or one of
 * them had moved it by more than 90 minutes a short while before.
 */
export type ClosingWarning = (typeof closingWarnings)[number]

/**
 * The last price of a selection at a sportsbook that was live before the start of its event, or why there is none. One
 * for each selection and sportsbook, stamped with the start.
 *
 * A reader keeps the newest record of each `key` and `sportsbook`, and deletes it when it is `withdrawn`. It is history: controls
 * change nothing. It is not sent again after a loss (`dropped`).
 */
export interface Closing extends SignalStamp, SignalSubject {
  readonly closing: ClosingKind
  readonly last?: true
  readonly sportsbook: string
  /** The game's key and the outcome, as in `changes`. */
  readonly game: string
  readonly outcome: string
  /** American, before fees; null unless captured. */
  readonly odds: number | null
  /** Decimal, before fees; null unless captured. */
  readonly decimal: number | null
  /** Decimal, after fees; null unless captured. */
  readonly net: number | null
  readonly fees: "none" | "assumed" | "set"
  /**
   * The fair probability of this side at the start, by the reference; null where there was none. It stands beside a price
   * that is missing, too.
   */
  readonly fair: number | null
  /** The name of a sportsbook, or `consensus`. */
  readonly reference: string | null
  /** How many families the fair probability is made of. */
  readonly families: number
  /** How many sides the line has, and how many of them win; null where that is not known. */
  readonly outcomes: number | null
  readonly winners: number | null
  /** A push is possible: then `fair` is conditional on no push. */
  readonly push: boolean
  /** Whether it was the main line of its market at this sportsbook; true where the market has no line. */
  readonly main: boolean
  /** Since the price was set, at the start, in milliseconds; null where that is not known. */
  readonly price_age_ms: number | null
  /** Missing: the last price that was known, American. It is no closing price. */
  readonly odds_before: number | null
  /** Whether the start was moved by more than five minutes since the event was first seen. */
  readonly start_moved: boolean
  readonly warnings: ReadonlyArray<ClosingWarning>
  /** When missing or withdrawn. */
  readonly reason?: ClosingReason
  /** How many records were merged into this one, where any were. */
  readonly merged?: number
}
