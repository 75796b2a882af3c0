/** Routes: from an emit through a processor and a lane into a sink. */
import type { Change, Control, Millis } from "@boltodds/protocol"
import {
  type GameResnapshots,
  type Lane,
  type LaneOptions,
  type LostGame,
  makeLane,
  type SessionEpoch,
} from "@boltodds/lane"
import { type Envelope, type Sink, type SinkError, withLast } from "@boltodds/sink"
import type { SnapshotPlace, Step } from "@boltodds/state"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Depth, Emit } from "../emits/Emit.ts"
import { lossReport } from "./lossReport.ts"
import { resnapshotGames } from "./resnapshotGames.ts"
import { LaneOrigin } from "./LaneOrigin.ts"
import { ProcessorRun } from "./ProcessorRun.ts"
import type { SharedEmissions } from "../emits/Shared.ts"
import type { Processor } from "../processors/Processor.ts"

/** What a route is made of; a value, to be run any number of times. */
export interface RouteOptions<A, B, R> {
  /** How reports, logs and `dropped` controls name it. */
  readonly name: string
  /** Routes that hold the same emit (the same object) share its work. */
  readonly emit: Emit<A>
  /** Opens the sink; its scope closes when the run is over. */
  readonly sink: Effect.Effect<Sink<B>, SinkError, R | Scope.Scope>
  readonly lane?: Omit<LaneOptions<B>, "name" | "run" | "notice" | "resnapshot" | "gameResnapshots"> | undefined
  /** Whether the run fails when the sink is disabled. Default true. */
  readonly required?: boolean | undefined
  /**
   * The reader of this route has the book from which the run resumes: it is told `stream_resumed` and what differs. Not
   * so where its store holds records of an earlier run: then it is told everything. Default false.
   */
  readonly resumes?: boolean | undefined
}

/** {@link RouteOptions} with a processor between emit and lane; made anew for each run. */
export interface ProcessedRouteOptions<A, B, R> extends RouteOptions<A, B, R> {
  readonly processor: () => Processor<A, B>
}

/** A route, ready to be run. Make it with {@link route}. */
export interface Route<out R = never> {
  readonly name: string
  readonly emit: string
  readonly needs: Depth
  readonly required: boolean
  /** @internal */
  readonly open: (context: RouteContext) => Effect.Effect<OpenRoute, SinkError, R | Scope.Scope>
}

/** @internal What a route is opened with. */
export interface RouteContext {
  readonly run: string
  readonly emissions: SharedEmissions
  /** Everything known, told again; absent where lines are not kept. */
  readonly snapshot: ((place: SnapshotPlace) => ReadonlyArray<Change | Control>) | undefined
  /** Some games, told again, and all sessions of the run; absent where lines are not kept. */
  readonly snapshotOf:
    | ((games: ReadonlyArray<LostGame>, place: SnapshotPlace) => ReadonlyArray<Change | Control>)
    | undefined
  readonly sessions: (() => ReadonlyArray<SessionEpoch>) | undefined
  /** What the readers of an earlier run have been told, where the run goes on from there. */
  readonly known: ReadonlyArray<Change | Control> | undefined
  /** How often a route of this name has been opened in the run, this time included. */
  readonly opening: (route: string) => number
  /** Data records after which a route takes no more data. */
  readonly count: number
}

/** @internal A route at work. */
export interface OpenRoute {
  readonly lane: Omit<Lane<never>, "push">
  /** Tells a reader who comes later everything known so far, where its emit tells a book. */
  readonly sendSnapshot: () => void
  /** Opens its destination again, where it can. */
  readonly reopen: Effect.Effect<void, SinkError>
  /** Takes a turn. False: the lane is full. */
  readonly turn: (steps: ReadonlyArray<Step>, now: Millis) => boolean
  /** Takes the final steps of the run, and what its processor holds back before them. */
  readonly finish: (steps: ReadonlyArray<Step>) => void
  /** Whether it has had all the data it may have. */
  readonly isSated: () => boolean
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
    required: required ?? true,
    open: (context) => openRoute(options, context),
  }
}

const openRoute = <A, R>(
  options: RouteOptions<A, A, R> & { readonly processor?: () => Processor<A, A> },
  context: RouteContext,
): Effect.Effect<OpenRoute, SinkError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const sink = yield* options.sink
    const shared = context.emissions.for(options.emit)
    const tell = shared.emission.control?.bind(shared.emission)
    const processing = options.processor === undefined ? undefined : new ProcessorRun(options.processor())
    const origin = new LaneOrigin(options.name, context.opening(options.name), options.lane?.store?.term)
    const again = context.snapshot === undefined ? undefined : shared.emission.snapshot?.bind(shared.emission)
    /** Everything known, as this route tells it. */
    const retold = (): ReadonlyArray<Envelope<A>> => {
      if (again === undefined) return []
      const records = context.snapshot!({ origin: origin.name, part: origin.next })
      origin.take(records.length)
      const told = again(records)
      return processing === undefined ? told : processing.turn(told, -Infinity)
    }
    const gameResnapshots: GameResnapshots<A> | undefined =
      again === undefined || context.snapshotOf === undefined || context.sessions === undefined ? undefined : {
        sessions: context.sessions,
        flush: () => processing?.flush() ?? [],
        of: (games) => resnapshotGames(games, origin, context.snapshotOf!, again, processing),
      }
    const lane = yield* makeLane(sink, {
      ...options.lane,
      name: options.name,
      run: context.run,
      ...tell === undefined ? {} : { notice: (loss) => tell(lossReport(context.run, options.name, origin, loss)) },
      // A sample of so many records is to hold no more than these.
      ...again === undefined || context.count !== Infinity ? {} : { resnapshot: retold, gameResnapshots },
    })
    let left = context.count
    // What its store holds of an earlier run its reader is yet to be told.
    const hasBook = context.known !== undefined && options.resumes === true &&
      (options.lane?.store?.restored ?? 0) === 0
    /** At the first records its reader is told everything: what differs would tell it nothing. */
    let isBehind = context.known !== undefined && !hasBook && again !== undefined
    if (hasBook && again !== undefined) processing?.turn(again(context.known!), -Infinity)

    /** Cuts behind the last data record that may still pass; controls, and a preamble (`seq` 0), pass uncounted. */
    const sate = (envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> => {
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
      const taken = sate(envelopes)
      return taken.length === 0 || lane.push(taken)
    }

    return {
      lane,
      sendSnapshot: () => {
        const told = retold()
        if (told.length > 0) isBehind = false
        push(told)
      },
      reopen: sink.reopen ?? Effect.void,
      turn: (steps, now) => {
        if (isBehind && steps.some(({ records }) => records.length > 0)) {
          isBehind = false
          return push(retold())
        }
        const envelopes = shared.of(steps)
        if (processing !== undefined) return push(processing.turn(envelopes, now))
        return envelopes.length === 0 || push(envelopes)
      },
      finish: (steps) => {
        if (processing !== undefined) push(processing.flush())
        if (steps.length === 0) return
        const envelopes = shared.of(steps)
        push(processing === undefined ? envelopes : processing.turn(envelopes, -Infinity))
      },
      isSated: () => left === 0,
    } satisfies OpenRoute
  })
