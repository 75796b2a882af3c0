/** The rows of the board and of the moves. */

/** What is known of a price at a sportsbook. `absent`: it does not offer the bet. */
export type CellState = "live" | "unverified" | "suspended" | "absent"

/**
 * Why a price is shown and never the best: `synthetic`: nobody takes a bet at it · `partial`: of a game of which only
 * updates were seen · `flipped`: sportsbooks do not agree on who is at home · `other_start`: the sportsbook's game starts
 * at another time · `torn`: the sportsbook's own prices contradict each other.
 */
export type Excluded = "synthetic" | "partial" | "flipped" | "other_start" | "torn"

/** How a price moved a short while ago. Only prices that are live have one. */
export interface MoveMark {
  /** `longer`: it pays more than before. */
  readonly direction: "longer" | "shorter"
  /** Less than 5 seconds ago; otherwise less than 60. */
  readonly isNew: boolean
  /** American. */
  readonly from: number
}

/** The price of one bet at one sportsbook. */
export interface PriceCell {
  readonly sportsbook: string
  readonly state: CellState
  /** American; null where there is none now. Where it is not `live` it is only what was last known. */
  readonly odds: number | null
  /** The implied probability of `odds`; null where there is none. */
  readonly probability: number | null
  readonly excluded: Excluded | null
  /** Whether no price that counts pays more. Never of a cell that is not live, or is excluded. */
  readonly isBest: boolean
  readonly move: MoveMark | null
  readonly link: string | null
}

/** The best price of a bet, over all sportsbooks whose price counts. */
export interface BestCell {
  /** American. */
  readonly odds: number
  readonly probability: number
  /** All that have it, in order of names. */
  readonly sportsbooks: ReadonlyArray<string>
  /** How many sportsbooks have a price that counts. */
  readonly of: number
}

/** One bet at all sportsbooks. */
export interface BoardRow {
  /** The key of the selection, as in the records of signals. */
  readonly key: string
  /** `home`, `away`, `draw`, `over`, … */
  readonly side: string
  /** Who or what: a team, `Draw`, `Over`. As the feed sends it: it may hold anything. */
  readonly name: string
  /** `-1.5`, `o8.5`; empty where there is no line. */
  readonly line: string
  /** By sportsbook; a sportsbook that does not offer the bet is left out. */
  readonly cells: ReadonlyMap<string, PriceCell>
  /** Null where no price counts. */
  readonly best: BestCell | null
  /** The probability without a margin, by the records of `fair`; null where there is none. */
  readonly fair: number | null
}

/** The sides of one line of an event. */
export interface BoardGroup {
  readonly key: string
  /** The key of the event. */
  readonly event: string
  readonly sport: string
  /** `Moneyline`, `1st Half Total`. */
  readonly market: string
  readonly home: string | null
  readonly away: string | null
  /** Milliseconds since the epoch; null where no start is known. */
  readonly startsAt: number | null
  readonly rows: ReadonlyArray<BoardRow>
  /** The booksum of the best prices less 1; null where a side has none. Below 0 all sides pay more than is staked. */
  readonly hold: number | null
  /** Whether any price of it is live. */
  readonly isPriced: boolean
  readonly games: number
  /** Of the games of the event, those that are not verified. */
  readonly gamesUnverified: number
}

/** What to show on the board. */
export interface BoardQuery {
  /** The id of a market, see `View.markets`. */
  readonly market: string
  /** Words that the sport or the teams must have in them, all of them. Default none. */
  readonly filter?: string
  /** By start (default), the newest move first, or the least hold first. */
  readonly sort?: BoardSort
}

/** The orders of the board. */
export type BoardSort = "start" | "move" | "hold"

/** One side of a {@link MoveRow}. */
export interface MovedSide {
  readonly name: string
  readonly line: string
  /** American. */
  readonly from: number
  readonly to: number
  readonly direction: MoveMark["direction"]
  /** Whether the line is live and still has this price. */
  readonly isCurrent: boolean
}

/** A move: both sides of a pair, and sportsbooks that share their prices, in one row. */
export interface MoveRow {
  readonly key: string
  /** By the clock that the view is given, in milliseconds since the epoch. */
  readonly at: number
  readonly event: string
  readonly sport: string
  readonly market: string
  readonly home: string | null
  readonly away: string | null
  readonly startsAt: number | null
  readonly sportsbooks: ReadonlyArray<string>
  readonly sides: ReadonlyArray<MovedSide>
  /** Less than 5 seconds ago. */
  readonly isNew: boolean
}
