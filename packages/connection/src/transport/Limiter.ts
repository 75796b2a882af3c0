/** Who may ask a host for something, and when: one allowance for dials and REST together. */
import { isLoopbackHost } from "@boltodds/text"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { admit, defaultRateLimits, type RateLimits, type RateWindow, type RequestKind } from "./RateWindow.ts"

/** Hands out the right to one request. */
export interface LimiterShape {
  /**
   * Returns once a request to this host may be made, first come first served within a kind. `onWait` is told when that
   * takes a while: how long, in milliseconds, from then.
   */
  readonly take: (host: string, kind: RequestKind, onWait?: (millis: number) => void) => Effect.Effect<void>
}

/** The shared state of a limiter: admits or refuses one request, atomically. */
export type TryTake = (host: string, kind: RequestKind) => Effect.Effect<{ readonly waitMillis: number }>

/** A limiter that asks this until it is admitted. Loopback hosts have no limit: the vendor counts nothing there. */
export const limiterFrom = (tryTake: TryTake): LimiterShape => {
  const queues = new Map<string, Semaphore.Semaphore>()
  return {
    take: (host, kind, onWait) => {
      if (isLoopbackHost(host)) return Effect.void
      const name = `${kind} ${host}`
      let queue = queues.get(name)
      if (queue === undefined) queues.set(name, queue = Semaphore.makeUnsafe(1))
      const untilAdmitted = Effect.gen(function* () {
        for (;;) {
          const { waitMillis } = yield* tryTake(host, kind)
          if (waitMillis <= 0) return
          onWait?.(waitMillis)
          yield* Effect.sleep(waitMillis)
        }
      })
      return queue.withPermits(1)(untilAdmitted)
    },
  }
}

/** A limiter within this process, on monotonic time. */
export const makeLimiter = (limits: RateLimits = defaultRateLimits): LimiterShape => {
  const windows = new Map<string, RateWindow>()
  return limiterFrom((host, kind) =>
    Effect.map(Clock.monotonicTimeNanos, (nanos) => {
      // Whole milliseconds upwards: a sleep for the rest must be enough.
      const { window, waitMillis } = admit(windows.get(host) ?? [], Number(nanos) / 1e6, kind, limits)
      windows.set(host, window)
      return { waitMillis: Math.ceil(waitMillis) }
    })
  )
}

/**
 * The limiter that sessions and catalogs use. By default one for all of this process; provide another to share the
 * allowance with more, such as the machine's other processes.
 */
export const Limiter: Context.Reference<LimiterShape> = Context.Reference<LimiterShape>(
  "@boltodds/connection/Limiter",
  { defaultValue: () => makeLimiter() },
)
