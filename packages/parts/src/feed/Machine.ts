/** What sessions share with the other processes of this machine. */
import type { Log } from "@boltodds/config"
import type { BackoffMemory, CatalogStore, KeyLeases, LimiterShape } from "@boltodds/connection"
import { catalogCache, machineLeases, machineLimiter, machineMemory } from "@boltodds/connection/node"

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
