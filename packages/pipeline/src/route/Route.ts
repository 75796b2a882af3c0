/** Routes: from an emit through a processor and a lane into a sink. */
import type { Change, Control, Millis } from "@boltodds/protocol"
import {
  type GameResnapshots,
  type Lane,
  type LaneEnd,
  type LaneOptions,
  type LostGame,
  makeLane,
  type SessionEpoch,
} from "@boltodds/lane"
import { type Envelope, type Sink, type SinkError, withLast } from "@boltodds/sink"
import type { SnapshotPlace, Step } from "@boltodds/state"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import type { Depth, Emit } from "../emits/Emit.ts"
import { resnapshotGames } from "./resnapshotGames.ts"
import { LaneOrigin, lossReport } from "./LaneOrigin.ts"
import { ProcessorRun } from "./ProcessorRun.ts"
import type { OpenEmit } from "../emits/openEmits.ts"
import type { RouteReport } from "../report/Report.ts"
import type { Processor } from "../processors/Processor.ts"

/** The options of a route. They are a value and can be run any number of times. */
export interface RouteOptions<A, B, R> {
  /** The name of the route in reports, logs and `dropped` controls. */
  readonly name: string
  /** How status records call the kind of its destination: `file`, `webhook`, …. Default: not at all. */
  readonly type?: string | undefined
  /** Routes with the same emit (the same object) share its work. */
  readonly emit: Emit<A>
  /** Opens the sink. Its scope closes at the end of the run. */
  readonly sink: Effect.Effect<Sink<B>, SinkError, R | Scope.Scope>
  readonly lane?: Omit<LaneOptions<B>, "name" | "run" | "notice" | "resnapshot" | "gameResnapshots"> | undefined
  /** Whether the run fails when the sink is disabled. Default true. */
  readonly required?: boolean | undefined
  /**
   * The reader of this route has the book that the run resumes from: it gets `stream_resumed` and the differences. If its
   * store holds records of an earlier run, it gets the whole book instead. For emits whose records make a book
   * (`isBook`). Default false.
   */
  readonly resumes?: boolean | undefined
}

/** {@link RouteOptions} with a processor between emit and lane. Each run makes a new one. */
export interface ProcessedRouteOptions<A, B, R> extends RouteOptions<A, B, R> {
  readonly processor: () => Processor<A, B>
}

/** A route, ready to be run. Make it with {@link route}. */
export interface Route<out R = never> {
  readonly name: string
  readonly emit: string
  readonly needs: Depth
  /** Whether it works on a source of records, see `takesRecords` of `Emit`. */
  readonly takesRecords: boolean
  readonly required: boolean
  /** @internal */
  readonly open: (context: RouteContext, scope: Scope.Closeable) => Effect.Effect<RunningRoute, SinkError, R>
}

/** @internal What a route is opened with. */
export interface RouteContext {
  readonly run: string
  readonly openEmit: OpenEmit
  /** The records are those of other processes: see `LaneOrigin`. */
  readonly isOfRecords: boolean
  /** `stream_started`, and the whole book if lines are kept, as records; absent if messages are not read. */
  readonly snapshot: ((place: SnapshotPlace) => ReadonlyArray<Change | Control>) | undefined
  /** Some games as records, and all sessions of the run; absent if lines are not kept. */
  readonly snapshotOf:
    | ((games: ReadonlyArray<LostGame>, place: SnapshotPlace) => ReadonlyArray<Change | Control>)
    | undefined
  readonly sessions: (() => ReadonlyArray<SessionEpoch>) | undefined
  /** The book of the readers of an earlier run, if the run resumes it. */
  readonly known: ReadonlyArray<Change | Control> | undefined
  /** How often a route of this name has been opened in the run, including this time. */
  readonly opening: (route: string) => number
  /** Data records after which a route takes no more data. */
  readonly count: number
}

/** Takes what a sink gets, batch by batch. Must be fast and must not throw. */
export type Tap = (envelopes: ReadonlyArray<Envelope<unknown>>) => void

/** @internal A route at work. */
export interface RunningRoute extends Pick<Route, "name" | "emit" | "required"> {
  /** The scope that it was opened in. */
  readonly scope: Scope.Closeable
  /** The kind of its destination; empty where it is not known. */
  readonly type: string
  /** How its lane ended; undefined while it takes records. */
  end: LaneEnd | undefined
  /** Calls this with each batch that its sink gets. Returns what ends that. */
  readonly tap: (take: Tap) => () => void
  readonly lane: Omit<Lane<never>, "push">
  /** Sends a snapshot to a reader that joins late, if the records of its emit can be sent again. */
  readonly sendSnapshot: () => void
  /** Opens its destination again, if the sink can. */
  readonly reopen: Effect.Effect<void, SinkError>
  /** Takes a turn. False: the lane is full. */
  readonly turn: (steps: ReadonlyArray<Step>, now: Millis) => boolean
  /** Takes the final steps of the run, after what its processor holds back. */
  readonly finish: (steps: ReadonlyArray<Step>) => void
  /** Whether it has received all the records of `count`. */
  readonly isSated: () => boolean
  /** Its counts at the end. Returns once its lane delivers nothing more. */
  readonly report: Effect.Effect<RouteReport>
}

/**
 * Makes a route.
 *
 * @example
 * ```ts
 * import type { Change } from "@boltodds/protocol"
 * import { changes, filter, route } from "@boltodds/pipeline"
 * import { stdout } from "@boltodds/sink-stdout"
 *
 * route({ name: "stdout", emit: changes(), sink: stdout() })
 * route({
 *   name: "nba",
 *   emit: changes(),
 *   processor: () => filter<Change>((change) => change.sport === "NBA"),
 *   sink: stdout(),
 * })
 * ```
 */
export function route<A, B, R = never>(options: ProcessedRouteOptions<A, B, R>): Route<R>
export function route<A, R = never>(options: RouteOptions<A, A, R>): Route<R>
export function route<A, R>(options: RouteOptions<A, A, R> & { readonly processor?: () => Processor<A, A> }): Route<R> {
  const { name, emit, required } = options
  return {
    name,
    emit: emit.name,
    needs: emit.needs,
    takesRecords: emit.takesRecords === true,
    required: required ?? true,
    open: (context, scope) => Scope.provide(openRoute(options, context, scope), scope),
  }
}

/** The sink, with those that look at what it gets. */
const tapped = <A>(sink: Sink<A>, taps: ReadonlySet<Tap>): Sink<A> => ({
  guarantee: sink.guarantee,
  write: (batch) => {
    if (taps.size > 0) { for (const tap of taps) tap(batch.envelopes) }
    return sink.write(batch)
  },
})

const openRoute = <A, R>(
  options: RouteOptions<A, A, R> & { readonly processor?: () => Processor<A, A> },
  context: RouteContext,
  scope: Scope.Closeable,
): Effect.Effect<RunningRoute, SinkError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const sink = yield* options.sink
    const taps = new Set<Tap>()
    const emission = context.openEmit(options.emit)
    const { control } = emission
    const processing = options.processor === undefined ? undefined : new ProcessorRun(options.processor())
    const origin = new LaneOrigin(options.name, {
      opening: context.opening(options.name),
      term: options.lane?.store?.term,
      process: context.isOfRecords ? context.run : undefined,
    })
    const envelopesOf = context.snapshot === undefined ? undefined : emission.snapshot
    const { games } = emission
    /** A snapshot, as this route sends it. */
    const resnapshot = (): ReadonlyArray<Envelope<A>> => {
      if (envelopesOf === undefined) return []
      const records = context.snapshot!({ origin: origin.name, part: origin.next })
      if (records.length === 0) return []
      const envelopes = envelopesOf(records)
      // An emit may make more of them than there are records.
      origin.take(Math.max(records.length, envelopes.length))
      return processing === undefined ? envelopes : processing.turn(envelopes, -Infinity)
    }
    const gameResnapshots: GameResnapshots<A> | undefined =
      games === undefined || context.snapshotOf === undefined || context.sessions === undefined ? undefined : {
        sessions: context.sessions,
        flush: () => processing?.flush() ?? [],
        of: (lost) => resnapshotGames(lost, origin, context.snapshotOf!, games, processing),
      }
    const lane = yield* makeLane(tapped(sink, taps), {
      ...options.lane,
      name: options.name,
      run: context.run,
      ...control === undefined
        ? {}
        : { notice: (loss) => control(lossReport(context.run, options.name, origin, loss)) },
      // A run of a fixed number of records must not send more.
      ...envelopesOf === undefined || context.count !== Infinity ? {} : { resnapshot, gameResnapshots },
    })
    let left = context.count
    // A reader does not have the book yet if its store holds records of an earlier run.
    const hasBook = context.known !== undefined && options.resumes === true && options.emit.isBook === true &&
      (options.lane?.store?.restored ?? 0) === 0
    /** The reader needs the whole book at the first records: differences alone would mean nothing to it. */
    let needsSnapshot = context.known !== undefined && !hasBook && envelopesOf !== undefined
    if (hasBook && envelopesOf !== undefined) processing?.turn(envelopesOf(context.known!), -Infinity)

    /** Ends after the last data record of `count`. Controls and the header of a recording (`seq` 0) are not counted. */
    const limited = (envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> => {
      if (left === Infinity) return envelopes
      const taken: Array<Envelope<A>> = []
      for (const envelope of envelopes) {
        if (envelope._tag === "Control" || envelope.seq === 0) taken.push(envelope)
        else if (left > 0) {
          left -= 1
          taken.push(left === 0 ? withLast(envelope, true) : envelope)
        }
        if (left === 0 && envelope._tag === "Record") break
      }
      return taken
    }

    const push = (envelopes: ReadonlyArray<Envelope<A>>): boolean => {
      const taken = limited(envelopes)
      return taken.length === 0 || lane.push(taken)
    }

    return {
      name: options.name,
      emit: options.emit.name,
      required: options.required ?? true,
      scope,
      type: options.type ?? "",
      end: undefined,
      tap: (take) => {
        taps.add(take)
        return () => void taps.delete(take)
      },
      lane,
      sendSnapshot: () => {
        const envelopes = resnapshot()
        if (envelopes.length > 0) needsSnapshot = false
        push(envelopes)
      },
      reopen: sink.reopen ?? Effect.void,
      turn: (steps, now) => {
        if (needsSnapshot && steps.some(({ records }) => records.length > 0)) {
          needsSnapshot = false
          // The emission takes the steps, and the snapshot is made after them.
          emission.of(steps)
          return push(resnapshot())
        }
        const envelopes = emission.of(steps)
        if (processing !== undefined) return push(processing.turn(envelopes, now))
        return envelopes.length === 0 || push(envelopes)
      },
      finish: (steps) => {
        if (processing !== undefined) push(processing.flush())
        if (steps.length === 0) return
        const envelopes = emission.of(steps)
        push(processing === undefined ? envelopes : processing.turn(envelopes, -Infinity))
      },
      isSated: () => left === 0,
      report: Effect.gen(function* () {
        const end = yield* lane.ended
        const counts = yield* lane.counts
        const base = {
          name: options.name,
          emit: options.emit.name,
          required: options.required ?? true,
          counts,
          ...yield* lane.status,
        }
        if (end._tag === "Drained") return { ...base, state: "open" as const }
        return { ...base, state: end._tag === "Ended" ? "ended" as const : "disabled" as const, error: end.error }
      }),
    } satisfies RunningRoute
  })
