/** The hub: one source, reduced once, delivered to many routes. */
import type { Book, Source } from "@boltodds/protocol"
import type { LaneEnd } from "@boltodds/lane"
import type { SinkError } from "@boltodds/sink"
import type { StateOptions, Step } from "@boltodds/state"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Hub, type RunningRoute } from "./Hub.ts"
import { reportRoute } from "../report/reportRoute.ts"
import type { Report, RouteReport } from "../report/Report.ts"
import type { Route } from "../route/Route.ts"
import { makeRunning, type Running } from "./Running.ts"

/** How a run is set up. */
export interface RunOptions {
  /** The reducer's options, the run's name among them. */
  readonly state: StateOptions
  /**
   * Goes on from this book, which the readers of an earlier run have: what they read, folded, to the last record. It must
   * have a `run`, and not be `lossy`; see `resume` of `@boltodds/state`. Needs a route whose emit tells a book. Routes
   * that do not say `resumes` are told everything from the beginning instead. Default: nothing is known.
   */
  readonly resume?: Book | undefined
  /** Sees every step after it was handed to the routes; must be quick and must not throw. */
  readonly onStep?: ((step: Step) => void) | undefined
  /** Ends the run in peace after this many data records; a route with several gets no more than these. */
  readonly count?: number | undefined
  /** Ends the run in peace when it returns, with the reason it gives: a signal, a time. */
  readonly until?: Effect.Effect<string> | undefined
  /** How long lanes may deliver what they hold at the end, all side by side. Default 10 s. */
  readonly drainWithin?: Duration.Duration | undefined
  /** Gets a hold on the run, once its routes are open: to look at them, and to change them while it goes on. */
  readonly onRunning?: ((running: Running) => void) | undefined
  /**
   * Gets the report however the run ends, also where it fails or is interrupted, and what the run comes to; destinations
   * are closed after that.
   */
  readonly onReport?: ((report: Report, outcome: Exit.Exit<Report, unknown>) => void) | undefined
}

/** Why a run ends, and what that means for its result. */
interface Stop<E> {
  readonly reason: string
  readonly failure?: Cause.Cause<E | SinkError>
}

/**
 * Runs a source into routes until the source ends or fails, `until` returns, `count` is reached, every reader has
 * gone, a required sink is disabled, or it is interrupted.
 *
 * Each turn of the source (an array of its stream) is reduced once, as deep as the deepest emit asks, told once per
 * emit, and pushed to all lanes, synchronously. While a lane asks to wait the source is not pulled: that is how it
 * pauses. At the end `stream_stopped` is told, lanes drain side by side, and the report is made; an interruption takes
 * as long. A route whose reader has gone, or whose sink is not required, ends alone.
 *
 * Fails with what the source fails with, with the error of a sink that cannot be opened, and with that of a required
 * sink that was disabled.
 */
export const run = <E, R, R2>(
  source: Source<E, R>,
  routes: ReadonlyArray<Route<R2>>,
  options: RunOptions,
): Effect.Effect<Report, E | SinkError, R | R2> =>
  Effect.scopedWith((scope) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const clock = yield* Clock.Clock
        const startedAt = clock.monotonicTimeNanosUnsafe()
        const stopping = Deferred.makeUnsafe<Stop<E>>()
        const stopWith = (stop: Stop<E>): boolean => Deferred.doneUnsafe(stopping, Exit.succeed(stop))

        const hub = new Hub(routes, options, () => stopWith({ reason: "count reached" }), source.resync?.bind(source))
        const watch = (entry: RunningRoute): Effect.Effect<void> => watchLane(scope, entry, hub, stopWith)
        for (const route of routes) yield* restore(hub.add(route, scope, false))

        const intake = yield* forkWatched(
          scope,
          Stream.runForEachArray(source.events, (events) => hub.turn(events)),
          (exit) => stopWith(Exit.isSuccess(exit) ? { reason: "source ended" } : failed("source failed", exit.cause)),
        )
        yield* Effect.forEach(hub.routes, watch, { discard: true })
        options.onRunning?.(makeRunning(hub, scope, watch))
        if (options.until !== undefined) {
          yield* forkWatched(
            scope,
            options.until,
            (exit) => stopWith(Exit.isSuccess(exit) ? { reason: exit.value } : failed("interrupted", exit.cause)),
          )
        }

        const waited = yield* Effect.exit(restore(Deferred.await(stopping)))
        const stop: Stop<E> = Exit.isSuccess(waited) ? waited.value : failed("interrupted", waited.cause)
        // A defect in the last words must not keep the lanes from draining.
        const said = yield* Effect.exit(Effect.sync(() => hub.stop(stop.reason, clock.currentTimeMillisUnsafe())))

        // In a fiber of its own: this one may be interrupted already, and cannot be waited out.
        const within = options.drainWithin ?? Duration.seconds(10)
        const closing = yield* Effect.forkIn(
          Effect.all([
            Effect.timeoutOption(Fiber.interrupt(intake), within),
            ...[...hub.leaving, ...hub.routes].map(({ open }) => open.lane.drain(within)),
          ], { concurrency: "unbounded", discard: true }),
          scope,
        )
        yield* Fiber.await(closing)

        const gone = hub.left
        const ended = yield* Effect.forEach([...hub.leaving, ...hub.routes], reportRoute)
        const report: Report = {
          run: options.state.run,
          reason: stop.reason,
          duration: Duration.nanos(clock.monotonicTimeNanosUnsafe() - startedAt),
          ...hub.tally.report,
          noData: hub.noData,
          ...hub.book,
          unread: hub.unread,
          routes: [...gone, ...ended],
        }
        const outcome = outcomeOf(report, ended, stop, said)
        options.onReport?.(report, outcome)
        return yield* outcome
      })
    )
  )

/** What a run comes to: why it was stopped, or else how its last words and its sinks fared. */
const outcomeOf = <E>(
  report: Report,
  ended: ReadonlyArray<RouteReport>,
  stop: Stop<E>,
  said: Exit.Exit<void>,
): Exit.Exit<Report, E | SinkError> => {
  if (stop.failure !== undefined) return Exit.failCause(stop.failure)
  if (Exit.isFailure(said)) return Exit.failCause(said.cause)
  // One that was disabled while it drained.
  const broken = ended.find((route) => route.required && route.state === "disabled")
  return broken?.error === undefined ? Exit.succeed(report) : Exit.fail(broken.error)
}

const failed = <E>(reason: string, cause: Cause.Cause<E>): { reason: string; failure: Cause.Cause<E> } => ({
  reason,
  failure: cause,
})

/** Forks into the scope, so that it goes on when this fiber is interrupted, and hears of its end at once. */
const forkWatched = <A, E, R>(
  scope: Scope.Scope,
  effect: Effect.Effect<A, E, R>,
  onExit: (exit: Exit.Exit<A, E>) => void,
): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.map(Effect.forkIn(effect, scope), (fiber) => {
    fiber.addObserver(onExit)
    return fiber
  })

/** A required sink that is disabled stops the run, and so does the last of all lanes that ends. */
const watchLane = (
  scope: Scope.Scope,
  entry: RunningRoute,
  hub: Hub,
  stopWith: (stop: Stop<never>) => void,
): Effect.Effect<void> => {
  const { route, open } = entry
  const onEnd = (end: LaneEnd): void => {
    if (end._tag === "Drained") return
    entry.hasEnded = true
    // One that was taken out ends nothing but itself.
    if (!hub.routes.includes(entry)) return
    if (end._tag === "Disabled" && route.required) {
      stopWith({ reason: `sink ${route.name} failed`, failure: Cause.fail(end.error) })
    } else if (hub.routes.every(({ hasEnded }) => hasEnded)) {
      stopWith({ reason: end._tag === "Ended" ? "reader gone" : "no sink left" })
    }
  }
  return Effect.asVoid(forkWatched(scope, open.lane.ended, (exit) => {
    if (Exit.isSuccess(exit)) onEnd(exit.value)
  }))
}
