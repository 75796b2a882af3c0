/** What the source of a run is doing, as its reducer knows it. */
import type { SessionStanding, SportsbookTotals } from "@boltodds/state"

/** One session. Of records: what their stream says of it. */
export interface Standing extends SessionStanding {
  /** Records were lost on the way here. */
  readonly isLossy?: boolean
  /** The stream has ended. */
  readonly isStopped?: boolean
}

/** One sportsbook. */
export interface Totals extends Omit<SportsbookTotals, "suspended"> {
  /** Null where counting them takes too long. */
  readonly suspended: number | null
}
