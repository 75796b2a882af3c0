/** The store of a lane that keeps nothing beyond its process. */
import type { Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, type Store, type StoreLimits } from "@boltodds/sink"

/** A store in memory: fast, in the order of arrival, and gone with the process. */
export const memoryStore = <A>(): Store<A> => new MemoryStore<A>()

const none: ReadonlyArray<never> = []

class MemoryStore<A> implements Store<A> {
  readonly restored = 0
  #queue: Array<Envelope<A>> = []
  /** When each of the queue arrived. */
  #times: Array<Millis> = []
  #head = 0
  waitingBytes = 0
  #takenRecords = 0
  #takenBytes = 0
  /** What was taken since nothing was, with its arrivals: looked into only where envelopes may grow too old. */
  #taken: Array<readonly [ReadonlyArray<Envelope<A>>, ReadonlyArray<Millis>]> = []

  get waiting(): number {
    return this.#queue.length - this.#head
  }
  get records(): number {
    return this.waiting + this.#takenRecords
  }
  get bytes(): number {
    return this.waitingBytes + this.#takenBytes
  }

  oldest(): Millis | undefined {
    return this.#taken[0]?.[1][0] ?? this.#times[this.#head]
  }

  add(envelopes: ReadonlyArray<Envelope<A>>, now: Millis): number {
    // First: it writes them down, and may throw.
    let bytes = 0
    for (let index = 0; index < envelopes.length; index++) bytes += envelopeBytes(envelopes[index]!)
    for (let index = 0; index < envelopes.length; index++) {
      this.#queue.push(envelopes[index]!)
      this.#times.push(now)
    }
    this.waitingBytes += bytes
    return 0
  }

  take(limits: StoreLimits): ReadonlyArray<Envelope<A>> {
    const queue = this.#queue
    if (this.waiting <= limits.records && this.waitingBytes <= limits.bytes) return this.#hand(queue.length)
    let cut = this.#head
    let bytes = 0
    for (let index = this.#head; index < queue.length; index++) {
      bytes += envelopeBytes(queue[index]!)
      if (cut > this.#head && (index - this.#head >= limits.records || bytes > limits.bytes)) break
      if (queue[index]!.last) cut = index + 1
    }
    // Without a single end of a group, what was added is a group.
    return this.#hand(cut === this.#head ? queue.length : cut)
  }

  settle(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#takenRecords -= envelopes.length
    for (let index = 0; index < envelopes.length; index++) this.#takenBytes -= envelopeBytes(envelopes[index]!)
    if (this.#takenRecords === 0) this.#taken = []
  }

  dropUntil(bounds: StoreLimits): ReadonlyArray<Envelope<A>> {
    const queue = this.#queue
    let { records, bytes } = this
    let end = this.#head
    for (let index = this.#head; index < queue.length && (records > bounds.records || bytes > bounds.bytes);) {
      // A whole group, or all where none ends.
      do {
        records -= 1
        bytes -= envelopeBytes(queue[index]!)
      } while (!queue[index++]!.last && index < queue.length)
      end = index
    }
    return this.#giveUp(end)
  }

  expire(before: Millis): ReadonlyArray<Envelope<A>> {
    let end = this.#head
    while (end < this.#queue.length && this.#times[end]! < before) end++
    return this.#giveUp(end)
  }

  older(envelopes: ReadonlyArray<Envelope<A>>, before: Millis): ReadonlyArray<Envelope<A>> {
    const old = new Set<Envelope<A>>()
    for (const [taken, times] of this.#taken) {
      for (let index = 0; index < taken.length; index++) if (times[index]! < before) old.add(taken[index]!)
    }
    return old.size === 0 ? none : envelopes.filter((envelope) => old.has(envelope))
  }

  clear(): ReadonlyArray<Envelope<A>> {
    return this.#giveUp(this.#queue.length)
  }

  #giveUp(end: number): ReadonlyArray<Envelope<A>> {
    return end === this.#head ? none : this.#detach(end)[0]
  }

  #hand(end: number): ReadonlyArray<Envelope<A>> {
    const before = this.waitingBytes
    const detached = this.#detach(end)
    this.#takenRecords += detached[0].length
    this.#takenBytes += before - this.waitingBytes
    this.#taken.push(detached)
    return detached[0]
  }

  /** Takes everything before `end` out of the queue. */
  #detach(end: number): readonly [ReadonlyArray<Envelope<A>>, ReadonlyArray<Millis>] {
    const whole = this.#head === 0 && end === this.#queue.length
    const taken = whole ? this.#queue : this.#queue.slice(this.#head, end)
    const times = whole ? this.#times : this.#times.slice(this.#head, end)
    let bytes = this.waitingBytes
    if (end === this.#queue.length) {
      this.#queue = []
      this.#times = []
      this.#head = 0
    } else {
      bytes = 0
      for (let index = 0; index < taken.length; index++) bytes += envelopeBytes(taken[index]!)
      this.#head = end
      this.#compact()
    }
    this.waitingBytes -= bytes
    return [taken, times]
  }

  /** Lets go of what was taken, once it is the larger part: each envelope is moved at most once on average. */
  #compact(): void {
    if (this.#head * 2 < this.#queue.length) return
    this.#queue = this.#queue.slice(this.#head)
    this.#times = this.#times.slice(this.#head)
    this.#head = 0
  }
}
