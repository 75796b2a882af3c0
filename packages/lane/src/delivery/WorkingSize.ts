/** How much a destination takes at once, as far as its refusals show. */
import { type Envelope, envelopeBytes } from "@boltodds/sink"

/** How long a refusal is remembered: a destination may come to take more. */
const memoryMillis = 600_000

/**
 * Remembers the smallest size that was refused.
 *
 * What is as large is cut before it is tried; what is smaller is tried. So the pieces that a destination takes in the end
 * are the same with and without this memory, in a later process too. A receiver recognizes by their ids what it has.
 */
export class WorkingSize {
  #refused = Infinity
  #until = -Infinity

  /** So many bytes were too many. */
  refuse(bytes: number, now: number): void {
    this.#refused = now < this.#until ? Math.min(this.#refused, bytes) : bytes
    this.#until = now + memoryMillis
  }

  /** Whether these are as many bytes as were refused lately. */
  isOver(envelopes: ReadonlyArray<Envelope<unknown>>, now: number): boolean {
    if (envelopes.length < 2 || now >= this.#until) return false
    return sizeOf(envelopes) >= this.#refused
  }
}

/** What these weigh together. */
export const sizeOf = (envelopes: ReadonlyArray<Envelope<unknown>>): number => {
  let bytes = 0
  for (let index = 0; index < envelopes.length; index++) bytes += envelopeBytes(envelopes[index]!)
  return bytes
}

/**
 * Where two or more envelopes are cut in halves: after the group that ends nearest to the middle of their bytes, where one
 * ends in the middle half; otherwise within a group. The same envelopes are always cut in the same place.
 */
export const middleOf = (envelopes: ReadonlyArray<Envelope<unknown>>): number => {
  const half = sizeOf(envelopes) / 2
  let bytes = 0
  let middle = 1
  let group: number | undefined
  let groupOff = half / 2
  let middleOff = Infinity
  for (let index = 0; index < envelopes.length - 1; index++) {
    bytes += envelopeBytes(envelopes[index]!)
    const off = Math.abs(bytes - half)
    if (off < middleOff) {
      middleOff = off
      middle = index + 1
    }
    if (envelopes[index]!.last && off <= groupOff) {
      groupOff = off
      group = index + 1
    }
  }
  return group ?? middle
}
