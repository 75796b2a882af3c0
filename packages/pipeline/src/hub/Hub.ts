/** The hub: each turn is reduced once, emitted once, and handed to every route. */
import type {
  Book,
  DialState,
  FeedEvent,
  Filters,
  Millis,
  ProcessFigures,
  ProcessStatus,
  Resync,
  Source,
  StatusRecord,
} from "@boltodds/protocol"
import { defaultStateLimits, resume, snapshot, type StateOptions, type Step } from "@boltodds/state"
import { SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { Depth } from "../emits/Emit.ts"
import type { Report, RouteReport } from "../report/Report.ts"
import type { Route, RouteContext, RunningRoute } from "../route/Route.ts"
import { nothingUnread, type Unread, unreadOf } from "../report/Unread.ts"
import { type Delivery, RecordReducer, type RecordReducerOptions } from "./RecordReducer.ts"
import { deepest, makeReducer, type Reducer } from "./Reducer.ts"
import { openEmits } from "../emits/openEmits.ts"
import { RunCounters } from "../report/RunCounters.ts"
import { type LaneView, statusRecords } from "../status/statusRecords.ts"

/** The options of a hub. */
export interface HubOptions {
  readonly state: StateOptions
  readonly resume?: Book | undefined
  readonly count?: number | undefined
  readonly onStep?: ((step: Step) => void) | undefined
}

/** What a hub takes: events, which its reducer reads, or records, which it folds. */
export interface Intake<in Input> {
  readonly depth: Depth
  readonly reducer: Reducer<Input>
  /** The book that the reducer begins with, as records. */
  readonly known?: RouteContext["known"]
  readonly isOfRecords: boolean
  readonly resync?: Source["resync"] | undefined
  /** What the sessions of the source do to have a connection. */
  readonly dials?: Source["dials"] | undefined
  /** Whether the source gives something at least once a second: events, or that time has passed. */
  readonly ticks: boolean
}

/** The intake of a source of events: as deep as the deepest route needs. */
export const intakeOfEvents = (
  source: Pick<Source<unknown>, "resync" | "dials">,
  routes: ReadonlyArray<Route<unknown>>,
  { state, resume: book }: HubOptions,
): Intake<FeedEvent> => {
  const depth = deepest(routes.map((route) => route.needs))
  return {
    depth,
    reducer: makeReducer(depth, state, book),
    known: depth === "book" && book !== undefined ? snapshot(resume(book, state)) : undefined,
    isOfRecords: false,
    resync: source.resync?.bind(source),
    dials: source.dials,
    // Sessions tick; a recording has no dials, and only its events say what time it is.
    ticks: source.dials !== undefined,
  }
}

/** The intake of a source of records. */
export const intakeOfRecords = (options: RecordReducerOptions, isLive: boolean): Intake<Delivery> => ({
  depth: "book",
  reducer: new RecordReducer(options),
  isOfRecords: true,
  ticks: isLive,
})

/** Runs turns. A turn is synchronous; only waiting for a full lane is an effect. */
export class Hub<in Input = never> {
  readonly context: RouteContext
  readonly depth: Depth
  /** Whether the source gives records, which some emits cannot be made of. */
  readonly isOfRecords: boolean
  routes: ReadonlyArray<RunningRoute> = []
  /** Routes that were removed during the run and still deliver what they hold. */
  leaving: ReadonlyArray<RunningRoute> = []
  /** The reports of removed routes. */
  left: ReadonlyArray<RouteReport> = []
  readonly tally: RunCounters
  readonly #reducer: Reducer<Input>
  readonly #onStep: ((step: Step) => void) | undefined
  readonly #onSated: () => void
  /** The bound of the book, in bytes. */
  readonly #bound: number
  readonly #resync: ((wanted: Resync) => Effect.Effect<void>) | undefined
  readonly #dials: Source["dials"] | undefined
  readonly #ticks: boolean
  readonly #now: () => Millis
  /** When the last turn came, by that clock. */
  #turnedAt: Millis
  #lastSession = ""
  #lastEpoch = 0
  readonly #openings = new Map<string, number>()
  #stopped = false

  /** `now`: a clock that never goes back, in milliseconds. */
  constructor(
    { depth, reducer, known, isOfRecords, resync, dials, ticks }: Intake<Input>,
    options: HubOptions,
    onSated: () => void,
    now: () => Millis,
  ) {
    this.depth = depth
    this.isOfRecords = isOfRecords
    this.tally = new RunCounters(depth)
    this.#reducer = reducer
    this.context = {
      run: options.state.run,
      openEmit: openEmits({ state: options.state, isOfRecords }),
      isOfRecords,
      snapshot: reducer.snapshot?.bind(reducer),
      snapshotOf: reducer.snapshotOf?.bind(reducer),
      sessions: reducer.sessions?.bind(reducer),
      known,
      opening: (route) => this.#opened(route),
      count: options.count ?? Infinity,
    }
    this.#onStep = options.onStep
    this.#onSated = onSated
    this.#bound = options.state.limits?.bytes ?? defaultStateLimits.bytes
    this.#resync = resync
    this.#dials = dials
    this.#ticks = ticks
    this.#now = now
    this.#turnedAt = now()
  }

  /**
   * Opens a route in a scope of its own within the scope of the run. It takes the next turn. A route that is added during
   * the run first gets the whole book.
   */
  add<R>(route: Route<R>, within: Scope.Scope, isLate: boolean): Effect.Effect<RunningRoute, SinkError, R> {
    return Effect.gen({ self: this }, function* () {
      if (this.#stopped) return yield* Effect.fail(isOver(route.name))
      if (this.isOfRecords && !route.takesRecords) return yield* Effect.fail(needsEvents(route))
      const scope = yield* Scope.fork(within)
      const running = yield* Effect.onError(
        route.open(this.context, scope),
        (cause) => Scope.close(scope, Exit.failCause(cause)),
      )
      // The run has ended meanwhile: this route would get no records, and nothing would drain it.
      if (this.#stopped) {
        yield* Scope.close(scope, Exit.void)
        return yield* Effect.fail(isOver(route.name))
      }
      if (isLate) running.sendSnapshot()
      this.routes = [...this.routes, running]
      return running
    })
  }

  /** Removes a route: it takes no more turns. */
  remove(route: RunningRoute): void {
    this.routes = this.routes.filter((other) => other !== route)
    this.leaving = [...this.leaving, route]
  }

  /** Keeps the report of a route that was removed and has delivered what it could. */
  settle(route: RunningRoute, report: RouteReport): void {
    this.leaving = this.leaving.filter((other) => other !== route)
    this.left = [...this.left, report]
  }

  /** Takes a turn, and returns when the source may be pulled again. */
  readonly turn = (inputs: ReadonlyArray<Input>): Effect.Effect<void> => {
    if (this.#stopped) return Effect.never
    const steps = this.#reducer.apply(inputs)
    this.#turnedAt = this.#now()
    const final = steps[steps.length - 1]?.event
    if (final === undefined) return Effect.void
    this.#lastSession = final.session
    this.#lastEpoch = final.epoch
    const full = this.#hand(steps, final.at)
    return this.tally.resyncs.length === 0 ? this.#after(full) : Effect.andThen(this.#resyncs(), this.#after(full))
  }

  /** Counts of messages that were not applied to the book so far. */
  get unread(): Unread {
    const counted = this.#reducer.counted()
    return counted === undefined ? nothingUnread : unreadOf(counted)
  }

  /** The size of the book and its bound. */
  get book(): Pick<Report, "book"> {
    const counted = this.#reducer.counted()
    return counted === undefined ? {} : { book: { bytes: counted.bytes, bound: this.#bound } }
  }

  /** Marks the time for the rates of {@link status}: called once a second. */
  mark(): void {
    this.tally.rates.mark(this.#now())
  }

  /** How it is doing now, as records. `wall` counts before the first event. */
  status({ phase, process, wall }: StatusPlace): ReadonlyArray<StatusRecord> {
    const { tally } = this
    const now = this.#now()
    const passed = Math.max(0, now - this.#turnedAt)
    const at = tally.lastEventAt === null ? wall : tally.lastEventAt + passed
    const { quarantined, rejected, unknown, ignored, lateArrivals, limited } = this.unread
    return statusRecords({
      run: this.context.run,
      phase,
      why: null,
      at,
      unreadMillis: this.#ticks && tally.lastEventAt !== null && passed > longTurnMillis ? passed : 0,
      standings: this.#reducer.standings(),
      dials: this.#dials === undefined ? none : dialsNow(this.#dials),
      totals: this.#reducer.sportsbooks?.() ?? none,
      rates: tally.rates.rates(at, now),
      windows: tally.ledger.newest(mostGaps),
      blindMillis: (session) => tally.ledger.blindMillis(session, at),
      counts: {
        events: tally.events,
        frames: tally.frames,
        messages: tally.messages,
        changes: tally.changes,
        controls: tally.controls,
        quarantined,
        rejected,
        unknown,
        ignored,
        late_arrivals: lateArrivals,
        limited,
        connections_lost: tally.connectionsLost,
        gaps: tally.ledger.count,
        unverified_games: tally.ledger.unverifiedGames,
      },
      latency: tally.rates.latency,
      book: this.book.book,
      lanes: this.routes.map(viewOf),
      process,
    })
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
  #after(full: ReadonlyArray<RunningRoute>): Effect.Effect<void> {
    if (this.routes.some((route) => route.isSated())) {
      this.#onSated()
      return Effect.never
    }
    // Lanes run before the source is pulled again: records are delivered while they are fresh, and few of them wait.
    if (full.length === 0) return Effect.yieldNow
    return Effect.forEach(full, (route) => route.lane.room, { discard: true })
  }

  /** Names in the filters for which no data came. */
  get noData(): Required<Filters> {
    return this.#reducer.awaited?.() ?? { sports: [], sportsbooks: [], games: [], markets: [] }
  }

  /** Ends the run: every route gets `stream_stopped`, after which nothing is live. Later turns are ignored. */
  stop(reason: string, now: Millis): void {
    this.#stopped = true
    // The time of the last event, so that a replay ends as the live run did.
    const at = this.tally.lastEventAt ?? now
    const records = this.#reducer.stop(at, reason)
    const event = { _tag: "Tick", session: this.#lastSession, epoch: this.#lastEpoch, at, wall: at } as const
    const steps = records.length === 0 ? [] : [{ event, records }]
    this.tally.countRecords(records, at)
    // A defect in the processor of one route must not keep `stream_stopped` from the others.
    const defects: Array<unknown> = []
    for (const route of this.routes) {
      try {
        route.finish(steps)
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

  #hand(steps: ReadonlyArray<Step>, now: Millis): ReadonlyArray<RunningRoute> {
    this.tally.count(steps)
    let full: Array<RunningRoute> | undefined
    for (let index = 0; index < this.routes.length; index++) {
      const route = this.routes[index]!
      if (!route.turn(steps, now)) (full ??= []).push(route)
    }
    if (this.#onStep !== undefined) { for (let index = 0; index < steps.length; index++) this.#onStep(steps[index]!) }
    return full ?? none
  }
}

const none: ReadonlyArray<never> = []

/** What a hub does not know of its run. */
export interface StatusPlace {
  readonly phase: ProcessStatus["phase"]
  readonly process: ProcessFigures | null
  /** The wall clock. */
  readonly wall: Millis
}

/** Gaps that a status shows. */
const mostGaps = 10

/** A source that ticks each second, and gives nothing for longer, is not being read. */
const longTurnMillis = 2_500

/** A source whose own figures fail is no reason for a run to. */
const dialsNow = (dials: NonNullable<Source["dials"]>): ReadonlyArray<DialState> => {
  const exit = Effect.runSyncExit(dials)
  return Exit.isSuccess(exit) ? exit.value : none
}

const viewOf = ({ name, type, emit, required, end, lane }: RunningRoute): LaneView => ({
  name,
  type,
  emit,
  required,
  state: end?._tag === "Disabled" ? "disabled" : end?._tag === "Ended" ? "ended" : "open",
  counts: Effect.runSync(lane.counts),
  status: Effect.runSync(lane.status),
  delivery: Effect.runSync(lane.delivery),
})

const needsEvents = ({ name, emit }: Route<unknown>): SinkError =>
  new SinkError({
    rest: "disable",
    cause: new Error(
      `Cannot open the route ${name}: ${emit} is made of the messages of a feed, and the source gives records. ` +
        "Use the emit changes, or read the feed itself.",
    ),
  })

const isOver = (route: string): SinkError =>
  new SinkError({ rest: "end", cause: new Error(`Cannot add the route ${route}: the run is over`) })
