/** The holders of a key on this machine, in files. */
import {
  isOfThisMachine,
  isRunning,
  namesIn,
  objectIn,
  processId,
  processIn,
  readFound,
  reasonOf,
  removeOld,
  stateFolder,
  thisProcess,
  writeWhole,
} from "@boltodds/machine"
import * as Effect from "effect/Effect"
import { rm } from "node:fs/promises"
import { basename, join } from "node:path"
import * as process from "node:process"
import type { KeyHolder, KeyLeases } from "../key/KeyLeases.ts"
import { keyName, type MachineOptions, reportOnce } from "./MachineOptions.ts"

/** Options of {@link machineLeases}. */
export interface MachineLeasesOptions extends MachineOptions {
  /** The name of this program, as others see it. @default the file name of the running script */
  readonly program?: string | undefined
}

const refreshMillis = 10_000
/** A holder that has not refreshed for this long does not count: its process or machine has stopped. */
const freshMillis = 30_000
const keepMillis = 86_400_000
const maxBytes = 8192

/** This process as a holder of one key. All its leases write to the same file. */
interface Own {
  sockets: number
  readonly since: number
  /** The last write. Writes run one after the other, so that the newest count stays. */
  written: Promise<void>
}

const own = new Map<string, Own>()

/**
 * Leases in `holders-<hash of host and key>/`, with one file for each process, renewed every 10 s. A holder does not count
 * if its process is gone, or if it has not renewed for 30 s. Only processes of the same machine and container can be checked.
 * No file contains the key.
 */
export const machineLeases = (options: MachineLeasesOptions = {}): KeyLeases => {
  const folder = options.folder ?? stateFolder()
  const program = options.program ?? basename(process.argv[1] ?? "unknown")
  const report = reportOnce(options)
  let swept = false
  const write = (place: string): Effect.Effect<void> => {
    const file = join(place, `${processId}.json`)
    const holding = own.get(place)
    if (holding === undefined) return Effect.void
    const before = holding.written
    const next = async (): Promise<void> => {
      await before
      const { sockets, since } = holding
      try {
        if (sockets > 0) await writeWhole(file, JSON.stringify({ ...thisProcess(), program, since, sockets }))
        else await rm(file, { force: true })
      } catch (cause) {
        report(`Cannot show in ${folder} that the key is in use: ${reasonOf(cause)}`)
      }
    }
    holding.written = next()
    return Effect.promise(() => holding.written)
  }
  const count = (place: string, change: 1 | -1): Effect.Effect<void> =>
    Effect.suspend(() => {
      const holding = own.get(place) ?? { sockets: 0, since: Date.now(), written: Promise.resolve() }
      own.set(place, holding)
      holding.sockets += change
      return write(place)
    })
  return {
    hold: (use) =>
      Effect.gen(function* () {
        const place = join(folder, `holders-${keyName(use)}`)
        yield* Effect.acquireRelease(count(place, 1), () => count(place, -1))
        yield* Effect.forkScoped(
          Effect.forever(Effect.andThen(Effect.sleep(refreshMillis), Effect.suspend(() => write(place)))),
        )
        if (swept) return
        swept = true
        yield* Effect.promise(async () => {
          await removeOld(folder, (name) => name.startsWith("holders-"), keepMillis)
          // The unfinished files of killed processes.
          await removeOld(place, (name) => name.endsWith(".part"), freshMillis)
        })
      }),
    holders: (use) => Effect.promise(() => holdersIn(join(folder, `holders-${keyName(use)}`))),
  }
}

const holdersIn = async (place: string): Promise<ReadonlyArray<KeyHolder>> => {
  // A folder that cannot be read counts as empty.
  const names = await namesIn(place).catch(() => [])
  const found = await Promise.all(
    names.filter((name) => name.endsWith(".json")).map((name) => holderIn(join(place, name)).catch(() => undefined)),
  )
  return found.filter((holder) => holder !== undefined).sort((a, b) => a.since - b.since)
}

const holderIn = async (file: string): Promise<KeyHolder | undefined> => {
  const found = await readFound(file, maxBytes)
  const value = objectIn(found?.text)
  const holder = value === undefined ? undefined : processIn(value)
  if (found === undefined || value === undefined || holder === undefined || holder.id === processId) return undefined
  const mtimeMs = found.changedAt
  const running = isRunning(holder)
  const isFresh = Math.abs(Date.now() - mtimeMs) <= freshMillis
  // Files of crashed containers would accumulate. A process that was only stopped writes its file again.
  if (running === false || (running === undefined && !isFresh && isOfThisMachine(holder))) {
    await rm(file, { force: true })
    return undefined
  }
  if (!isFresh) return undefined
  const { program, since, sockets } = value
  return {
    pid: holder.pid,
    machine: isOfThisMachine(holder) ? undefined : shown(holder.machine),
    program: shown(typeof program === "string" ? program : "unknown"),
    since: typeof since === "number" && since >= 0 && since < longestTime ? since : mtimeMs,
    sockets: typeof sockets === "number" && Number.isSafeInteger(sockets) && sockets > 0 ? sockets : 1,
  }
}

/** The largest time of a date (ECMA-262, "Time Values and Time Range"). */
const longestTime = 8.64e15

/** Names come from a file: they are shortened, and shown on one line. */
const shown = (name: string): string => name.replace(/\p{Cc}+/gu, " ").slice(0, 64)
