/** What an index knows of sportsbooks and names. */
import type { Aliases, SportsbooksFile } from "@boltodds/market"

/** Settings of an index. All of them are optional. */
export interface SignalSettings {
  /** What the user knows of sportsbooks: whether they take bets, families, fees. On top of the tables of `@boltodds/market`. */
  readonly sportsbooks?: SportsbooksFile
  /** Names of markets and players. */
  readonly aliases?: Aliases
  /** The sportsbooks where bets are placed. The others still say what a price is worth. Default: all that take bets. */
  readonly betAt?: ReadonlyArray<string>
  /** How far a sportsbook's start may be from the event's, in milliseconds. Default 90 minutes. */
  readonly maxStartSkewMillis?: number
}
