/** A handle on a run. */
import type { LaneCounts } from "@boltodds/lane"
import type { StatusRecord } from "@boltodds/protocol"
import type { SinkError } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Depth } from "../emits/Emit.ts"
import type { Hub } from "./Hub.ts"
import type { Route, RunningRoute, Tap } from "../route/Route.ts"
import type { StatusReporter } from "../status/StatusReporter.ts"
import type { Unread } from "../report/Unread.ts"

/** A route cannot be added during the run: it needs a deeper look into the feed than the run has. */
export class RouteTooDeep {
  readonly _tag = "RouteTooDeep"
  readonly route: string
  readonly needs: Depth
  readonly kept: Depth

  constructor(route: string, needs: Depth, kept: Depth) {
    this.route = route
    this.needs = needs
    this.kept = kept
  }

  get message(): string {
    return `Cannot add the route ${this.route} to a run: it needs ${this.needs}, and only ${this.kept} is kept; restart`
  }
}

/** The counts of one route. */
export interface RouteCounts {
  readonly name: string
  readonly counts: LaneCounts
}

/** What can be done with a run while it runs. Its effects fail only with the errors in their types. */
export interface Running {
  readonly counts: Effect.Effect<ReadonlyArray<RouteCounts>>
  /** Counts of messages that were not applied to the book so far. */
  readonly unread: Effect.Effect<Unread>
  /** How the run is doing now, as records. The rates in it need `status` of the options of the run. */
  readonly status: Effect.Effect<ReadonlyArray<StatusRecord>>
  /**
   * Calls `take` with each batch that a sink gets from now on, in each attempt; the sink does not notice. Returns what ends
   * that, or undefined where there is no route of this name. `take` must be fast and must not throw.
   */
  readonly tap: (name: string, take: Tap) => Effect.Effect<(() => void) | undefined>
  /**
   * Opens each destination again, such as files that another program has rotated. Returns the errors, by route.
   */
  readonly reopen: Effect.Effect<ReadonlyArray<readonly [route: string, error: SinkError]>>
  /**
   * Opens a route, which takes all turns from now on. If its emit has a book, it first gets the whole book. Fails if the
   * sink cannot be opened, if the route needs a deeper look than the routes at the start, or if the run has ended.
   */
  readonly add: (route: Route) => Effect.Effect<void, SinkError | RouteTooDeep>
  /**
   * Removes a route: it takes no more turns, its lane drains within this time, and its sink closes. A source that waits
   * for it continues. Cannot be interrupted. A run without routes continues, because others can be added.
   */
  readonly remove: (name: string, within: Duration.Duration) => Effect.Effect<void>
}

const depths: ReadonlyArray<Depth> = ["frames", "sync", "book"]

/** @internal */
export const makeRunning = (
  hub: Hub,
  scope: Scope.Scope,
  watch: (route: RunningRoute) => Effect.Effect<void>,
  status: StatusReporter,
): Running => ({
  counts: Effect.suspend(() =>
    Effect.forEach(
      hub.routes,
      ({ name, lane }) => Effect.map(lane.counts, (counts) => ({ name, counts })),
    )
  ),
  unread: Effect.sync(() => hub.unread),
  status: Effect.sync(() => status.now),
  tap: (name, take) => Effect.sync(() => hub.routes.find((route) => route.name === name)?.tap(take)),
  reopen: Effect.suspend(() =>
    Effect.map(
      Effect.forEach(hub.routes, ({ name, reopen }) =>
        Effect.match(reopen, {
          onSuccess: () => [],
          onFailure: (error) => [[name, error] as const],
        })),
      (results) => results.flat(),
    )
  ),
  add: (route) =>
    Effect.suspend((): Effect.Effect<void, SinkError | RouteTooDeep> => {
      if (depths.indexOf(route.needs) > depths.indexOf(hub.depth)) {
        return Effect.fail(new RouteTooDeep(route.name, route.needs, hub.depth))
      }
      return Effect.flatMap(hub.add(route, scope, true), watch)
    }),
  remove: (name, within) =>
    Effect.suspend(() => {
      const route = hub.routes.find((each) => each.name === name)
      if (route === undefined) return Effect.void
      hub.remove(route)
      return Effect.uninterruptible(Effect.gen(function* () {
        yield* route.lane.drain(within)
        hub.settle(route, yield* route.report)
        yield* Scope.close(route.scope, Exit.void)
      }))
    }),
})
