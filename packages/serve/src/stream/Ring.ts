/** The latest records of a stream, from which a client that was cut off goes on. */
import { identityOf } from "@boltodds/protocol"
import type { Envelope, StoreLimits } from "@boltodds/sink"
import { randomUUID } from "node:crypto"

/**
 * The latest records, within bounds.
 *
 * A client names its place by how many records there were, and never by a record alone: one record may come twice (again,
 * now unverified), and the ring of a server that was started again has the records of the same run in another order.
 */
export class Ring<A> {
  /** No other ring has it: not that of another filter, and not that of another process. */
  readonly name: string = randomUUID().slice(0, 13)
  readonly #limits: StoreLimits
  #items: Array<Envelope<A>> = []
  #head = 0
  #bytes = 0
  /** How many records were ever added. */
  count = 0

  constructor(limits: StoreLimits) {
    this.#limits = limits
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
    if (missing < 0 || missing > this.#items.length - this.#head) return undefined
    return this.#items.slice(this.#items.length - missing)
  }

  /** The records after a place, as {@link idOf} writes it; undefined if they are not here. */
  after(id: string): ReadonlyArray<Envelope<A>> | undefined {
    const [, name, count] = /~([0-9a-f-]+)\.(\d{1,15})$/.exec(id) ?? []
    return name === this.name ? this.from(Number(count)) : undefined
  }
}

/** Where a record is in a ring. */
export interface RingPlace {
  readonly ring: string
  /** How many records there were with this one. */
  readonly count: number
}

/**
 * The id of a record: its identity, `RUN.SEQ`, `RUN.SEQ.PART` or `RUN.SEQ.PART@ORIGIN`, and after a `~` its place. `run`: that
 * of records that name none.
 */
export const idOf = (
  { run, seq, part, origin }: Envelope<unknown>,
  ofStream: string,
  { ring, count }: RingPlace,
): string => `${identityOf({ run: run ?? ofStream, seq, part, origin })}~${ring}.${count}`
