/** Back-off that outlives a process, kept in files. */
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
import { keyName } from "./keyName.ts"

/** Options of {@link machineMemory}. */
export interface MachineMemoryOptions {
  /** @default {@link stateFolder} */
  readonly folder?: string | undefined
  /** Told once when the files cannot be written: this run then leaves no back-off to the next. */
  readonly onProblem?: ((message: string) => void) | undefined
}

const maxBytes = 8192
const longestWhy = 1000
const keepMillis = 86_400_000

/**
 * A memory in `backoff-<hash of host and key>.json`, written as a whole, shared by all processes of this user that use
 * the same folder. The key itself is in no file. What cannot be read counts as nothing remembered, and nothing is
 * remembered of loopback hosts.
 */
export const machineMemory = (options: MachineMemoryOptions = {}): BackoffMemory => {
  const folder = options.folder ?? stateFolder()
  let told = false
  let swept = false
  const fileOf = (use: Parameters<BackoffMemory["recall"]>[0]): string => join(folder, `backoff-${keyName(use)}.json`)
  const quietly = (work: () => Promise<void>): Effect.Effect<void> =>
    Effect.tryPromise(work).pipe(Effect.catch(({ cause }) =>
      Effect.sync(() => {
        if (!told) options.onProblem?.(`Cannot keep the back-off in ${folder}: ${reasonOf(cause)}`)
        told = true
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
 * Whether an attempt was cut short with its process. That of a process that runs is its own affair; of one on another
 * machine we cannot know.
 *
 * A container that is started anew has the name of the one before and another pid namespace, as a second container
 * beside it may have. What was written before we started is taken for the former: a wait too many does less harm than
 * a crash loop that dials without any. What was written since cannot be.
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
