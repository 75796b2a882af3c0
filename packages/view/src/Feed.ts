/** What is said of the feed as a whole: the head, the banner, sportsbooks, sessions and gaps. */

/** The head of the board. */
export interface Head {
  readonly games: number
  /** Of them, those whose prices count as live. */
  readonly gamesLive: number
  /** Changes per second, over the last 10 seconds. */
  readonly perSecond: number
  /** Arrival minus the server's time, in milliseconds, the median of the last updates; null where it is not known. */
  readonly lagMs: number | null
  /** Since the last record, in milliseconds; null before the first. */
  readonly ageMs: number | null
}

/**
 * Stands while a session or a sportsbook is unverified: records were lost, it is stale, or more of its games are unverified
 * than verified. Single games are counted in the head alone. What stands is seen from the book; the reason and the times
 * are those of the last control, where one was seen.
 */
export interface Banner {
  /** `lossy`: records were lost · `stopped`: the run has ended · `gap` · `stale`: nothing comes, or too late. */
  readonly kind: "lossy" | "stopped" | "gap" | "stale"
  /** Nothing at all is live. */
  readonly isAll: boolean
  /** Sportsbooks that are not live, in order. */
  readonly sportsbooks: ReadonlyArray<string>
  readonly games: number
  readonly gamesLive: number
  /** As the control says it; null where none was seen. It may hold anything. */
  readonly reason: string | null
  /** When it began, by the clock of the view; null where that was not seen. */
  readonly since: number | null
  /** When the feed is dialed next, in milliseconds since the epoch; null where it is not known. */
  readonly nextDialAt: number | null
}

/** What a sportsbook does. `missing`: it had games in this run, and has none now. */
export type SportsbookState = "live" | "quiet" | "unverified" | "stale" | "missing"

/** One sportsbook of one session. */
export interface FeedRow {
  readonly session: string
  readonly sportsbook: string
  readonly games: number
  readonly gamesVerified: number
  readonly lines: number
  /** Null where it is not known. */
  readonly suspended: number | null
  readonly perSecond: number
  /** Since its last change, in milliseconds; null before the first. */
  readonly ageMs: number | null
  readonly lagP50: number | null
  readonly lagP95: number | null
  readonly state: SportsbookState
  /** Changes in each of the last seconds, the oldest first. */
  readonly rates: ReadonlyArray<number>
}

/** One session. */
export interface SessionRow {
  readonly session: string
  /** A session state of status records; `connecting`, `live` and so on. Derived from controls where there are none. */
  readonly state: string
  readonly why: string | null
  readonly epoch: number
  readonly games: number
  readonly gamesVerified: number
  /** Milliseconds since the epoch. */
  readonly nextDialAt: number | null
  readonly dialsLeft: number | null
}

/** A time in which something was not live. */
export interface GapRow {
  readonly session: string
  /** Null: all of the session. */
  readonly sportsbook: string | null
  readonly kind: string
  readonly reason: string
  /** Milliseconds since the epoch, by the session clock. */
  readonly from: number
  /** Null while it lasts. */
  readonly ms: number | null
  readonly games: number
}

/** The feed: sportsbooks, sessions, and the last gaps, the newest first. */
export interface FeedRows {
  readonly sportsbooks: ReadonlyArray<FeedRow>
  readonly sessions: ReadonlyArray<SessionRow>
  readonly gaps: ReadonlyArray<GapRow>
}
