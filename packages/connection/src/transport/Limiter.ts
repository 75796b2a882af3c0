/** Rate limits: one allowance per host for dials and REST requests together. */
import { isLoopbackHost } from "@boltodds/text"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import {
  admit,
  defaultRateLimits,
  dialsLeft,
  type RateLimits,
  type RateWindow,
  type RequestKind,
} from "./RateWindow.ts"

/** Grants requests. */
export interface LimiterShape {
  /**
   * Returns once a request to this host may be made, first come, first served within a kind. If that takes a while,
   * `onWait` is called with the remaining time, in milliseconds.
   */
  readonly take: (host: string, kind: RequestKind, onWait?: (millis: number) => void) => Effect.Effect<void>
  /** How many dials to this host may be made now, as far as this process knows; null where there is no limit. Default: unknown. */
  readonly dialsLeft?: (host: string) => Effect.Effect<number | null>
}

/** The shared state of a limiter: admits one request, or says how long to wait. Atomic. */
export type TryTake = (host: string, kind: RequestKind) => Effect.Effect<{ readonly waitMillis: number }>

/** What a limiter knows of the requests of this process. */
interface OwnRequests {
  readonly windowOf: (host: string) => RateWindow
  readonly limits: RateLimits
}

/** Makes a limiter that repeats `tryTake` until it admits the request. Loopback hosts have no limit. */
export const limiterFrom = (tryTake: TryTake, own?: OwnRequests): LimiterShape => {
  const queues = new Map<string, Semaphore.Semaphore>()
  return {
    ...own === undefined ? {} : {
      dialsLeft: (host: string) =>
        isLoopbackHost(host)
          ? Effect.succeed(null)
          : Effect.map(Clock.monotonicTimeNanos, (nanos) =>
            dialsLeft(own.windowOf(host), Number(nanos) / 1e6, own.limits)),
    },
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
  const windowOf = (host: string): RateWindow => windows.get(host) ?? []
  return limiterFrom((host, kind) =>
    Effect.map(Clock.monotonicTimeNanos, (nanos) => {
      // Rounded up: one sleep must be enough.
      const { window, waitMillis } = admit(windowOf(host), Number(nanos) / 1e6, kind, limits)
      windows.set(host, window)
      return { waitMillis: Math.ceil(waitMillis) }
    }), { windowOf, limits })
}

/**
 * The limiter of sessions and catalogs. The default is one limiter for this process. Provide another to share the
 * allowance, for instance with the other processes of the machine.
 */
export const Limiter: Context.Reference<LimiterShape> = Context.Reference<LimiterShape>(
  "@boltodds/connection/Limiter",
  { defaultValue: () => makeLimiter() },
)
