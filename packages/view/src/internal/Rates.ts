/** How often something happens: counts of the last seconds, by the clock of the caller. */

/** How many seconds are kept. */
const kept = 20

/** Over how many of them a rate is the mean. */
const meanOver = 10

/** Counts in each of the last seconds. */
export class Rates {
  readonly #counts = Array.from({ length: kept }, () => 0)
  #second = 0
  #began: number | undefined

  /** Milliseconds. */
  add(now: number, count = 1): void {
    this.#turn(now)
    this.#counts[this.#second % kept]! += count
  }

  /** A second, over the last ten, or over those since the first. */
  perSecond(now: number): number {
    this.#turn(now)
    if (this.#began === undefined) return 0
    // The second that runs is not over.
    const seconds = Math.min(meanOver, this.#second - this.#began)
    if (seconds <= 0) return this.#counts[this.#second % kept]!
    let sum = 0
    for (let back = 1; back <= seconds; back++) sum += this.#counts[(this.#second - back) % kept]!
    return sum / seconds
  }

  /** Of each of the last seconds that are over, the oldest first. */
  last(now: number): ReadonlyArray<number> {
    this.#turn(now)
    return Array.from({ length: kept - 1 }, (_, at) => this.#counts[(this.#second + 1 + at) % kept]!)
  }

  #turn(now: number): void {
    const second = Math.floor(now / 1000)
    if (this.#began === undefined) {
      this.#began = second
      this.#second = second
      return
    }
    if (second <= this.#second) return
    if (second - this.#second >= kept) this.#counts.fill(0)
    else for (let each = this.#second + 1; each <= second; each++) this.#counts[each % kept] = 0
    this.#second = second
  }
}
