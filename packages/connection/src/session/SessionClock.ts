/** The clock of a session: wall time at its start, carried on by monotonic time. */
import type { Clock } from "effect/Clock"
import type { Millis } from "@boltodds/protocol"

/** A reading of the two clocks of the machine. */
export interface ClockReading {
  readonly wall: Millis
  /** Milliseconds from an arbitrary origin. */
  readonly monotonic: number
}

/** How far wall and monotonic time may move apart between two looks: beyond it the machine slept, or was set. */
export const clockJumpMillis = 5000

/** Both clocks at once. */
export const readClocks = (clock: Clock): ClockReading => ({
  wall: clock.currentTimeMillisUnsafe(),
  monotonic: Number(clock.monotonicTimeNanosUnsafe() / 1000n) / 1000,
})

/** Session time, as a value. */
export interface SessionClock {
  /** What to add to monotonic time to get session time. */
  readonly base: number
  /** Wall minus monotonic time when they were last compared. */
  readonly offset: number
}

/** A session clock that starts now. */
export const startClock = ({ wall, monotonic }: ClockReading): SessionClock => ({
  base: wall - monotonic,
  offset: wall - monotonic,
})

/** Session time: whole milliseconds, so that it survives a recording unchanged. */
export const sessionTime = (clock: SessionClock, { monotonic }: ClockReading): Millis =>
  Math.floor(clock.base + monotonic)

/**
 * Compares the clocks. `movedMillis` is how far the wall moved against monotonic time since the last comparison;
 * `jumped` says whether that is a jump. Smaller movements (a clock being disciplined) are taken as they come.
 */
export const compareClocks = (
  clock: SessionClock,
  { wall, monotonic }: ClockReading,
): { readonly clock: SessionClock; readonly movedMillis: number; readonly jumped: boolean } => {
  const offset = wall - monotonic
  const movedMillis = offset - clock.offset
  return { clock: { base: clock.base, offset }, movedMillis, jumped: Math.abs(movedMillis) > clockJumpMillis }
}

/** At a new epoch: session time moves forward to the wall, never back. */
export const rebaseClock = (clock: SessionClock, { wall, monotonic }: ClockReading): SessionClock => ({
  base: Math.max(clock.base, wall - monotonic),
  offset: clock.offset,
})
