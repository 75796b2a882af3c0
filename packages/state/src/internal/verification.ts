/**
 * What is verified, in moments of one counter, `Core.moment`.
 *
 * A line is verified when it, or its game, was confirmed no earlier than its session, sportsbook or game was last
 * invalidated. A gap therefore costs one assignment, whatever the size of the book.
 */
import type { Game, Line, SportsbookEntry } from "./model.ts"
import type { SessionState } from "./session/SessionState.ts"

/** Whether all lines of a game are known to be what the sportsbook quotes now. */
export const isGameVerified = (session: SessionState, entry: SportsbookEntry, game: Game): boolean =>
  game.confirmedAt >= invalidatedAt(session, entry, game)

/** Whether a line is known to be what the sportsbook quotes now. */
export const isLineVerified = (session: SessionState, entry: SportsbookEntry, game: Game, line: Line): boolean =>
  Math.max(line.confirmedAt, game.confirmedAt) >= invalidatedAt(session, entry, game)

/**
 * Whether a game began with a line update after the last invalidation. It may have more lines than are known, but each
 * line that it has is verified.
 */
export const isMerelyPartial = (session: SessionState, entry: SportsbookEntry, game: Game): boolean =>
  game.partial && game.openedAt >= invalidatedAt(session, entry, game)

/** The moment of the last invalidation of a game: its own, or that of its sportsbook or session. */
export const invalidatedAt = (session: SessionState, entry: SportsbookEntry, game: Game): number =>
  Math.max(session.invalidatedAt, entry.invalidatedAt, game.invalidatedAt)
