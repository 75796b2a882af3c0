/** What the parts of a pipeline take from the program around them. */
import type { Environment, OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import type { Key, Status } from "@boltodds/connection"
import type { LatestStatus } from "@boltodds/pipeline"
import type { ServerPool } from "@boltodds/serve"
import type { WorldOptions } from "@boltodds/simulator"
import type { Step } from "@boltodds/state"
import type * as Effect from "effect/Effect"
import type { Machine } from "./feed/feedAccess.ts"

/** Finds options that the program refuses although they are valid. Returns a problem for each. */
export type Guard = (written: WrittenOptions, place: OptionsPlace) => ReadonlyArray<OptionProblem>

/** How large the world of the source `simulator` is. */
export type SimulatedWorld = Pick<WorldOptions, "games" | "players" | "sportsbooks" | "sports">

/** The program around the parts. All of it is optional. */
export interface PartsHost {
  /**
   * What the feed shares with other processes: the allowance of requests, the back-off, who holds the key, the catalog.
   * Default: `thisMachine`, with the files of the current user.
   */
  readonly machine?: Machine
  /** The key of the feed, in place of the options and the environment. */
  readonly key?: Key
  /**
   * Reads the variables of the environment, BOLTODDS_API_KEY among them. Called at each dial. Default: the variables that
   * the pipeline was loaded with.
   */
  readonly env?: () => Environment
  /**
   * Hosts that may get the key of `key` or of BOLTODDS_API_KEY, besides the vendor's host and this machine: each is a host
   * (`feed.example.com`), with a port that port only, or an address. `any`: every host that a configuration names.
   * BOLTODDS_API_KEY_HOST and BOLTODDS_URL name hosts too. A key that the configuration names for its source goes where
   * the configuration says. Default: none.
   */
  readonly keyHosts?: ReadonlyArray<string> | "any"
  /**
   * Refuses options, such as an address that only the user may allow. Without guards a configuration can post to private
   * addresses and send the key and records unencrypted, where it says so. Set them if others write your configurations.
   * Default: the host of the key alone is guarded, see `keyHosts`.
   */
  readonly guards?: {
    readonly feed?: Guard
    readonly webhook?: Guard
    readonly nats?: Guard
    readonly redis?: Guard
    readonly serve?: Guard
    readonly postgres?: Guard
  }
  /** How the process is doing: servers show it, see `LatestStatus` of `@boltodds/pipeline`. Default: they do not. */
  readonly status?: LatestStatus
  /** The servers of the process, if it has some of its own; sinks with the same address share them. Default: those of sinks. */
  readonly servers?: ServerPool
  /** Other games than usual for the source `simulator`. Default: six games at three sportsbooks, to follow by eye. */
  readonly world?: SimulatedWorld
  /** Called when the status of a session changes. `feed` is the host, with the name of the session if there are several. */
  readonly onStatus?: (status: Status, feed: string) => void
  /** Takes a function to call with every step of the run, so that `exit_on_stale` sees data that cannot be read. */
  readonly onSteps?: (watch: (step: Step) => void) => void
  /** Takes an effect; when it returns, the program must end the run. Without it `exit_on_stale` is a mistake. */
  readonly endsWhen?: (end: Effect.Effect<EarlyEnd>) => void
}

/** Why a part ends the run. */
export interface EarlyEnd {
  readonly reason: string
  /** True if the feed sent nothing usable for too long. */
  readonly unavailable: boolean
}
