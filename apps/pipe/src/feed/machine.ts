/** What the commands share with the other processes of this machine. */
import type { BackoffMemory, CatalogStore, KeyLeases, LimiterShape } from "@boltodds/connection"
import { catalogCache, machineLeases, machineLimiter, machineMemory } from "@boltodds/connection/node"
import type { CommandLog } from "../log/Log.ts"

/** Through files of this user: the allowance of requests, the back-off, who holds a key, and the catalog's answers. */
export interface Machine {
  readonly limiter: LimiterShape
  readonly memory: BackoffMemory
  readonly leases: KeyLeases
  readonly store: CatalogStore
}

/** This machine's. Files that cannot be used are told once each, and stop nothing. */
export const thisMachine = (log: CommandLog): Machine => {
  const options = { onProblem: (message: string): void => log.log("warn", message) }
  return {
    limiter: machineLimiter(options),
    memory: machineMemory(options),
    leases: machineLeases({ ...options, program: "boltodds-pipe" }),
    store: catalogCache(options),
  }
}
