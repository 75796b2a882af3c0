/** Random numbers that a seed repeats. */

/**
 * A small seeded generator: sfc32 (Chris Doty-Humphrey's Small Fast Counter, 32 bit, public domain), its state filled
 * from the seed by splitmix32.
 *
 * The same seed gives the same numbers on every platform: only 32-bit integer arithmetic is used, and no
 * transcendental functions, whose last digit engines may round differently. Not for cryptography.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /** `seed`: any integer; only its low 32 bits count. */
  constructor(seed: number) {
    let state = seed | 0
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0
      let z = state
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) | 0
    }
    this.#a = fill()
    this.#b = fill()
    this.#c = fill()
    for (let round = 0; round < 12; round++) this.next()
  }

  /** A number from 0 up to, not including, 1. */
  next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0
    return (t >>> 0) / 4294967296
  }

  /** An integer from 0 up to, not including, `below`. */
  int(below: number): number {
    return Math.floor(this.next() * below)
  }

  /** True once in `1 / probability` calls. */
  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** One of the elements. The list must not be empty. */
  pick<A>(from: ReadonlyArray<A>): A {
    return from[this.int(from.length)]!
  }

  /** About normal with mean 0 and deviation 1: the sum of twelve uniform numbers, so within ±6. */
  normal(): number {
    let sum = -6
    for (let index = 0; index < 12; index++) sum += this.next()
    return sum
  }

  /** So many hex digits. */
  hex(digits: number): string {
    let text = ""
    while (text.length < digits) text += this.int(16).toString(16)
    return text
  }

  /** The elements in another order. */
  shuffle<A>(from: ReadonlyArray<A>): Array<A> {
    const list = from.slice()
    for (let index = list.length - 1; index > 0; index--) {
      const other = this.int(index + 1)
      const held = list[index]!
      list[index] = list[other]!
      list[other] = held
    }
    return list
  }
}
