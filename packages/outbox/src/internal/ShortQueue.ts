/** What waits, in memory, while it is little: so that it is not read from the file again. */
import type { Stored } from "./StoredEnvelope.ts"

/** How much is kept. Beyond it what waits is read from the file, until nothing waits. */
const most = { records: 4_096, bytes: 4 * 1024 * 1024 }

/** The envelopes that wait, in the order of their arrival: all of them, or none. */
export class ShortQueue<A> {
  #envelopes: Array<Stored<A>> = []
  /** Those before it have left. */
  #start = 0
  #bytes = 0
  #isWhole = false

  /** Whether all that waits is here. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  [Symbol.iterator](): Iterator<Stored<A>> {
    return this.#envelopes.slice(this.#start).values()
  }

  /** Nothing waits: what comes from here on is kept. */
  begin(): void {
    this.#envelopes = []
    this.#start = 0
    this.#bytes = 0
    this.#isWhole = true
  }

  /** These wait, after all others. */
  add(envelopes: ReadonlyArray<Stored<A>>): void {
    if (!this.#isWhole) return
    for (const envelope of envelopes) {
      this.#envelopes.push(envelope)
      this.#bytes += envelope.size
    }
    if (this.#envelopes.length - this.#start <= most.records && this.#bytes <= most.bytes) return
    this.begin()
    this.#isWhole = false
  }

  /** These wait no more. */
  remove(envelopes: ReadonlyArray<Stored<A>>): void {
    if (!this.#isWhole || envelopes.length === 0) return
    for (const { size } of envelopes) this.#bytes -= size
    const last = this.#start + envelopes.length - 1
    if (this.#envelopes[this.#start] === envelopes[0] && this.#envelopes[last] === envelopes.at(-1)) {
      this.#start = last + 1
      // Moved rarely, so that each envelope is moved about once.
      if (this.#start * 2 > this.#envelopes.length) {
        this.#envelopes.splice(0, this.#start)
        this.#start = 0
      }
      return
    }
    const gone = new Set(envelopes)
    this.#envelopes = this.#envelopes.slice(this.#start).filter((envelope) => !gone.has(envelope))
    this.#start = 0
  }
}
