/** Losses that concern single games, and how a lane makes them good. */
import type { Control } from "@boltodds/protocol"
import type { Envelope } from "@boltodds/sink"

/** A game of which a lane lost records: what the newest of them says of it. */
export interface LostGame {
  readonly sportsbook: string
  readonly game: string
  /** Empty where the lost record does not name it. */
  readonly sport: string
  readonly universal_game_id: string | null
  readonly book_game_id: string | null
  readonly home_team: string | null
  readonly away_team: string | null
  readonly starts_at: string | null
}

/** A session, and its connection at the moment. */
export interface SessionEpoch {
  readonly session: string
  readonly epoch: number
}

/**
 * So many games at most are unverified one by one: a loss that concerns more is a loss of everything. A resnapshot of
 * more games would be about as large as one of the whole book.
 */
export const mostLostGames = 64

/** What a lane needs to make good the loss of single games, see `LaneOptions.gameResnapshots`. */
export interface GameResnapshots<A> {
  /** All sessions of the run. The reader's copy of a game may belong to any of them. */
  readonly sessions: () => ReadonlyArray<SessionEpoch>
  /** Records that something in front of the lane holds back. They are pushed before a resnapshot is made. */
  readonly flush: () => ReadonlyArray<Envelope<A>>
  /**
   * These games as they stand now, in one group: of each its `game_opened` with its lines, or its `game_closed`. What the
   * reader had of them before must be gone after it. Undefined where that cannot be done: everything is sent again.
   */
  readonly of: (games: ReadonlyArray<LostGame>) => ReadonlyArray<Envelope<A>> | undefined
}

/** A control that informs about a game or nothing: no belief of a reader depends on it. */
export const isInformation = (control: Control): boolean => {
  switch (control.control) {
    case "heartbeat":
    case "feed_notice":
    case "no_data":
    case "resync_wanted":
    // The `quarantined` that follows it says what is unverified.
    case "game_rekeyed":
      return true
    case "quarantined":
      return control.touches === "nothing" || control.touches === "outcome"
    default:
      return false
  }
}
