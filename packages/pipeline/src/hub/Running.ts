/** A hold on a run that goes on. */
import type { LaneCounts } from "@boltodds/lane"
import type { SinkError } from "@boltodds/sink"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Depth } from "../emits/Emit.ts"
import type { Hub, RunningRoute } from "./Hub.ts"
import { reportRoute } from "../report/reportRoute.ts"
import type { Route } from "../route/Route.ts"
import type { Unread } from "../report/Unread.ts"

/** A route cannot be added while the run goes on: it needs to know more of the feed than is kept. */
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

/** How one route stands. */
export interface RouteCounts {
  readonly name: string
  readonly counts: LaneCounts
}

/** What can be done with a run while it goes on. Its effects fail with nothing else than they say. */
export interface Running {
  readonly counts: Effect.Effect<ReadonlyArray<RouteCounts>>
  /** What has come so far and was not applied to the book. */
  readonly unread: Effect.Effect<Unread>
  /**
   * Opens the destinations again, each by itself (files after their rotation by others); gives what went wrong, by route.
   */
  readonly reopen: Effect.Effect<ReadonlyArray<readonly [route: string, error: SinkError]>>
  /**
   * Opens a route and hands it all turns from now on. One that tells a book is first told the whole of it. Fails where it
   * cannot be opened, or needs more than the routes at the start of the run did, or where the run is over meanwhile.
   */
  readonly add: (route: Route) => Effect.Effect<void, SinkError | RouteTooDeep>
  /**
   * Hands a route no more turns, drains its lane within this time, and closes its sink; a source that waits for it goes
   * on. Not to be interrupted. A run that is left without routes goes on too: others may be added.
   */
  readonly remove: (name: string, within: Duration.Duration) => Effect.Effect<void>
}

const depths: ReadonlyArray<Depth> = ["frames", "sync", "book"]

/** @internal */
export const makeRunning = (
  hub: Hub,
  scope: Scope.Scope,
  watch: (entry: RunningRoute) => Effect.Effect<void>,
): Running => ({
  counts: Effect.suspend(() =>
    Effect.forEach(
      hub.routes,
      ({ route, open }) => Effect.map(open.lane.counts, (counts) => ({ name: route.name, counts })),
    )
  ),
  unread: Effect.sync(() => hub.unread),
  reopen: Effect.suspend(() =>
    Effect.map(
      Effect.forEach(hub.routes, ({ route, open }) =>
        Effect.match(open.reopen, {
          onSuccess: () => [],
          onFailure: (error) => [[route.name, error] as const],
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
      const entry = hub.routes.find(({ route }) => route.name === name)
      if (entry === undefined) return Effect.void
      hub.remove(entry)
      return Effect.uninterruptible(Effect.gen(function* () {
        yield* entry.open.lane.drain(within)
        hub.settle(entry, yield* reportRoute(entry))
        yield* Scope.close(entry.scope, Exit.void)
      }))
    }),
})
