/** The record of the emit `opportunities`. */
import type { SignalStamp, SignalSubject } from "../SignalRecord.ts"

/** The types of opportunities. */
export const opportunityTypes = ["arb", "ev", "middle", "low_hold"] as const

/**
 * `arb`: all sides of one line pay more than is staked · `ev`: one price pays more than the fair probability without its
 * own family says · `middle`: two lines that can both win · `low_hold`: all sides of one line with nearly no margin.
 */
export type OpportunityType = (typeof opportunityTypes)[number]

/** The kinds of an {@link Opportunity}. */
export const opportunityKinds = ["opened", "changed", "closed"] as const

/** See {@link opportunityKinds}. */
export type OpportunityKind = (typeof opportunityKinds)[number]

/** Why an opportunity ended. */
export const opportunityReasons = [
  "price",
  "suspended",
  "removed",
  "unverified",
  "off_start",
  "flipped",
  "torn",
  "dominated",
  "start_conflict",
  "reference",
  "suspicious",
  "better",
  "stopped",
  "filters",
] as const

/**
 * `price`: it pays too little now · `suspended` to `dominated`: of the first leg that no longer counts · `start_conflict`:
 * sportsbooks disagree on the start · `reference`: no fair probability any more · `suspicious`: it pays too much to be true
 * · `better`: another combination of the line took its place · `stopped`: the run ended.
 */
export type OpportunityReason = (typeof opportunityReasons)[number]

/** One price of an opportunity. */
export interface OpportunityLeg {
  readonly sportsbook: string
  readonly session: string
  /** The game's key and the outcome, as in `changes`. */
  readonly game: string
  readonly outcome: string
  readonly side: string
  /** Of this side. */
  readonly line: number | null
  /** American, before fees. */
  readonly odds: number
  /** Decimal, after fees. */
  readonly net: number
  readonly link: string | null
  /** Since the price was set, in milliseconds; null where that is not known. */
  readonly price_age_ms: number | null
  /** The `seq` of the change that set the price. */
  readonly change_seq: number
}

/**
 * An opportunity that was found, changed or ended. Fractions are of 1, not per cent. It is no advice, and no promise that
 * the prices can be had.
 *
 * A reader keeps the newest record of each `id` and deletes a `closed` one; each that is open gets its `closed`, before the
 * control that is the cause. It forgets everything at `stream_started`, `stream_resumed`, `stream_stopped` and `dropped`.
 */
export interface Opportunity extends SignalStamp, Omit<SignalSubject, "side"> {
  readonly opportunity: OpportunityKind
  readonly cause?: "snapshot"
  readonly last?: true
  /** The type, what is bet on, and where: the same opportunity has the same id in every run. */
  readonly id: string
  readonly type: OpportunityType
  /** Of a stake of 1: `arb`: the profit; `ev`: the expected profit; `low_hold`: minus the hold; `middle`: minus `break_even`. */
  readonly value: number
  /** `arb`, `low_hold`, `middle`: the sum of implied probabilities after fees; null for `ev`. */
  readonly booksum: number | null
  /** The share of each leg in the whole stake; of `ev` a quarter of Kelly's share of the bankroll. */
  readonly stakes: ReadonlyArray<number>
  readonly legs: ReadonlyArray<OpportunityLeg>
  /** `ev`: the fair probability without the leg's family, and its reference. */
  readonly p?: number
  readonly reference?: string
  /** `middle`: the distance of the lines, the loss where one bet wins, the profit where both do. */
  readonly gap?: number
  readonly miss?: number
  readonly both?: number
  /** How long it had stood when it was opened, in milliseconds. */
  readonly confirmed_ms: number
  /** The best value since it was first seen. */
  readonly peak: number
  readonly fees: "none" | "assumed" | "set"
  /** A push is possible: `ev` is then of bets that are decided. */
  readonly push_possible: boolean
  readonly warnings: ReadonlyArray<"duplicate" | "exchange" | "live">
  /** How often it was closed and opened again, within `rearm` each time. */
  readonly reopened?: number
  /** When closed. */
  readonly reason?: OpportunityReason
  /** When closed: since it was opened, in milliseconds. */
  readonly open_ms?: number
  /** How many records were merged into this one, where any were. */
  readonly merged?: number
}
