/** How much is known of each sportsbook. */
import type { Millis } from "@boltodds/protocol"
import type { Core } from "./internal/Core.ts"
import { isGameVerified } from "./internal/verification.ts"

/** How much is known of one sportsbook of a session, and how much of it counts as live. */
export interface SportsbookTotals {
  readonly session: string
  readonly sportsbook: string
  readonly games: number
  /** Of `games`, those that are verified; 0 while the session or the sportsbook is stale. */
  readonly gamesVerified: number
  /** 0 where no lines are kept. */
  readonly lines: number
  /** Of `lines`, those without a price. */
  readonly suspended: number
  /** When data of it last came; 0 before the first in this run. */
  readonly receivedAt: Millis
  /** Whether it is stale, or its session. */
  readonly stale: boolean
}

/** The totals of all sportsbooks. It takes as long as there are games, however many lines they have. */
export const totalsIn = (core: Core): ReadonlyArray<SportsbookTotals> => {
  const all: Array<SportsbookTotals> = []
  for (const session of core.sessions.values()) {
    for (const entry of session.sportsbooks.values()) {
      const stale = session.stale !== undefined || entry.stale !== undefined
      let gamesVerified = 0
      let lines = 0
      let suspended = 0
      for (const game of entry.games.values()) {
        lines += game.lines.size
        suspended += game.suspended
        if (!stale && isGameVerified(session, entry, game)) gamesVerified++
      }
      const { sportsbook, games, receivedAt } = entry
      all.push({
        session: session.name,
        sportsbook,
        games: games.size,
        gamesVerified,
        lines,
        suspended,
        receivedAt,
        stale,
      })
    }
  }
  return all
}
