/** A clock that runs faster than the wall: all limits of the session as they are, in a fraction of the time. */
import type { Clock } from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

/** A clock on which this many seconds pass in one. */
export const fastClock = (speed: number): Clock => {
  const wall = Date.now()
  const begun = performance.now()
  const elapsed = (): number => (performance.now() - begun) * speed
  const nanos = (): bigint => BigInt(Math.round(elapsed() * 1e6))
  const millis = (): number => wall + elapsed()
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: () => BigInt(wall) * 1_000_000n + nanos(),
    currentTimeNanos: Effect.sync(() => BigInt(wall) * 1_000_000n + nanos()),
    monotonicTimeNanosUnsafe: nanos,
    monotonicTimeNanos: Effect.sync(nanos),
    sleep: (duration) =>
      Effect.callback((resume) => {
        const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration) / speed)
        return Effect.sync(() => clearTimeout(timer))
      }),
  }
}
