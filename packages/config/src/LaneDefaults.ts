/** How a lane is set up, as a configuration says it. */
import type { BreakerPolicy, RetryPolicy } from "@boltodds/lane"
import type { StoreLimits } from "@boltodds/sink"
import type * as Duration from "effect/Duration"

/** What a lane does when it is full. */
export type OverflowName = "block" | "coalesce" | "drop_oldest" | "drop_newest" | "fail"

/** The names of {@link OverflowName}. */
export const overflowNames: ReadonlyArray<OverflowName> = ["block", "coalesce", "drop_oldest", "drop_newest", "fail"]

/** Settings of a lane; what is left out is as `LaneOptions` of `@boltodds/sink` says. */
export interface LaneSettings {
  readonly overflow?: OverflowName
  /** With `block`: how long the source waits before the oldest are dropped. */
  readonly blockTimeout?: Duration.Duration
  readonly maxAge?: Duration.Duration
  readonly bounds?: Partial<StoreLimits>
  readonly batch?: Partial<StoreLimits>
  readonly linger?: Duration.Duration
  readonly retry?: Partial<RetryPolicy>
  readonly breaker?: Partial<BreakerPolicy>
  /** Deliveries side by side; records of one game stay in order. */
  readonly parallel?: number
}

/** What a sink plug-in recommends for its lane. */
export interface LaneDefaults extends LaneSettings {
  /** The name of a store, opened with its default options. */
  readonly store?: string
}
