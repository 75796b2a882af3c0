/** One allowance for all processes of a user on this machine, kept in files. */
import { reasonOf, removeOld, slotWaits, stateFolder, takeSlot } from "@boltodds/machine"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { join } from "node:path"
import { limiterFrom, type LimiterShape } from "../transport/Limiter.ts"
import {
  admit,
  defaultRateLimits,
  type RateLimits,
  type RateWindow,
  type RequestKind,
} from "../transport/RateWindow.ts"

/** Options of {@link machineLimiter} and {@link machineAllowance}. */
export interface MachineLimiterOptions {
  /** @default {@link stateFolder} */
  readonly folder?: string | undefined
  /** @default {@link defaultRateLimits} */
  readonly limits?: RateLimits | undefined
  /** Told when the files cannot be used; the limiter goes on within this process. */
  readonly onProblem?: ((message: string) => void) | undefined
}

/** Folders of hosts that nobody has asked for this long are removed, in milliseconds. */
const keepMillis = 7 * 86_400_000

/**
 * A limiter that shares its allowance with every process of this user that uses the same folder.
 *
 * A request takes a slot in `rate-<hash of the host>/`: there are as many as requests in a window, and none is used
 * twice within one. Dials use the first of them only. There is no lock, so a process that is killed leaves nothing to
 * clear up. Where the folder cannot be written it says so once and limits this process alone: being unable to count is
 * no reason not to dial.
 */
export const machineLimiter = (options: MachineLimiterOptions = {}): LimiterShape => {
  const folder = options.folder ?? stateFolder()
  const limits = options.limits ?? defaultRateLimits
  const own = new Map<string, RateWindow>()
  let told = false
  let swept = false
  return limiterFrom((host, kind) =>
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      // On monotonic time: what this process asks stays within the limits when the wall clock is set, too.
      const mine = admit(own.get(host) ?? [], Number(clock.monotonicTimeNanosUnsafe()) / 1e6, kind, limits)
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
          if (!told) options.onProblem?.(`Cannot share the rate limit in ${folder}: ${reasonOf(error.cause)}`)
          told = true
          return 0
        })
      ))
      if (waitMillis > 0) own.set(host, (own.get(host) ?? []).filter((other) => other !== request))
      return { waitMillis: Math.ceil(waitMillis) }
    })
  )
}

/** What the processes of this machine may still ask of a host. */
export interface MachineAllowance {
  /** Requests of any kind that may be made now. */
  readonly left: number
  /** Of these, dials. */
  readonly dialsLeft: number
  /** Until a dial may be made, in milliseconds; 0 for now. */
  readonly dialWaitMillis: number
}

/** Looks how much of the allowance is left, and takes nothing. Fails where the folder cannot be read. */
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

/** REST takes those first that dials may not use. */
const slotsFor = (kind: RequestKind, limits: RateLimits): Array<number> => {
  const forBoth = slotsBetween(0, Math.min(limits.dials, limits.total))
  return kind === "dial" ? forBoth : [...slotsOnlyForRest(limits), ...forBoth.toReversed()]
}
