/** The back-off between processes, in files. */
import {
  isOfThisMachine,
  isRunning,
  objectIn,
  processIn,
  type ProcessRecord,
  readSmall,
  reasonOf,
  removeOld,
  stateFolder,
  thisProcess,
  writeWhole,
} from "@boltodds/machine"
import { isLoopbackHost } from "@boltodds/text"
import * as Effect from "effect/Effect"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { BackoffMemory, BackoffRecord } from "../session/BackoffMemory.ts"
import { keyName, type MachineOptions, reportOnce } from "./MachineOptions.ts"

const maxBytes = 8192
const longestWhy = 1000
const keepMillis = 86_400_000

/**
 * A memory in `backoff-<hash of host and key>.json`, shared by all processes of this user that use the same folder. A file
 * is replaced as a whole, and contains no key. A file that cannot be read counts as missing. Nothing is stored for loopback
 * hosts.
 */
export const machineMemory = (options: MachineOptions = {}): BackoffMemory => {
  const folder = options.folder ?? stateFolder()
  const report = reportOnce(options)
  let swept = false
  const fileOf = (use: Parameters<BackoffMemory["recall"]>[0]): string => join(folder, `backoff-${keyName(use)}.json`)
  const quietly = (work: () => Promise<void>): Effect.Effect<void> =>
    Effect.tryPromise(work).pipe(Effect.catch(({ cause }) =>
      Effect.sync(() => {
        report(`Cannot keep the back-off in ${folder}: ${reasonOf(cause)}`)
      })
    ))
  const memory: BackoffMemory = {
    recall: (use) =>
      Effect.orElseSucceed(
        Effect.tryPromise(async () => {
          const value = objectIn(await readSmall(fileOf(use), maxBytes))
          const record = value === undefined ? undefined : recordIn(value)
          if (value === undefined || record?.during !== "attempt") return record
          const writer = processIn(value)
          return writer !== undefined && isGone(writer, record) ? record : undefined
        }),
        () => undefined,
      ),
    keep: (use, record) =>
      quietly(async () => {
        await writeWhole(fileOf(use), JSON.stringify({ ...record, ...thisProcess() }))
        if (swept) return
        swept = true
        await removeOld(folder, (name) => name.startsWith("backoff-"), keepMillis)
      }),
    forget: (use) => quietly(() => rm(fileOf(use), { force: true })),
  }
  return {
    recall: (use) => isLoopbackHost(use.host) ? Effect.undefined : memory.recall(use),
    keep: (use, record) => isLoopbackHost(use.host) ? Effect.void : memory.keep(use, record),
    forget: (use) => isLoopbackHost(use.host) ? Effect.void : memory.forget(use),
  }
}

/**
 * Whether the process of an attempt is gone. Not if it runs, nor if it belongs to another machine.
 *
 * A restarted container has the name of the one before and a new pid namespace. So may a second container beside it. A
 * record from before this process started counts as that of the former: one wait too many does less harm than a crash loop
 * that dials without waiting. A later record cannot be from before a restart.
 */
const isGone = (writer: ProcessRecord, { at }: BackoffRecord): boolean => {
  const running = isRunning(writer)
  return running === undefined ? isOfThisMachine(writer) && at < performance.timeOrigin : !running
}

const recordIn = (value: Readonly<Record<string, unknown>>): BackoffRecord | undefined => {
  const { step, fruitless, keyRefusals, at, until, why, during } = value
  return isCount(step) && isCount(fruitless) && isCount(keyRefusals) && isTime(at) && isTime(until) &&
      typeof why === "string" && (during === "attempt" || during === "wait")
    ? { step, fruitless, keyRefusals, at, until, why: why.slice(0, longestWhy), during }
    : undefined
}

const isTime = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)

const isCount = (value: unknown): value is number => isTime(value) && Number.isSafeInteger(value) && value >= 0
