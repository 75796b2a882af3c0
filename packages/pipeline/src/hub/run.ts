/** Runs: one source, reduced once, delivered to many routes. */
import type { Book, FeedEvent, RecordSource, Source } from "@boltodds/protocol"
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
import { Hub, intakeOfEvents, intakeOfRecords } from "./Hub.ts"
import { type StatusOptions, StatusReporter } from "../status/StatusReporter.ts"
import type { Delivery } from "./RecordReducer.ts"
import type { Report, RouteReport } from "../report/Report.ts"
import type { Route, RunningRoute } from "../route/Route.ts"
import { makeRunning, type Running } from "./Running.ts"

/** How a run is set up. */
export interface RunOptions {
  /** The options of the reducer, with the name of the run. */
  readonly state: StateOptions
  /**
   * Resumes from this book, which the readers of an earlier run have: all that they read, folded. It must have a `run` and
   * not be `lossy`; see `resume` of `@boltodds/state`. Needs a route whose emit has a book. Routes without `resumes` get
   * the whole book instead. Default: an empty book.
   */
  readonly resume?: Book | undefined
  /** Called with every step after the routes have it. Must be fast and must not throw. */
  readonly onStep?: ((step: Step) => void) | undefined
  /** Takes status records once a second. Default: none are made. */
  readonly status?: StatusOptions | undefined
  /** Ends the run after this many data records. No route gets more. */
  readonly count?: number | undefined
  /** Ends the run when it returns, with the reason that it returns: a signal, a time. */
  readonly until?: Effect.Effect<string> | undefined
  /** How long the lanes may deliver what they hold at the end, in parallel. Default 10 s. */
  readonly drainWithin?: Duration.Duration | undefined
  /** Called once the routes are open, with a handle to look at them and to change them during the run. */
  readonly onRunning?: ((running: Running) => void) | undefined
  /**
   * Called with the report and the result however the run ends, also if it fails or is interrupted. Destinations are
   * closed after that.
   */
  readonly onReport?: ((report: Report, outcome: Exit.Exit<Report, unknown>) => void) | undefined
}

/** Why a run ends, and with which failure. */
interface Stop<E> {
  readonly reason: string
  readonly failure?: Cause.Cause<E | SinkError>
}

/**
 * Runs a source into routes until the source ends or fails, `until` returns, `count` is reached, every reader has
 * gone, a required sink is disabled, or it is interrupted.
 *
 * The source gives events, or records that another process made. Of records some emits cannot be made: see `takesRecords`
 * of `Emit`. They are folded, for routes and readers that need the book, and keep their identity.
 *
 * Each turn of the source (an array of its stream) is reduced once, as deep as the deepest emit needs, turned into
 * envelopes once per emit, and pushed to all lanes, synchronously. While a full lane blocks, the source is not pulled,
 * which pauses it. At the end all routes get `stream_stopped`, the lanes drain in parallel, and the report is made, also
 * after an interruption. A route whose reader has closed, or whose sink is not required, ends alone.
 *
 * Fails with what the source fails with, with the error of a sink that cannot be opened, and with that of a required
 * sink that was disabled.
 */
export const run = <E, R, R2>(
  source: Source<E, R> | RecordSource<E, R>,
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

        const { hub, pull } = openHub(source, routes, options, {
          now: () => Number(clock.monotonicTimeNanosUnsafe()) / 1e6,
          onSated: () => stopWith({ reason: "count reached" }),
        })
        const watch = (route: RunningRoute): Effect.Effect<void> => watchLane(scope, route, hub, stopWith)
        for (const route of routes) yield* restore(hub.add(route, scope, false))

        const intake = yield* forkWatched(
          scope,
          pull,
          (exit) => stopWith(Exit.isSuccess(exit) ? { reason: "source ended" } : failed("source failed", exit.cause)),
        )
        yield* Effect.forEach(hub.routes, watch, { discard: true })
        const status = new StatusReporter(hub, options.status, () => clock.currentTimeMillisUnsafe())
        if (options.status !== undefined) yield* Effect.forkIn(status.run, scope)
        options.onRunning?.(makeRunning(hub, scope, watch, status))
        if (options.until !== undefined) {
          yield* forkWatched(
            scope,
            options.until,
            (exit) => stopWith(Exit.isSuccess(exit) ? { reason: exit.value } : failed("interrupted", exit.cause)),
          )
        }

        const waited = yield* Effect.exit(restore(Deferred.await(stopping)))
        const stop: Stop<E> = Exit.isSuccess(waited) ? waited.value : failed("interrupted", waited.cause)
        yield* status.stops
        // A defect in `stream_stopped` must not keep the lanes from draining.
        const stopped = yield* Effect.exit(Effect.sync(() => hub.stop(stop.reason, clock.currentTimeMillisUnsafe())))

        // In its own fiber: this one may be interrupted already and cannot wait.
        const within = options.drainWithin ?? Duration.seconds(10)
        const closing = yield* Effect.forkIn(
          Effect.all([
            Effect.timeoutOption(Fiber.interrupt(intake), within),
            ...[...hub.leaving, ...hub.routes].map(({ lane }) => lane.drain(within)),
          ], { concurrency: "unbounded", discard: true }),
          scope,
        )
        yield* Fiber.await(closing)

        const gone = hub.left
        const ended = yield* Effect.forEach([...hub.leaving, ...hub.routes], ({ report }) => report)
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
        const outcome = outcomeOf(report, ended, stop, stopped)
        options.onReport?.(report, outcome)
        return yield* outcome
      })
    )
  )

/** How long a source of records may give nothing until time passes without it. */
const tickEvery = Duration.seconds(1)

/** The hub of a source, and what pulls the source into it. */
const openHub = <E, R>(
  source: Source<E, R> | RecordSource<E, R>,
  routes: ReadonlyArray<Route<unknown>>,
  options: RunOptions,
  { now, onSated }: { readonly now: () => number; readonly onSated: () => void },
): { readonly hub: Hub; readonly pull: Effect.Effect<void, E, R> } => {
  if ("records" in source) {
    const hub = new Hub<Delivery>(
      intakeOfRecords({ run: options.state.run, now }, source.isLive === true),
      options,
      onSated,
      now,
    )
    return { hub, pull: Stream.runForEachArray(withTicks(source), (deliveries) => hub.turn(deliveries)) }
  }
  const hub = new Hub<FeedEvent>(intakeOfEvents(source, routes, options), options, onSated, now)
  return { hub, pull: Stream.runForEachArray(source.events, (turn) => hub.turn(turn)) }
}

/** The deliveries of a source; of a live one with an empty one each second. */
const withTicks = <E, R>({ records, isLive = false }: RecordSource<E, R>): Stream.Stream<Delivery, E, R> =>
  isLive
    ? Stream.merge(records, Stream.map(Stream.tick(tickEvery), (): Delivery => []), { haltStrategy: "left" })
    : records

/** The result of a run: the failure that stopped it, or else that of `stream_stopped` or of a sink. */
const outcomeOf = <E>(
  report: Report,
  ended: ReadonlyArray<RouteReport>,
  stop: Stop<E>,
  stopped: Exit.Exit<void>,
): Exit.Exit<Report, E | SinkError> => {
  if (stop.failure !== undefined) return Exit.failCause(stop.failure)
  if (Exit.isFailure(stopped)) return Exit.failCause(stopped.cause)
  // A sink can be disabled while it drains.
  const broken = ended.find((route) => route.required && route.state === "disabled")
  return broken?.error === undefined ? Exit.succeed(report) : Exit.fail(broken.error)
}

const failed = <E>(reason: string, cause: Cause.Cause<E>): { reason: string; failure: Cause.Cause<E> } => ({
  reason,
  failure: cause,
})

/** Forks into the scope, so that the effect survives an interruption of this fiber. Calls `onExit` at its end. */
const forkWatched = <A, E, R>(
  scope: Scope.Scope,
  effect: Effect.Effect<A, E, R>,
  onExit: (exit: Exit.Exit<A, E>) => void,
): Effect.Effect<Fiber.Fiber<A, E>, never, R> =>
  Effect.map(Effect.forkIn(effect, scope), (fiber) => {
    fiber.addObserver(onExit)
    return fiber
  })

/** Stops the run when a required sink is disabled, or when the last lane ends. */
const watchLane = (
  scope: Scope.Scope,
  route: RunningRoute,
  hub: Hub,
  stopWith: (stop: Stop<never>) => void,
): Effect.Effect<void> => {
  const onEnd = (end: LaneEnd): void => {
    if (end._tag === "Drained") return
    route.end = end
    // A removed route ends only itself.
    if (!hub.routes.includes(route)) return
    if (end._tag === "Disabled" && route.required) {
      stopWith({ reason: `sink ${route.name} failed`, failure: Cause.fail(end.error) })
    } else if (hub.routes.every(({ end }) => end !== undefined)) {
      stopWith({ reason: end._tag === "Ended" ? "reader gone" : "no sink left" })
    }
  }
  return Effect.asVoid(forkWatched(scope, route.lane.ended, (exit) => {
    if (Exit.isSuccess(exit)) onEnd(exit.value)
  }))
}
