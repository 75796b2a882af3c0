/** What happens to a lane, for logs and reports. */
import type * as Duration from "effect/Duration"
import type { SinkError } from "./Sink.ts"

/**
 * `Retrying`: a batch failed and is tried again after `delay` · `Degraded`: `lost` envelopes of a batch are lost, the
 * lane goes on · `DeadLettered`: `lost` envelopes will never be taken · `Recovered`: the first delivery after any of
 * these · `Disabled`, `Ended`: the lane delivers nothing more.
 */
export type LaneEvent =
  | {
    readonly _tag: "Retrying"
    readonly error: SinkError
    readonly attempt: number
    readonly delay: Duration.Duration
  }
  | { readonly _tag: "Degraded" | "DeadLettered"; readonly error: SinkError; readonly lost: number }
  | { readonly _tag: "Recovered" }
  | { readonly _tag: "Disabled" | "Ended"; readonly error: SinkError; readonly lost: number }
