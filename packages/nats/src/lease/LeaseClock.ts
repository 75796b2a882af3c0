/** Elapsed time for a lease, by two clocks that fail in different ways. */
import type { LeaseTime } from "./LeaseMachine.ts"

/** A larger difference between the clocks within one look is a sleep of the machine, or a wall clock that was set. */
const jumpMillis = 1_000

/**
 * Reads the time. The monotonic clock of a process stands still while the machine sleeps, and the wall clock can be set.
 * So `least` is the monotonic clock, and `most` adds what the wall clock went ahead of it at once.
 */
export class LeaseClock {
  readonly #monotonic: () => number
  readonly #wall: () => number
  #lastMonotonic: number
  #lastWall: number
  #ahead = 0

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = Date.now) {
    this.#monotonic = monotonic
    this.#wall = wall
    this.#lastMonotonic = monotonic()
    this.#lastWall = wall()
  }

  read(): LeaseTime {
    const [monotonic, wall] = [this.#monotonic(), this.#wall()]
    const ahead = wall - this.#lastWall - (monotonic - this.#lastMonotonic)
    if (ahead > jumpMillis) this.#ahead += ahead
    this.#lastMonotonic = monotonic
    this.#lastWall = wall
    return { least: monotonic, most: monotonic + this.#ahead }
  }
}
