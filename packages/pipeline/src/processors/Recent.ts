/** Which numbers have been met lately. */

/** Remembers at least the newest of the numbers that were added, so many, and at most twice as many. */
export class Recent {
  readonly #least: number
  #newer = new Set<number>()
  #older = new Set<number>()

  constructor(least: number) {
    this.#least = least
  }

  /** Whether it is new; notes it. */
  add(number: number): boolean {
    if (this.#newer.has(number) || this.#older.has(number)) return false
    if (this.#newer.size >= this.#least) {
      this.#older = this.#newer
      this.#newer = new Set()
    }
    this.#newer.add(number)
    return true
  }

  clear(): void {
    this.#newer.clear()
    this.#older.clear()
  }
}
