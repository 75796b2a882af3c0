/** What happens to a lane, and how it ends: for logs and reports. */
import type * as Duration from "effect/Duration"
import type { SinkError } from "@boltodds/sink"

/**
 * What happens to a lane:
 *
 * - `Retrying`: a batch failed and is tried again after `delay`.
 * - `Halved`: the destination refused `records` for their size (`bytes` of text). They are sent again in halves.
 * - `Degraded`: `lost` envelopes of a batch are lost. The lane goes on.
 * - `DeadLettered`: the destination will never take `lost` envelopes.
 * - `BreakerOpened`: after `failures` in a row nothing is tried for `cool`.
 * - `Recovered`: the first delivery after any of these.
 * - `Lost`: `lost` envelopes are gone for this reason: `expired`, or the name of an overflow policy. Reported at most once a
 *   second.
 * - `BlockTimedOut`: the source has waited for this lane as long as it may, and waits no more until the sink has caught up.
 * - `Resnapshot`: after a loss the whole book is sent again, or `games` single games.
 * - `StoreFailed`: `lost` envelopes could not be stored and are lost. 0: the store could not be read, so nothing could be
 *   dropped from it. Reported at most once a second.
 * - `Disabled`, `Ended`: the lane delivers nothing more.
 */
export type LaneEvent =
  | {
    readonly _tag: "Retrying"
    readonly error: SinkError
    readonly attempt: number
    readonly delay: Duration.Duration
  }
  | { readonly _tag: "Halved"; readonly error: SinkError; readonly records: number; readonly bytes: number }
  | { readonly _tag: "Degraded" | "DeadLettered"; readonly error: SinkError; readonly lost: number }
  | {
    readonly _tag: "BreakerOpened"
    readonly error: SinkError
    readonly failures: number
    readonly cool: Duration.Duration
  }
  | { readonly _tag: "Recovered" }
  | { readonly _tag: "Lost"; readonly reason: string; readonly lost: number }
  | { readonly _tag: "BlockTimedOut"; readonly after: Duration.Duration }
  | { readonly _tag: "Resnapshot"; readonly records: number; readonly games?: number }
  | { readonly _tag: "StoreFailed"; readonly cause: unknown; readonly lost: number }
  | { readonly _tag: "Disabled" | "Ended"; readonly error: SinkError; readonly lost: number }

/** How a lane came to its end: `Drained` (or its time to drain was over), `Ended` in peace by its sink, `Disabled` by its sink. */
export type LaneEnd =
  | { readonly _tag: "Drained" }
  | { readonly _tag: "Ended"; readonly error: SinkError }
  | { readonly _tag: "Disabled"; readonly error: SinkError }
