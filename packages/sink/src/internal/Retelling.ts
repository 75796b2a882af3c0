/** When a lane may tell everything again. */

const shortest = 1_000
const longest = 300_000
/** A loss within this time of the last telling makes the next one wait twice as long. */
const soon = 60_000

/** A second after the loss at first; twice as long each time that telling it did not last. */
export class Retelling {
  readonly #may: boolean
  #toldAt = -Infinity
  #pause = shortest

  constructor(may: boolean) {
    this.#may = may
  }

  /** Infinity where nothing can be told again. */
  get dueAt(): number {
    return this.#may ? this.#toldAt + this.#pause : Infinity
  }

  isDue(now: number): boolean {
    return now >= this.dueAt
  }

  told(now: number): void {
    this.#pause = now - this.#toldAt < soon ? Math.min(longest, this.#pause * 2) : shortest
    this.#toldAt = now
  }
}
