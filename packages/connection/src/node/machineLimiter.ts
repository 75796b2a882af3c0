/** One allowance for all processes of a user on this machine, in files. */
import { reasonOf, removeOld, slotWaits, stateFolder, takeSlot } from "@boltodds/machine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { type MachineOptions, reportOnce } from "./MachineOptions.ts"
import { limiterFrom, type LimiterShape } from "../transport/Limiter.ts"
import {
  admit,
  defaultRateLimits,
  type RateLimits,
  type RateWindow,
  type RequestKind,
} from "../transport/RateWindow.ts"

/** Options of {@link machineLimiter} and {@link machineAllowance}. */
export interface MachineLimiterOptions extends MachineOptions {
  /** @default {@link defaultRateLimits} */
  readonly limits?: RateLimits | undefined
}

/** Folders of hosts without a request for this long are removed, in milliseconds. */
const keepMillis = 7 * 86_400_000

/**
 * A limiter that shares its allowance with every process of this user that uses the same folder.
 *
 * A request takes a slot in `rate-<hash of the host>/`. There are as many slots as requests in a window, and each is used
 * once in a window. Dials use only the first ones. There is no lock, so a killed process leaves nothing to clean up. If the
 * folder cannot be written, `onProblem` is called once, and the limiter limits this process alone.
 */
export const machineLimiter = (options: MachineLimiterOptions = {}): LimiterShape => {
  const folder = options.folder ?? stateFolder()
  const limits = options.limits ?? defaultRateLimits
  const own = new Map<string, RateWindow>()
  const report = reportOnce(options)
  let swept = false
  const windowOf = (host: string): RateWindow => own.get(host) ?? []
  return limiterFrom((host, kind) =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      // In monotonic time: this process stays within the limits even if the wall clock is set.
      const mine = admit(windowOf(host), Number(clock.monotonicTimeNanosUnsafe()) / 1e6, kind, limits)
      if (mine.waitMillis > 0) return { waitMillis: Math.ceil(mine.waitMillis) }
      own.set(host, mine.window)
      const request = mine.window.at(-1)
      const waitMillis = yield* Effect.tryPromise(async () => {
        if (!swept) await removeOld(folder, (name) => name.startsWith("rate-"), keepMillis)
        swept = true
        const now = (): number => clock.currentTimeMillisUnsafe()
        return await takeSlot(folderOf(folder, host), slotsFor(kind, limits), limits.windowMillis, now)
      }).pipe(Effect.catch((error) =>
        Effect.sync(() => {
          report(`Cannot share the rate limit in ${folder}: ${reasonOf(error.cause)}`)
          return 0
        })
      ))
      if (waitMillis > 0) own.set(host, windowOf(host).filter((other) => other !== request))
      return { waitMillis: Math.ceil(waitMillis) }
    }), { windowOf, limits })
}

/** The requests that the processes of this machine may still make to a host. */
export interface MachineAllowance {
  /** The number of requests that may be made now. */
  readonly left: number
  /** The number of dials among them. */
  readonly dialsLeft: number
  /** Time until a dial may be made, in milliseconds; 0 means now. */
  readonly dialWaitMillis: number
}

/** Reads how much of the allowance is left, and takes nothing. Fails if the folder cannot be read. */
export const machineAllowance = (
  host: string,
  options: MachineLimiterOptions = {},
): Effect.Effect<MachineAllowance, Error> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const folder = options.folder ?? stateFolder()
    const limits = options.limits ?? defaultRateLimits
    const waits = yield* Effect.tryPromise({
      try: () =>
        slotWaits(
          folderOf(folder, host),
          slotsFor("dial", limits).concat(slotsOnlyForRest(limits)),
          limits.windowMillis,
          () => clock.currentTimeMillisUnsafe(),
        ),
      catch: (cause) => new Error(`Cannot read the rate limit in ${folder}: ${reasonOf(cause)}`),
    })
    const dials = waits.slice(0, limits.dials)
    return {
      left: waits.filter((wait) => wait <= 0).length,
      dialsLeft: dials.filter((wait) => wait <= 0).length,
      dialWaitMillis: Math.ceil(Math.min(...dials)),
    }
  })

const folderOf = (folder: string, host: string): string =>
  join(folder, `rate-${createHash("sha256").update(host).digest("hex").slice(0, 16)}`)

const slotsBetween = (from: number, to: number): Array<number> =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)

const slotsOnlyForRest = ({ dials, total }: RateLimits): Array<number> => slotsBetween(Math.min(dials, total), total)

/** The slots in the order in which a request tries them. REST begins with those that dials may not use. */
const slotsFor = (kind: RequestKind, limits: RateLimits): Array<number> => {
  const forBoth = slotsBetween(0, Math.min(limits.dials, limits.total))
  return kind === "dial" ? forBoth : [...slotsOnlyForRest(limits), ...forBoth.toReversed()]
}
