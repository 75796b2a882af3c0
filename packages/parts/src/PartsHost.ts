/** What the parts of a pipeline take from the program around them. */
import type { Environment, OptionProblem, OptionsPlace, WrittenOptions } from "@boltodds/config"
import type { Key, Status } from "@boltodds/connection"
import type { Step } from "@boltodds/state"
import type * as Effect from "effect/Effect"
import type { Machine } from "./feed/feedAccess.ts"

/** Finds options that the program refuses although they are valid. Returns a problem for each. */
export type Guard = (written: WrittenOptions, place: OptionsPlace) => ReadonlyArray<OptionProblem>

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
   * Refuses options, such as an address that only the user may allow. Without guards a configuration can send the key
   * to any host that it names, so set them if others write your configurations. Default: everything is allowed.
   */
  readonly guards?: {
    readonly feed?: Guard
    readonly webhook?: Guard
  }
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
