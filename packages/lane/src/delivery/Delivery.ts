/**
 * The delivery of one batch after another: what is written, what follows a failure, and what waits again.
 *
 * A batch is a queue of pieces. Each piece is prepared (the reports of losses precede it; what is too old or too large
 * leaves it), written, and entered. A failure puts the pieces in front that are to be tried next.
 */
import type { Batch, Envelope, Sink, SinkError } from "@boltodds/sink"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Intake } from "../input/Intake.ts"
import type { LaneEnd, LaneEvent } from "../LaneEvent.ts"
import type { LaneOptions } from "../LaneOptions.ts"
import { startOf } from "../reader/streamControls.ts"
import { batchId } from "./batchId.ts"
import { breakerAfterFailure, breakerWait, closedBreaker, defaultBreaker } from "./CircuitBreaker.ts"
import { errorOf } from "./errorOf.ts"
import { partitionsOf } from "./Partition.ts"
import { type Piece, Preparation } from "./Preparation.ts"
import { defaultRetry, retryDelay } from "./RetryPolicy.ts"
import { middleOf, sizeOf } from "./WorkingSize.ts"

/** Between two tries to report a loss. */
const reportPause = Duration.seconds(1)

/** Delivers batches to a sink. */
export interface Delivery<A> {
  /** Returns when something may be tried. A batch that was taken before that would grow old meanwhile. */
  readonly ready: Effect.Effect<void>
  /** Returns when every envelope is entered, with an end where the sink takes nothing more. */
  readonly deliver: (envelopes: ReadonlyArray<Envelope<A>>) => Effect.Effect<LaneEnd | undefined>
  /** Delivers a resnapshot, with the reports of the losses before it. */
  readonly deliverResnapshot: (envelopes: ReadonlyArray<Envelope<A>>) => Effect.Effect<LaneEnd | undefined>
  /** Whether some of the last batch waits again. */
  readonly hasRequeued: () => boolean
  /** Whether the destination refused something of the lane's own, for its size alone, since the last call. */
  readonly takeRefused: () => boolean
}

/**
 * Makes the delivery of a lane.
 *
 * The generator functions are made once for each lane: V8 gives every new one a hidden class in the old space, which
 * would hold each batch until a full collection.
 */
export const makeDelivery = <A>(sink: Sink<A>, intake: Intake<A>, options: LaneOptions<A>): Delivery<A> => {
  const { counters, counters: { mode, reader }, onEvent, store } = intake
  const { run = "", parallel } = options
  const retry = { ...defaultRetry, ...options.retry }
  const breakerPolicy = { ...defaultBreaker, ...options.breaker }

  let end: LaneEnd | undefined
  /** Something went wrong since the last delivery. */
  let isTroubled = false
  let isRefused = false
  let hasRequeued = false
  /** In a store that merges: what waits again once the whole batch has been gone through. */
  let unfinished: Array<Envelope<A>> = []
  /** In a store that merges the next batch may be the one that failed, or another. */
  let lastFailed: { readonly id: string; readonly attempt: number } | undefined
  const preparation = new Preparation(intake, options)

  const deliver = Effect.fnUntraced(function* (envelopes: ReadonlyArray<Envelope<A>>) {
    hasRequeued = false
    // Where a stream begins a reader forgets which games it lacks.
    if (reader.lacksGames && startOf(envelopes) !== -1) reader.loseEverything()
    // A fixed batch has no reports in it. The reader must have them right after the beginning of a stream.
    const start = mode === "fixed" && reader.lacksEverything ? startOf(envelopes) : -1
    if (start === -1) yield* deliverParts(envelopes)
    else {
      yield* deliverParts(envelopes.slice(0, start + 1))
      yield* deliverPieces([{ envelopes: reader.afterStart(intake.now()) }])
      yield* deliverParts(envelopes.slice(start + 1))
    }
    requeue()
    return end
  })

  const deliverResnapshot = Effect.fnUntraced(function* (envelopes: ReadonlyArray<Envelope<A>>) {
    yield* deliverPieces([{ envelopes, isResnapshot: true, madeAt: intake.wall() }])
    requeue()
    return end
  })

  const deliverParts = Effect.fnUntraced(function* (envelopes: ReadonlyArray<Envelope<A>>) {
    if (parallel === undefined) return yield* deliverPieces([{ envelopes }])
    for (const parts of partitionsOf(envelopes, parallel)) {
      // The reports precede all parts; a single part has them at its head.
      if (parts.length > 1) yield* deliverPieces([{ envelopes: reader.dueReport(intake.now()) }])
      yield* Effect.forEach(parts, (part) => deliverPieces([{ envelopes: part }]), {
        concurrency: "unbounded",
        discard: true,
      })
    }
  })

  /** The loop: one piece after another, until each envelope is entered or waits again. */
  const deliverPieces = Effect.fnUntraced(function* (first: ReadonlyArray<Piece<A>>) {
    let pieces = first
    while (pieces.length > 0) {
      const [piece, ...others] = pieces as [Piece<A>, ...ReadonlyArray<Piece<A>>]
      pieces = others
      if (piece.envelopes.length === 0) continue
      if (piece.followsReports === true && end === undefined && reader.isReportDue(intake.now())) {
        yield* Effect.sleep(reportPause)
      }
      while (mustWait()) yield* ready
      if (end !== undefined) {
        counters.left(piece.envelopes, end._tag === "Ended" ? "ended" : "disabled")
        continue
      }
      // What precedes it was not delivered, and must not be overtaken.
      if (unfinished.length > 0) {
        waitAgain(piece.envelopes)
        continue
      }
      const prepared = preparation.prepare(piece)
      if (Array.isArray(prepared)) {
        pieces = [...prepared, ...pieces]
        continue
      }
      const { envelopes } = prepared
      preparation.inFlight.add(envelopes)
      const exit = yield* Effect.exit(Effect.suspend(() => sink.write(batchOf(prepared))))
      preparation.inFlight.delete(envelopes)
      if (Exit.isSuccess(exit)) onDelivered(envelopes)
      else pieces = [...yield* onFailed(prepared, errorOf(exit.cause)), ...pieces]
    }
  })

  const batchOf = ({ envelopes, attempt = 1 }: Piece<A>): Batch<A> => {
    const id = batchId(run, envelopes)
    const superseded = store.superseded?.(envelopes)
    const term = envelopes[0]!.term ?? store.term
    return {
      id,
      run,
      ...term === undefined ? {} : { term },
      attempt: lastFailed?.id === id ? lastFailed.attempt + 1 : attempt,
      envelopes: reader.marked(envelopes),
      ...superseded === undefined ? {} : { superseded },
    }
  }

  const onDelivered = (envelopes: ReadonlyArray<Envelope<A>>): void => {
    lastFailed = undefined
    counters.delivered(envelopes)
    intake.blockTimeout.delivered()
    intake.breaker = closedBreaker
    intake.makeRoom()
    if (!isTroubled) return
    isTroubled = false
    onEvent({ _tag: "Recovered" })
  }

  /** Enters a failure, and waits where the sink asks for it. Returns the pieces to try next. */
  const onFailed = Effect.fnUntraced(function* (piece: Piece<A>, error: SinkError) {
    const { envelopes, attempt = 1 } = piece
    const rest = enter(envelopes, error)
    if (error.isNewReader === true) reader.onNewReader(rest[0] ?? envelopes[envelopes.length - 1]!, "takeover")
    if (error.rest === "disable" || error.rest === "end") {
      stop(rest, error, error.rest === "end" ? "Ended" : "Disabled")
      return []
    }
    if (rest.length === 0) return []
    if (error.rest === "degrade") {
      counters.lost(rest, "degraded")
      trouble({ _tag: "Degraded", error, lost: rest.length })
      countFailure(error)
      return []
    }
    const again = (part: ReadonlyArray<Envelope<A>>, next: number): Piece<A> => ({
      envelopes: part,
      attempt: next,
      ...piece.isResnapshot === true ? { isResnapshot: true, madeAt: next === 1 ? undefined : piece.madeAt } : {},
    })
    if (error.tooLarge !== undefined && error.tooLarge > 0) {
      return onTooLarge(rest, error.tooLarge, error).map((part) => again(part, 1))
    }
    if (error.isNewReader === true) {
      // Nothing is wrong with the new one.
      yield* Effect.yieldNow
      return [again(rest, attempt)]
    }
    // In a store that merges each try is of another batch; the tries are counted all the same.
    const tries = mode === "merging" ? (lastFailed?.attempt ?? 0) + 1 : attempt
    countFailure(error)
    if (tries >= retry.attempts) {
      lastFailed = undefined
      deadLetter(rest, error)
      return []
    }
    if (mode === "merging") lastFailed = { id: batchId(run, rest), attempt: tries }
    const delay = yield* retryDelay(retry, tries, error.retryAfter)
    counters.retries += 1
    trouble({ _tag: "Retrying", error, attempt: tries, delay })
    yield* Effect.sleep(delay)
    if (mode !== "merging") return [again(rest, attempt + 1)]
    waitAgain(rest)
    return []
  })

  /** Enters what an error says of delivered and rejected envelopes; returns the others. */
  const enter = (envelopes: ReadonlyArray<Envelope<A>>, error: SinkError): ReadonlyArray<Envelope<A>> => {
    const count = Math.max(0, Math.min(envelopes.length, Math.trunc(error.delivered)))
    if (count > 0) {
      counters.delivered(envelopes.slice(0, count))
      intake.blockTimeout.delivered()
    }
    const rejected = new Set(error.rejected)
    const dead: Array<Envelope<A>> = []
    const rest: Array<Envelope<A>> = []
    for (let index = count; index < envelopes.length; index++) {
      ;(rejected.has(index) ? dead : rest).push(envelopes[index]!)
    }
    if (dead.length > 0) {
      deadLetter(dead, error)
      if (rest.length === 0) countFailure(error)
    }
    intake.makeRoom()
    return rest
  }

  /** The destination refuses the first `count` of these for their size. Returns the batches to try instead. */
  const onTooLarge = (
    envelopes: ReadonlyArray<Envelope<A>>,
    count: number,
    error: SinkError,
  ): ReadonlyArray<ReadonlyArray<Envelope<A>>> => {
    lastFailed = undefined
    const refused = envelopes.slice(0, count)
    const rest = envelopes.slice(count)
    if (refused.length > 1) {
      const bytes = sizeOf(refused)
      preparation.size.refuse(bytes, intake.now())
      trouble({ _tag: "Halved", error, records: refused.length, bytes })
      const middle = middleOf(refused)
      return preparation.apart([refused.slice(0, middle), refused.slice(middle), rest])
    }
    const isOwn = reader.isOwn(refused[0]!)
    if (isOwn && refused[0]!._tag === "Record") {
      // Of a resnapshot: the destination never takes it.
      counters.leftOut(refused)
      trouble({ _tag: "DeadLettered", error, lost: 1 })
    } else deadLetter(refused, error)
    if (isOwn) isRefused = true
    countFailure(error)
    return preparation.apart([rest])
  }

  const deadLetter = (envelopes: ReadonlyArray<Envelope<A>>, error: SinkError): void => {
    counters.deadLettered(envelopes, error.message, intake.wall())
    trouble({ _tag: "DeadLettered", error, lost: envelopes.length })
  }

  const stop = (rest: ReadonlyArray<Envelope<A>>, error: SinkError, _tag: "Ended" | "Disabled"): void => {
    const lost = mode === "fixed" ? 0 : rest.length + store.waiting
    counters.left(rest, _tag === "Ended" ? "ended" : "disabled")
    end = { _tag, error }
    onEvent({ _tag, error, lost })
  }

  const countFailure = (error: SinkError): void => {
    const wasOpen = intake.breaker.openUntil !== undefined
    intake.breaker = breakerAfterFailure(intake.breaker, breakerPolicy, intake.now())
    if (!wasOpen && intake.breaker.openUntil !== undefined) onEvent({ _tag: "BreakerOpened", error, ...breakerPolicy })
  }

  /** Something that `Recovered` follows. */
  const trouble = (event: LaneEvent): void => {
    isTroubled = true
    intake.makeRoom()
    onEvent(event)
  }

  const waitAgain = (envelopes: ReadonlyArray<Envelope<A>>): void => {
    for (let index = 0; index < envelopes.length; index++) unfinished.push(envelopes[index]!)
  }

  /** In one step: so what waits again stays in order. */
  const requeue = (): void => {
    const again = unfinished
    if (again.length === 0) return
    unfinished = []
    hasRequeued = true
    if (end === undefined) counters.requeued(again)
    else counters.left(again, end._tag === "Ended" ? "ended" : "disabled")
  }

  /** Another part of the batch may open the breaker, or end the lane, while this one waits. */
  const mustWait = (): boolean => end === undefined && breakerWait(intake.breaker, intake.now()) > 0

  const ready = Effect.suspend(() => {
    const wait = breakerWait(intake.breaker, intake.now())
    return wait === 0 ? Effect.void : Effect.sleep(Duration.millis(wait))
  })

  return {
    ready,
    deliver,
    deliverResnapshot,
    hasRequeued: () => hasRequeued,
    takeRefused: () => {
      const was = isRefused
      isRefused = false
      return was
    },
  }
}
