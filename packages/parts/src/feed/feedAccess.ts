/** What a session with the feed takes from outside: its key, its address, and what the processes of this machine share. */
import type { Environment, Log } from "@boltodds/config"
import {
  type BackoffMemory,
  type CatalogStore,
  type Key,
  type KeyLeases,
  KeyUnavailable,
  type LimiterShape,
  readKey,
} from "@boltodds/connection"
import * as Effect from "effect/Effect"
import { catalogCache, machineLeases, machineLimiter, machineMemory } from "@boltodds/connection/node"

/** The variable that holds the key. */
export const keyVariable = "BOLTODDS_API_KEY"

/** The variable that holds the address of the feed, for options that name none. */
export const urlVariable = "BOLTODDS_URL"

/** The key in BOLTODDS_API_KEY. `env` is called each time the key is read. */
export const keyFromVariable = (env: () => Environment): Key =>
  Effect.suspend(() => {
    const text = env()[keyVariable]
    return text === undefined
      ? Effect.fail(new KeyUnavailable(`Cannot read the key: the environment variable ${keyVariable} is not set`))
      : readKey(text, keyVariable)
  })

/** There was no key when the feed was opened. The message says where it was looked for. */
export class NoKey extends Error {
  readonly _tag = "NoKey"
  override readonly name: string = "NoKey"
}

/** The shared state of one machine. */
export interface Machine {
  /** The allowance of requests and dials. */
  readonly limiter: LimiterShape
  /** The back-off after failed dials. Default: each session has its own. */
  readonly memory?: BackoffMemory
  /** Which processes hold a key. Default: not known. */
  readonly leases?: KeyLeases
  /** The answers of the catalog. Default: not kept. */
  readonly store?: CatalogStore
}

/**
 * The state of this machine, in files of the current user. A file that cannot be used is logged once and stops nothing.
 * `program` is how other processes name this one. Default `boltodds`.
 */
export const thisMachine = (log: Log, program: string = "boltodds"): Required<Machine> => {
  const options = { onProblem: (message: string): void => log("warn", message) }
  return {
    limiter: machineLimiter(options),
    memory: machineMemory(options),
    leases: machineLeases({ ...options, program }),
    store: catalogCache(options),
  }
}
