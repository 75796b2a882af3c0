/** Who else lives by a clock: a process that stood still stood still for all of them. */
import type { Clock } from "effect/Clock"

const byClock = new WeakMap<Clock, Set<() => void>>()

/** The looks of all sessions on this clock. Whoever finds that nothing ran for a while has the others look as well. */
export const looksOf = (clock: Clock): Set<() => void> => {
  const known = byClock.get(clock)
  if (known !== undefined) return known
  const looks = new Set<() => void>()
  byClock.set(clock, looks)
  return looks
}
