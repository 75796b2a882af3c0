/** The best prices, kept up to date by the records of a stream. */
import type { UnknownCounts } from "@boltodds/market"
import type { StreamRecord } from "@boltodds/protocol"
import { forgetsOf } from "../forgets.ts"
import { OddsIndex } from "../internal/OddsIndex.ts"
import type { SignalSettings } from "../Settings.ts"
import { millisOf, type SignalStamp } from "../SignalRecord.ts"
import type { Best } from "./Best.ts"
import { BestBoard, stampOf } from "./BestBoard.ts"

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
  readonly #board: BestBoard
  readonly #withControls: boolean
  #seq = 0
  #part = 0

  constructor({ control = true, ...settings }: BestPricesOptions = {}) {
    this.#withControls = control
    this.#index = new OddsIndex(settings)
    this.#board = new BestBoard(this.#index)
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
    this.#index.apply(record)
    if ("control" in record) {
      const forgets = forgetsOf(record)
      const isStart = record.control === "stream_started" || record.control === "stream_resumed"
      if (forgets !== undefined && (this.#withControls || isStart)) this.#board.forget(forgets)
    }
    if (record.last !== true) return none
    // Records that others made may come out of the order of their numbers.
    if (record.seq > this.#seq) {
      this.#seq = record.seq
      this.#part = 0
    }
    const stamp = { ...stampOf(record, 0), seq: this.#seq }
    const records = this.#board.records(stamp, millisOf(record.at))
    return records.length === 0 ? none : records.map((each) => ({ ...each, part: ++this.#part }))
  }

  /** The best prices as they are, for a reader that has nothing; `stamp` is that of the records. */
  standing(stamp?: SignalStamp): ReadonlyArray<Best> {
    return this.#board.standing(stamp)
  }
}

const none: ReadonlyArray<never> = []
