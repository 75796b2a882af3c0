/** What a lane has done with its records, and what its reader lacks. */

/**
 * The counters of a lane, in envelopes unless the name says otherwise.
 *
 * Always, at every moment: `in + restored = delivered + coalesced + replaced + dropped + expired + deadLettered +
 * pending`.
 */
export interface LaneCounts {
  /** Pushed, and made by the lane itself: its `dropped` controls and its resnapshots. */
  readonly in: number
  /** Found in the store when the lane was opened: left by an earlier run. */
  readonly restored: number
  readonly delivered: number
  /** Merged into another that was waiting. */
  readonly coalesced: number
  /**
   * Not needed any more, because a resnapshot says it all: the rest of an older resnapshot, and the controls that a lane
   * withholds after a loss (`game_verified`, `gap_closed`, `synced`, `fresh`; after one of single games their
   * `game_verified` alone).
   */
  readonly replaced: number
  /** Lost: the lane was full, its sink degraded, disabled or gone. */
  readonly dropped: number
  /** Too old to be worth delivering. */
  readonly expired: number
  /** The destination will never take it. */
  readonly deadLettered: number
  /** Waiting, or in a batch in flight. */
  readonly pending: number
  /** Of what is pending: the length of its text with a newline each. Exact for ASCII. */
  readonly pendingBytes: number
  /** Of what was delivered, counted in the same way. */
  readonly deliveredBytes: number
  /** Batches wholly or partly delivered. */
  readonly batches: number
  /** Attempts beyond the first. */
  readonly retries: number
  /** Resnapshots of the whole book that were delivered whole: each made good all losses before it. */
  readonly resnapshots: number
  /** Games that were delivered whole in resnapshots of single games: each made good all losses in the game before it. */
  readonly gameResnapshots: number
}

/** Whether nothing was lost on the way: all that came in was delivered, merged into what was, or not needed any more. */
export const isComplete = (counts: LaneCounts): boolean =>
  counts.dropped === 0 && counts.expired === 0 && counts.deadLettered === 0 && counts.pending === 0

/** The difference of the two sides of the law of {@link LaneCounts}: 0, or somebody has a bug. */
export const imbalance = (counts: LaneCounts): number =>
  counts.in + counts.restored - counts.delivered - counts.coalesced - counts.replaced - counts.dropped -
  counts.expired -
  counts.deadLettered - counts.pending

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
