/** What the parts of a pipeline need of the program around them. */
import type { Key, LimiterShape, Status } from "@boltodds/connection"
import type * as Effect from "effect/Effect"
import type { Step } from "@boltodds/state"
import type { CommandLog } from "../log/Log.ts"
import type { Allowance } from "../commandLine/allowed.ts"
import type { Machine } from "../feed/machine.ts"

/** The program, as its parts see it. */
export interface PartsHost {
  readonly log: CommandLog
  readonly limiter: LimiterShape
  /** Default: nothing is shared with other processes. */
  readonly machine?: Machine
  /** The key that the command line gives. Default: what the options say, or else BOLTODDS_API_KEY. */
  readonly key?: Key
  /** What a file may do beside what is harmless. Default: everything, since flags are the user's own word. */
  readonly allowed?: ReadonlySet<Allowance>
  /** Hears of the session's life. */
  readonly onStatus?: (status: Status) => void
  /** Takes a function that sees every step of the run. */
  readonly onSteps?: (watch: (step: Step) => void) => void
  /** Takes an effect that ends the run when it returns, with an exit of its own. */
  readonly endsWhen: (end: Effect.Effect<EarlyEnd>) => void
}

/** Why a part of a pipeline ends the run. */
export interface EarlyEnd {
  readonly reason: string
  /** The feed gave nothing for too long: the run ends with 69. */
  readonly unavailable: boolean
}
