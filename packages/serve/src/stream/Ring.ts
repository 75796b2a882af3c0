/** The latest records of a stream, from which a client that was cut off goes on. */
import { identityOf } from "@boltodds/protocol"
import type { Envelope, StoreLimits } from "@boltodds/sink"

/** The latest records, within bounds. */
export class Ring<A> {
  readonly #limits: StoreLimits
  readonly #names: IdNames
  #items: Array<Envelope<A>> = []
  #head = 0
  #bytes = 0
  /** How many records were ever added. */
  count = 0

  constructor(limits: StoreLimits, names: IdNames) {
    this.#limits = limits
    this.#names = names
  }

  add(envelopes: ReadonlyArray<Envelope<A>>): void {
    for (let index = 0; index < envelopes.length; index++) {
      this.#items.push(envelopes[index]!)
      this.#bytes += envelopes[index]!.text.length
    }
    this.count += envelopes.length
    const { records, bytes } = this.#limits
    while (this.#head < this.#items.length && (this.#items.length - this.#head > records || this.#bytes > bytes)) {
      this.#bytes -= this.#items[this.#head++]!.text.length
    }
    if (this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
  }

  /** The records after so many were added; undefined if some of them are gone. */
  from(count: number): ReadonlyArray<Envelope<A>> | undefined {
    const missing = this.count - count
    return missing > this.#items.length - this.#head ? undefined : this.#items.slice(this.#items.length - missing)
  }

  /** The records after the one with this identity; undefined if it is not here. */
  after(identity: string): ReadonlyArray<Envelope<A>> | undefined {
    for (let index = this.#items.length - 1; index >= this.#head; index--) {
      if (idOf(this.#items[index]!, this.#names) === identity) return this.#items.slice(index + 1)
    }
    return undefined
  }
}

/** What ids are made of besides their records. */
export interface IdNames {
  /** The run of records that name none. */
  readonly run: string
  /** The name of a filter; undefined where all records pass. */
  readonly filter?: string | undefined
}

/**
 * The identity of a record, `RUN.SEQ`, `RUN.SEQ.PART` or `RUN.SEQ.PART@ORIGIN`, and after a `~` the name of the filter: a
 * client that comes back with another filter has other prices, and needs a snapshot, although it knows the record.
 */
export const idOf = ({ run, seq, part, origin }: Envelope<unknown>, { run: ofStream, filter }: IdNames): string =>
  identityOf({ run: run ?? ofStream, seq, part, origin }) + (filter === undefined ? "" : `~${filter}`)
