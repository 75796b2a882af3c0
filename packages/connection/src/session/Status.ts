/** Where a session stands. */
import type { Filters, Millis } from "@boltodds/protocol"

/** What a session is doing, for people and dashboards. What to believe of the data is in the events, not here. */
export type Status =
  /** Not running: no one reads its events yet. */
  | { readonly _tag: "Idle" }
  /** Dialing, for the `attempt`th time since data last came. */
  | { readonly _tag: "Dialing"; readonly attempt: number }
  | { readonly _tag: "AwaitingAck"; readonly attempt: number }
  /** Subscribed; no data yet. */
  | { readonly _tag: "Syncing"; readonly epoch: number; readonly filters: Filters }
  /** Data comes. */
  | { readonly _tag: "Live"; readonly epoch: number; readonly filters: Filters }
  /** Connected, but what is known is not to be trusted as live: nothing comes, or we do not read. */
  | { readonly _tag: "Stale"; readonly epoch: number; readonly reason: "silent" | "paused" }
  /** Waiting until this session time before dialing again. */
  | { readonly _tag: "BackingOff"; readonly until: Millis; readonly why: string; readonly attempt: number }
  /** Not dialing before the consumer reads on: it had stopped for too long. */
  | { readonly _tag: "AwaitingReader" }
  | { readonly _tag: "Closed" }
