/** One turn after another: reduce once, tell once, hand to every route. */
import type { Book, FeedEvent, Filters, Millis, Resync, Source } from "@boltodds/protocol"
import { defaultStateLimits, resume, snapshot, type StateOptions, type Step } from "@boltodds/state"
import { SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Depth } from "../emits/Emit.ts"
import type { Report, RouteReport } from "../report/Report.ts"
import type { OpenRoute, Route, RouteContext } from "../route/Route.ts"
import { nothingUnread, type Unread, unreadOf } from "../report/Unread.ts"
import { deepest, makeReduction, type Reduction } from "./Reduction.ts"
import { SharedEmissions } from "../emits/Shared.ts"
import { RunCounters } from "../report/RunCounters.ts"

/** A route at work, with the scope that it was opened in. */
export interface RunningRoute {
  readonly route: Route<unknown>
  readonly open: OpenRoute
  readonly scope: Scope.Closeable
  /** Its lane takes nothing more. */
  hasEnded: boolean
}

/** What a hub needs of the options of its run. */
export interface HubOptions {
  readonly state: StateOptions
  readonly resume?: Book | undefined
  readonly count?: number | undefined
  readonly onStep?: ((step: Step) => void) | undefined
}

/** What happens within a turn is synchronous; only the waiting for a full lane is an effect. */
export class Hub {
  readonly context: RouteContext
  readonly depth: Depth
  routes: ReadonlyArray<RunningRoute> = []
  /** Those that were taken out while the run went on, and still deliver what they hold. */
  leaving: ReadonlyArray<RunningRoute> = []
  /** What became of those that have left. */
  left: ReadonlyArray<RouteReport> = []
  readonly tally: RunCounters
  readonly #reduction: Reduction
  readonly #onStep: ((step: Step) => void) | undefined
  readonly #onSated: () => void
  /** What the book may take, in bytes. */
  readonly #bound: number
  readonly #resync: ((wanted: Resync) => Effect.Effect<void>) | undefined
  #lastSession = ""
  #lastEpoch = 0
  readonly #openings = new Map<string, number>()
  #stopped = false

  constructor(
    routes: ReadonlyArray<Route<unknown>>,
    options: HubOptions,
    onSated: () => void,
    resync: Source["resync"],
  ) {
    const depth = deepest(routes.map((route) => route.needs))
    this.depth = depth
    this.tally = new RunCounters(depth)
    this.#reduction = makeReduction(depth, options.state, options.resume)
    this.context = {
      run: options.state.run,
      emissions: new SharedEmissions({ state: options.state }),
      snapshot: this.#reduction.snapshot?.bind(this.#reduction),
      snapshotOf: this.#reduction.snapshotOf?.bind(this.#reduction),
      sessions: this.#reduction.sessions?.bind(this.#reduction),
      known: depth === "book" && options.resume !== undefined
        ? snapshot(resume(options.resume, options.state))
        : undefined,
      opening: (route) => this.#opened(route),
      count: options.count ?? Infinity,
    }
    this.#onStep = options.onStep
    this.#onSated = onSated
    this.#bound = options.state.limits?.bytes ?? defaultStateLimits.bytes
    this.#resync = resync
  }

  /**
   * Opens a route in a scope of its own within the run's; it takes the next turn. One that comes late is told first what
   * there is, before anything else can happen.
   */
  add<R>(route: Route<R>, within: Scope.Scope, isLate: boolean): Effect.Effect<RunningRoute, SinkError, R> {
    return Effect.gen({ self: this }, function* () {
      if (this.#stopped) return yield* Effect.fail(isOver(route.name))
      const scope = yield* Scope.fork(within)
      const open = yield* Effect.onError(
        Scope.provide(route.open(this.context), scope),
        (cause) => Scope.close(scope, Exit.failCause(cause)),
      )
      // It would be told nothing any more, not even that, and nobody would drain it.
      if (this.#stopped) {
        yield* Scope.close(scope, Exit.void)
        return yield* Effect.fail(isOver(route.name))
      }
      const entry: RunningRoute = { route, open, scope, hasEnded: false }
      if (isLate) open.sendSnapshot()
      this.routes = [...this.routes, entry]
      return entry
    })
  }

  /** Hands it no more turns. */
  remove(entry: RunningRoute): void {
    this.routes = this.routes.filter((other) => other !== entry)
    this.leaving = [...this.leaving, entry]
  }

  /** It has delivered what it could: all that is kept of it is its report. */
  settle(entry: RunningRoute, report: RouteReport): void {
    this.leaving = this.leaving.filter((other) => other !== entry)
    this.left = [...this.left, report]
  }

  /** Takes a turn, and returns when the source may be pulled again. */
  readonly turn = (events: ReadonlyArray<FeedEvent>): Effect.Effect<void> => {
    const final = events[events.length - 1]
    if (this.#stopped) return Effect.never
    if (final === undefined) return Effect.void
    this.#lastSession = final.session
    this.#lastEpoch = final.epoch
    const full = this.#hand(this.#reduction.apply(events), final.at)
    return this.tally.resyncs.length === 0 ? this.#after(full) : Effect.andThen(this.#resyncs(), this.#after(full))
  }

  /** What was not applied to the book so far. */
  get unread(): Unread {
    const counted = this.#reduction.counted()
    return counted === undefined ? nothingUnread : unreadOf(counted)
  }

  /** How large the book is, and may be. */
  get book(): Pick<Report, "book"> {
    const counted = this.#reduction.counted()
    return counted === undefined ? {} : { book: { bytes: counted.bytes, bound: this.#bound } }
  }

  /** Asks the source for the snapshots that the reducer wants. A replay has none. */
  #resyncs(): Effect.Effect<void> {
    const wanted = this.tally.resyncs
    this.tally.resyncs = []
    const resync = this.#resync
    if (resync === undefined) return Effect.void
    return Effect.forEach(wanted, ({ reason, session, epoch }) => resync({ reason, session, epoch }), { discard: true })
  }

  /** When the source may be pulled again. */
  #after(full: ReadonlyArray<OpenRoute>): Effect.Effect<void> {
    if (this.routes.some(({ open }) => open.isSated())) {
      this.#onSated()
      return Effect.never
    }
    // Lanes get their turn before the source does: what is told is passed on while it is young, and little of it waits.
    if (full.length === 0) return Effect.yieldNow
    return Effect.forEach(full, (route) => route.lane.room, { discard: true })
  }

  /** Names of the filters of which nothing came. */
  get noData(): Required<Filters> {
    return this.#reduction.awaited?.() ?? { sports: [], sportsbooks: [], games: [], markets: [] }
  }

  /** Ends the run: nothing is known live from here on, and every route hears so. Later turns are not taken. */
  stop(reason: string, now: Millis): void {
    this.#stopped = true
    // The time of the last event, so that a replay ends as the live run did.
    const at = this.tally.lastEventAt ?? now
    const records = this.#reduction.stop(at, reason)
    const event = { _tag: "Tick", session: this.#lastSession, epoch: this.#lastEpoch, at, wall: at } as const
    const steps = records.length === 0 ? [] : [{ event, records }]
    this.tally.countRecords(records)
    // A defect of one route's processor must not keep the others from hearing that nothing is live any more.
    const defects: Array<unknown> = []
    for (const { open } of this.routes) {
      try {
        open.finish(steps)
      } catch (defect) {
        defects.push(defect)
      }
    }
    for (const step of steps) this.#onStep?.(step)
    if (defects.length > 0) throw defects[0]
  }

  #opened(route: string): number {
    const opening = (this.#openings.get(route) ?? 0) + 1
    this.#openings.set(route, opening)
    return opening
  }

  #hand(steps: ReadonlyArray<Step>, now: Millis): ReadonlyArray<OpenRoute> {
    this.tally.count(steps)
    let full: Array<OpenRoute> | undefined
    for (let index = 0; index < this.routes.length; index++) {
      const route = this.routes[index]!.open
      if (!route.turn(steps, now)) (full ??= []).push(route)
    }
    if (this.#onStep !== undefined) { for (let index = 0; index < steps.length; index++) this.#onStep(steps[index]!) }
    return full ?? none
  }
}

const none: ReadonlyArray<never> = []

const isOver = (route: string): SinkError =>
  new SinkError({ rest: "end", cause: new Error(`Cannot add the route ${route}: the run is over`) })
