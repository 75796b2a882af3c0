/** What a reader of the stream knows: the book that changes and controls add up to. */
import type { LineExtras } from "./Change.ts"
import type { Side, TargetKind } from "./Side.ts"

/** One line: what a sportsbook quotes for one outcome. */
export interface BookLine extends LineExtras {
  readonly outcome: string
  readonly market: string | null
  readonly target: string | null
  readonly target_kind: TargetKind | null
  readonly side: Side | null
  readonly line: number | null
  readonly line_derived: boolean
  /** American; null while suspended. */
  readonly odds: number | null
  readonly link: string | null
  /** Whether it is known to be what the book quotes now. */
  readonly verified: boolean
}

/** One game at one sportsbook. */
export interface BookGame {
  readonly session: string
  readonly sport: string
  readonly sportsbook: string
  readonly game: string
  readonly universal_game_id: string | null
  readonly book_game_id: string | null
  readonly home_team: string | null
  readonly away_team: string | null
  readonly starts_at: string | null
  /** Only line updates named it so far: it may have more lines. */
  readonly partial: boolean
  /** Whether all of its lines are known to be what the book quotes now. */
  readonly verified: boolean
  /** By outcome key. */
  readonly lines: ReadonlyMap<string, BookLine>
}

/** Everything known, by {@link gameId}; and what must not be trusted as live for the moment. */
export interface Book {
  readonly games: ReadonlyMap<string, BookGame>
  /** Sessions that are `stale`. */
  readonly staleSessions: ReadonlySet<string>
  /** Sportsbooks that are `stale`, as `session` and `sportsbook` joined by {@link gameId}. */
  readonly staleBooks: ReadonlySet<string>
  /**
   * Records were lost on the way here (`dropped`): nothing is live, and nothing can be verified, until everything has
   * been sent again from its `stream_started` on. Records that arrive before that are folded all the same.
   */
  readonly lossy: boolean
  /** The run whose records made it: undefined before the first. */
  readonly run?: string | undefined
}

/** The identity of a game at a sportsbook, as one string. */
export const gameId = (sportsbook: string, game: string): string => `${sportsbook}\u0000${game}`

/**
 * Whether a line is known to be what its sportsbook quotes now. Says nothing of its price: a live line may be
 * suspended (`odds` null).
 */
export const isLive = (book: Book, game: BookGame, line: BookLine): boolean =>
  line.verified && !book.lossy && !book.staleSessions.has(game.session) &&
  !book.staleBooks.has(gameId(game.session, game.sportsbook))

/** A book that knows nothing. */
export const emptyBook: Book = { games: new Map(), staleSessions: new Set(), staleBooks: new Set(), lossy: false }
