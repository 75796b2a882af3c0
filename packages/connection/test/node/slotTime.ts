/** The times that a limiter writes into its slots. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/**
 * Takes a request, and gives the last time that the limiter read: that of its slot, or of the check right after it. A
 * test that reads a clock after the grant judges the scheduler of the machine as well.
 */
export const withSlotTime = (take: Effect.Effect<void>): Effect.Effect<number> =>
  Effect.gen(function* () {
    const real = yield* Clock.Clock
    let last = 0
    const clock: Clock.Clock = {
      ...real,
      sleep: (duration) => real.sleep(duration),
      currentTimeMillisUnsafe: () => last = real.currentTimeMillisUnsafe(),
      monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    }
    yield* Effect.provideService(take, Clock.Clock, clock)
    return last
  })
