/** Where a lane keeps what waits. */
import type { Envelope } from "./Envelope.ts"

/** A limit in envelopes and in bytes (length of the texts with a newline each; exact for ASCII). */
export interface Limits {
  readonly records: number
  readonly bytes: number
}

/** What one envelope weighs in a store. */
export const bytesOf = (envelope: Envelope<unknown>): number => envelope.text.length + 1

/**
 * The envelopes of a lane, in order, from their arrival until they are settled.
 *
 * A store in memory forgets them with the process; a durable one commits in `add` and `settle`, and finds again at its
 * opening what was not settled (`restored`). Synchronous throughout: a lane is filled within one turn.
 */
export interface Store<in out A> {
  /** How many were found at opening. */
  readonly restored: number
  /** All that is held: waiting and taken. */
  readonly records: number
  readonly bytes: number
  /** Of these, not yet taken. */
  readonly waiting: number
  readonly waitingBytes: number
  /** Appends whole groups. */
  readonly add: (envelopes: ReadonlyArray<Envelope<A>>) => void
  /**
   * The oldest that wait, as many whole groups as fit into the limits, but at least one: a group is never cut. They
   * stay held until settled. Empty only where nothing waits.
   */
  readonly take: (limits: Limits) => ReadonlyArray<Envelope<A>>
  /** Some that were taken are done with, in whatever way. */
  readonly settle: (envelopes: ReadonlyArray<Envelope<A>>) => void
  /** All that wait are given up: they are returned, and no longer held. */
  readonly clear: () => ReadonlyArray<Envelope<A>>
}

/** A store in memory: fast, and gone with the process. */
export const memoryStore = <A>(): Store<A> => new MemoryStore<A>()

class MemoryStore<A> implements Store<A> {
  readonly restored = 0
  #queue: Array<Envelope<A>> = []
  #head = 0
  waitingBytes = 0
  #takenRecords = 0
  #takenBytes = 0

  get waiting(): number {
    return this.#queue.length - this.#head
  }
  get records(): number {
    return this.waiting + this.#takenRecords
  }
  get bytes(): number {
    return this.waitingBytes + this.#takenBytes
  }

  add(envelopes: ReadonlyArray<Envelope<A>>): void {
    let bytes = 0
    for (let index = 0; index < envelopes.length; index++) {
      const envelope = envelopes[index]!
      bytes += bytesOf(envelope)
      this.#queue.push(envelope)
    }
    this.waitingBytes += bytes
  }

  take(limits: Limits): ReadonlyArray<Envelope<A>> {
    const queue = this.#queue
    if (this.waiting <= limits.records && this.waitingBytes <= limits.bytes) return this.#detach(queue.length)
    let cut = this.#head
    let bytes = 0
    for (let index = this.#head; index < queue.length; index++) {
      bytes += bytesOf(queue[index]!)
      if (cut > this.#head && (index - this.#head >= limits.records || bytes > limits.bytes)) break
      if (queue[index]!.last) cut = index + 1
    }
    // Without a single end of a group, what was added is a group.
    return this.#detach(cut === this.#head ? queue.length : cut)
  }

  settle(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#takenRecords -= envelopes.length
    for (let index = 0; index < envelopes.length; index++) this.#takenBytes -= bytesOf(envelopes[index]!)
  }

  clear(): ReadonlyArray<Envelope<A>> {
    const given = this.#detach(this.#queue.length)
    this.settle(given)
    return given
  }

  /** Takes everything before `end`. */
  #detach(end: number): ReadonlyArray<Envelope<A>> {
    const whole = this.#head === 0 && end === this.#queue.length
    const taken = whole ? this.#queue : this.#queue.slice(this.#head, end)
    let bytes = this.waitingBytes
    if (end === this.#queue.length) {
      this.#queue = []
      this.#head = 0
    } else {
      bytes = 0
      for (let index = 0; index < taken.length; index++) bytes += bytesOf(taken[index]!)
      this.#head = end
      this.#compact()
    }
    this.waitingBytes -= bytes
    this.#takenRecords += taken.length
    this.#takenBytes += bytes
    return taken
  }

  /** Lets go of what was taken, once it is the larger part: each envelope is moved at most once on average. */
  #compact(): void {
    if (this.#head * 2 < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#head)
    this.#head = 0
  }
}
