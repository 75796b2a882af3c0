/** The best prices, kept up to date by the records of a stream. */
import type { UnknownCounts } from "@boltodds/market"
import type { StreamRecord } from "@boltodds/protocol"
import { OddsIndex } from "../internal/OddsIndex.ts"
import { SignalStream } from "../internal/SignalStream.ts"
import type { SignalSettings } from "../Settings.ts"
import type { SignalStamp } from "../SignalRecord.ts"
import type { Best } from "./Best.ts"
import { BestBoard } from "./BestBoard.ts"

/** Options of {@link BestPrices}. */
export interface BestPricesOptions extends SignalSettings {
  /**
   * Whether the reader of the records gets the controls too, at which it forgets. Without them each price that is no longer
   * live has a `closed` of its own, also in a gap. Default true.
   */
  readonly control?: boolean
}

/**
 * The best price of every selection, from changes and controls: of a run, a file or another machine, also in a browser. It
 * believes what `fold` of `@boltodds/protocol` believes.
 *
 * @example
 * ```ts
 * import type { StreamRecord } from "@boltodds/protocol"
 * import { BestPrices } from "@boltodds/signals"
 *
 * const pricesOf = (lines: ReadonlyArray<string>) => {
 *   const prices = new BestPrices({ betAt: ["draftkings", "fanduel"] })
 *   for (const line of lines) prices.take(JSON.parse(line) as StreamRecord)
 *   return prices.standing().map(({ key, odds, sportsbooks }) => `${key}: ${odds} at ${sportsbooks.join(", ")}`)
 * }
 * ```
 */
export class BestPrices {
  readonly #index: OddsIndex
  readonly #stream: SignalStream<Best>

  constructor({ control = true, ...settings }: BestPricesOptions = {}) {
    this.#index = new OddsIndex(settings)
    this.#stream = new SignalStream(this.#index, new BestBoard(this.#index), control)
  }

  /** Lines that are not understood, counted. */
  get unknown(): UnknownCounts {
    return this.#index.unknown
  }

  /** Whether nothing is known, or records were lost: it needs a snapshot. */
  get isEmpty(): boolean {
    return this.#index.isEmpty
  }

  /** Takes the next record. At the end of a group (`last`) it returns what has changed: closings first, each by key. */
  take(record: StreamRecord): ReadonlyArray<Best> {
    return this.#stream.take(record)
  }

  /** The best prices as they are, for a reader that has nothing, by key; `stamp` is that of the records, by default that of the last group. */
  standing(stamp?: SignalStamp): ReadonlyArray<Best> {
    return this.#stream.standing(stamp)
  }
}
