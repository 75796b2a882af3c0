/** What the index keeps: where each line of the book belongs. Prices are read from the book itself. */
import type { Selection } from "@boltodds/market"

/** A line of a game, by its keys in the book. */
export interface Place {
  readonly sportsbook: string
  /** `gameId` of the game. */
  readonly game: string
  readonly outcome: string
  readonly side: SideCell
  /** What was read of the line: where it differs, the line is another bet. */
  readonly read: string
}

/** One bet. */
export interface SideCell {
  readonly key: string
  readonly name: string
  readonly selection: Selection
  readonly rung: RungCell
  /** By sportsbook: usually one. */
  readonly places: Map<string, Array<Place>>
}

/** The sides of one line. */
export interface RungCell {
  readonly market: MarketCell
  /** Of a spread the home team's. */
  readonly line: number | null
  readonly sides: Map<string, SideCell>
}

/** All lines of a market of an event. */
export interface MarketCell {
  readonly key: string
  /** The market of the board, see `marketId`. */
  readonly id: string
  readonly event: EventCell
  readonly selection: Selection
  readonly rungs: Map<number | null, RungCell>
}

/** An event: games of sportsbooks under one key. */
export interface EventCell {
  readonly key: string
  /** By `gameId`. */
  readonly games: Set<string>
  readonly markets: Map<string, MarketCell>
  /** Raised by every record about one of its games. */
  version: number
  facts: (EventFacts & { readonly version: number }) | undefined
  /** The line that a market shows, by its key. */
  readonly mains: Map<string, { readonly version: number; readonly line: number | null | undefined }>
}

/** What is known of an event as a whole. */
export interface EventFacts {
  readonly sport: string
  readonly home: string | null
  readonly away: string | null
  /** When it starts, by most sportsbooks. */
  readonly startsAt: number | null
  /** Sportsbooks whose start is another one. */
  readonly offStart: ReadonlySet<string>
  /** Home and away are both ways round. */
  readonly flipped: boolean
}

/** A game of the book that the index has read. */
export interface GameCell {
  readonly id: string
  readonly sportsbook: string
  readonly event: EventCell
  readonly sport: string
  readonly home: string | null
  readonly away: string | null
  readonly places: Map<string, Place>
}
