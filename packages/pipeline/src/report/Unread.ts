/** What came from the feed and was not applied to the book. */
import type { ActionCount, LimitCount, StateCounts } from "@boltodds/state"

/** How often an unknown action came. */
export interface UnknownAction {
  /** The wire's `action`, or `type` where a message has no action. */
  readonly action: string
  readonly count: number
  /** The options say to ignore it. */
  readonly ignored: boolean
}

/** A bound that was reached. */
export interface LimitReport extends LimitCount {
  /** As `limit.name` of a `quarantined`. */
  readonly name: string
}

/** Counts of what was not understood or not applied. All are 0 where no route asks for more than frames. */
export interface Unread {
  /** Messages and frames that could not be read. */
  readonly quarantined: number
  /** Outcomes that could not be read, each suspended alone. */
  readonly rejected: number
  /** Messages with an action that is not known, ignored ones included. */
  readonly unknown: number
  /** Messages of an action that the options say to ignore. */
  readonly ignored: number
  /** Messages dropped because they were sent before the removal or clear that they follow. */
  readonly lateArrivals: number
  /** Messages, or outcomes of one, that were beyond a bound of the state and not applied. */
  readonly limited: number
  /** Which bounds were reached, how often, and by what first; messages that were too large to be parsed too. */
  readonly limits: ReadonlyArray<LimitReport>
  /** The first 100 unknown actions, the most frequent first. */
  readonly actions: ReadonlyArray<UnknownAction>
}

/** What a reducer has counted. */
export interface Counted {
  readonly counts: StateCounts
  readonly unknownActions: ReadonlyMap<string, ActionCount>
  readonly reachedLimits: ReadonlyMap<string, LimitCount>
  /** Estimated size of what is known. */
  readonly bytes: number
}

/** Nothing was left out. */
export const nothingUnread: Unread = {
  quarantined: 0,
  rejected: 0,
  unknown: 0,
  ignored: 0,
  lateArrivals: 0,
  limited: 0,
  limits: [],
  actions: [],
}

/** The counts of a reducer as a report has them. */
export const unreadOf = ({ counts, unknownActions, reachedLimits }: Counted): Unread => ({
  quarantined: counts.quarantined,
  rejected: counts.rejected,
  unknown: counts.unknown,
  ignored: counts.ignored,
  lateArrivals: counts.lateArrivals,
  limited: counts.limited,
  limits: Array.from(reachedLimits, ([name, reached]) => ({ name, ...reached })),
  actions: [...unknownActions].map(([action, known]) => ({ action, ...known })).sort((a, b) => b.count - a.count),
})
