/** Who else lives by a clock: a process that stood still stood still for all of them. */
import type { Clock } from "effect/Clock"

const byClock = new WeakMap<Clock, Set<() => void>>()

/** The clockChecks of all sessions on this clock. Whoever finds that nothing ran for a while has the others look as well. */
export const clockChecksOf = (clock: Clock): Set<() => void> => {
  const known = byClock.get(clock)
  if (known !== undefined) return known
  const clockChecks = new Set<() => void>()
  byClock.set(clock, clockChecks)
  return clockChecks
}
