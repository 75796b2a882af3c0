/** What the reader of a lane lacks. */

/** How a lane stands with its reader. */
export interface LaneStatus {
  /**
   * Something was lost that its reader needs, and no resnapshot that was delivered since has made it good: of everything,
   * or of the games that were lost.
   */
  readonly isLossy: boolean
  /** How many envelopes were lost, by reason: `expired`, `dead_letter`, `store_failed`, the name of an overflow policy, … */
  readonly losses: Readonly<Record<string, number>>
  /** Whether a later run finds what is pending: it is in a durable store that is still in its place. */
  readonly isKept: boolean
}
