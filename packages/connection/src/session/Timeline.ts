/** Session time: the one place that reads the clocks. */
import type { Millis } from "@boltodds/protocol"
import type { Clock } from "effect/Clock"

/** The result of a check of the clocks. */
export interface ClockCheck {
  readonly at: Millis
  /** The time of the last check. */
  readonly before: Millis
  /** How far the wall clock has jumped since then, in milliseconds. Undefined if it has not. */
  readonly jumpMillis: number | undefined
}

/** Session time that never decreases, whatever the clocks do. */
export class Timeline {
  readonly #clock: Clock
  #session: SessionClock
  #stamped: Millis = -Infinity
  #checkedAt: Millis

  constructor(clock: Clock) {
    this.#clock = clock
    this.#session = startClock(readClocks(clock))
    this.#checkedAt = this.now()
  }

  /** Session time, at least that of the last event. */
  now(): Millis {
    return Math.max(this.#stamped, sessionTime(this.#session, readClocks(this.#clock)))
  }

  /** The stamp for an event at this time: at least that of the last event. */
  stamp(at: Millis): Millis {
    if (at > this.#stamped) this.#stamped = at
    return this.#stamped
  }

  /** Compares the clocks with each other and with the last check. */
  check(): ClockCheck {
    const reading = readClocks(this.#clock)
    const { clock, movedMillis, jumped } = compareClocks(this.#session, reading)
    this.#session = clock
    const before = this.#checkedAt
    const at = this.#checkedAt = Math.max(this.#stamped, sessionTime(clock, reading))
    return { at, before, jumpMillis: jumped ? Math.round(movedMillis) : undefined }
  }

  /** Moves session time forward to wall time, which a new connection may do. Returns the new time. */
  rebase(): Millis {
    this.#session = rebaseClock(this.#session, readClocks(this.#clock))
    return this.#checkedAt = this.now()
  }
}

/** A reading of both clocks of the machine. */
interface ClockReading {
  readonly wall: Millis
  /** Milliseconds from an arbitrary origin. */
  readonly monotonic: number
}

/** How far wall and monotonic time may move apart between two checks. Beyond it, the machine slept or its clock was set. */
const clockJumpMillis = 5000

const readClocks = (clock: Clock): ClockReading => ({
  wall: clock.currentTimeMillisUnsafe(),
  monotonic: Number(clock.monotonicTimeNanosUnsafe() / 1000n) / 1000,
})

/** The clock of a session: wall time at its start, continued by monotonic time. */
interface SessionClock {
  /** Session time minus monotonic time. */
  readonly base: number
  /** Wall time minus monotonic time at the last comparison. */
  readonly offset: number
}

const startClock = ({ wall, monotonic }: ClockReading): SessionClock => ({
  base: wall - monotonic,
  offset: wall - monotonic,
})

/** Session time: whole milliseconds, so that it survives a recording unchanged. */
const sessionTime = (clock: SessionClock, { monotonic }: ClockReading): Millis => Math.floor(clock.base + monotonic)

/**
 * Compares the clocks. `movedMillis` is how far wall time moved against monotonic time since the last comparison, and
 * `jumped` whether that is a jump. Smaller movements (NTP adjusts the clock) are no jump.
 */
const compareClocks = (
  clock: SessionClock,
  { wall, monotonic }: ClockReading,
): { readonly clock: SessionClock; readonly movedMillis: number; readonly jumped: boolean } => {
  const offset = wall - monotonic
  const movedMillis = offset - clock.offset
  return { clock: { base: clock.base, offset }, movedMillis, jumped: Math.abs(movedMillis) > clockJumpMillis }
}

/** At a new epoch, session time moves forward to wall time, never back. */
const rebaseClock = (clock: SessionClock, { wall, monotonic }: ClockReading): SessionClock => ({
  base: Math.max(clock.base, wall - monotonic),
  offset: clock.offset,
})

const checksByClock = new WeakMap<Clock, Set<() => void>>()

/**
 * The clock checks of all sessions on this clock. A session that finds that the process stood still has all others check as
 * well.
 */
export const clockChecksOf = (clock: Clock): Set<() => void> => {
  const known = checksByClock.get(clock)
  if (known !== undefined) return known
  const checks = new Set<() => void>()
  checksByClock.set(clock, checks)
  return checks
}
