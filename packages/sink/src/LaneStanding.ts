/** How a lane stands with its reader. */

/** How a lane stands with its reader. */
export interface LaneStanding {
  /** Something was lost, and no resnapshot that was delivered since has made it good. */
  readonly isLossy: boolean
  /** How many envelopes were lost, by reason: `expired`, `dead_letter`, `store_failed`, the name of an overflow policy, … */
  readonly losses: Readonly<Record<string, number>>
  /** Whether a later run finds what is pending: it is in a durable store that is still in its place. */
  readonly isKept: boolean
}
