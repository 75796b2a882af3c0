/** The session's time as it passes: the one place that reads the clocks. */
import type { Millis } from "@boltodds/protocol"
import type { Clock } from "effect/Clock"
import { compareClocks, readClocks, rebaseClock, type SessionClock, sessionTime, startClock } from "./SessionClock.ts"

/** What a look at the clocks shows. */
export interface ClockCheck {
  readonly at: Millis
  /** When they were last looked at. */
  readonly before: Millis
  /** How far the wall has jumped since then; undefined where it has not. */
  readonly jumpMillis: number | undefined
}

/** Session time that never decreases, over clocks that may do anything. */
export class Timeline {
  readonly #clock: Clock
  #session: SessionClock
  #stamped: Millis = -Infinity
  #looked: Millis

  constructor(clock: Clock) {
    this.#clock = clock
    this.#session = startClock(readClocks(clock))
    this.#looked = this.now()
  }

  /** Session time, not before that of the last event. */
  now(): Millis {
    return Math.max(this.#stamped, sessionTime(this.#session, readClocks(this.#clock)))
  }

  /** The time for an event of this time: the last event's where that is later. */
  stamp(at: Millis): Millis {
    if (at > this.#stamped) this.#stamped = at
    return this.#stamped
  }

  /** Compares the clocks with each other, and with the last look. */
  check(): ClockCheck {
    const reading = readClocks(this.#clock)
    const { clock, movedMillis, jumped } = compareClocks(this.#session, reading)
    this.#session = clock
    const before = this.#looked
    const at = this.#looked = Math.max(this.#stamped, sessionTime(clock, reading))
    return { at, before, jumpMillis: jumped ? Math.round(movedMillis) : undefined }
  }

  /** Moves session time forward to the wall, as a new connection may. Gives the time from then on. */
  rebase(): Millis {
    this.#session = rebaseClock(this.#session, readClocks(this.#clock))
    return this.#looked = this.now()
  }
}

const checksByClock = new WeakMap<Clock, Set<() => void>>()

/**
 * The checks of all sessions that live by this clock. A session that finds that nothing ran for a while has the others
 * check as well: a process that stood still stood still for all of them.
 */
export const clockChecksOf = (clock: Clock): Set<() => void> => {
  const known = checksByClock.get(clock)
  if (known !== undefined) return known
  const checks = new Set<() => void>()
  checksByClock.set(clock, checks)
  return checks
}
