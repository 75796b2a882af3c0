/** When a lane may send a resnapshot. */

const shortest = 1_000
const longest = 300_000
/** For single games. Where so many are lost meanwhile that they are everything, the longer pauses of that apply. */
export const longestForGames = 8_000
/** How long a resnapshot must last beyond its pause, or the next one waits twice as long. */
const lasting = 60_000

/** A second after the loss at first; twice as long, up to the longest pause, each time that it did not last. */
export class ResnapshotSchedule {
  readonly #may: boolean
  readonly #longest: number
  #sentAt = -Infinity
  #pause = shortest

  constructor(may: boolean, longestMillis = longest) {
    this.#may = may
    this.#longest = longestMillis
  }

  /** Infinity where no resnapshot can be made. */
  get dueAt(): number {
    return this.#may ? this.#sentAt + this.#pause : Infinity
  }

  isDue(now: number): boolean {
    return now >= this.dueAt
  }

  /** The destination cannot take the resnapshot: it is tried as rarely as possible. */
  refused(): void {
    this.#pause = longest
  }

  sent(now: number): void {
    // Counted from the end of the pause: a loss within it had to wait for that in any case.
    this.#pause = now - this.dueAt < lasting ? Math.min(this.#longest, this.#pause * 2) : shortest
    this.#sentAt = now
  }
}
