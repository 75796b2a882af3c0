/** The rows of best prices and opportunities, from the records of signals. */
import type { Opportunity } from "@boltodds/signals"

/** The best price of one side. */
export interface BestSide {
  readonly key: string
  readonly side: string
  readonly name: string
  readonly line: string
  /** American, before fees. */
  readonly odds: number
  readonly sportsbooks: ReadonlyArray<string>
  /** How many sportsbooks have a price that counts. */
  readonly of: number
  /** The probability without a margin; null where it is not known. */
  readonly fair: number | null
  readonly warnings: ReadonlyArray<string>
}

/** The best prices of all sides of a line. */
export interface BestRow {
  /** The key of the pair. */
  readonly key: string
  readonly event: string
  readonly sport: string
  readonly market: string
  readonly home: string | null
  readonly away: string | null
  readonly startsAt: number | null
  readonly sides: ReadonlyArray<BestSide>
  /** The booksum of these prices after fees, less 1; null where a side has no price, or not all sides are known. */
  readonly hold: number | null
  /** Since the last of its prices changed, in milliseconds. */
  readonly ageMs: number
}

/** One price of an opportunity. */
export interface OpportunityLegRow {
  readonly sportsbook: string
  readonly side: string
  readonly name: string
  readonly line: string
  /** American, before fees. */
  readonly odds: number
  /** The share of the stake. */
  readonly stake: number
  readonly link: string | null
  /** Since the price was set, in milliseconds; null where it is not known. */
  readonly priceAgeMs: number | null
}

/** An opportunity that is open, or was closed less than 10 seconds ago. */
export interface OpportunityRow {
  readonly id: string
  readonly type: Opportunity["type"]
  readonly isOpen: boolean
  /** Why it was closed; null while it is open. */
  readonly reason: string | null
  readonly value: number
  readonly event: string
  readonly sport: string
  readonly market: string
  readonly home: string | null
  readonly away: string | null
  readonly startsAt: number | null
  readonly legs: ReadonlyArray<OpportunityLegRow>
  /** How long it is, or was, open, in milliseconds. */
  readonly openMs: number
  /** Since the oldest price of a leg was set, in milliseconds; null where one is not known. */
  readonly oldestMs: number | null
  readonly fees: Opportunity["fees"]
  readonly warnings: ReadonlyArray<string>
}
