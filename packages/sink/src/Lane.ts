/** What stands between the hub and a sink: bounds, batches, order, retries, accounting. */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import type { Envelope } from "./Envelope.ts"
import { Delivery } from "./internal/Delivery.ts"
import { Ledger } from "./internal/Ledger.ts"
import type { LaneCounts } from "./LaneCounts.ts"
import type { LaneEvent } from "./LaneEvent.ts"
import type { Loss } from "./Loss.ts"
import { block, type Overflow } from "./Overflow.ts"
import { defaultRetry, type RetryPolicy } from "./Retry.ts"
import type { Sink, SinkError } from "./Sink.ts"
import { type Limits, memoryStore, type Store } from "./Store.ts"

/** How a lane is set up. */
export interface LaneOptions<in out A> {
  /** How reports, logs and `dropped` controls name it. */
  readonly name: string
  /** The run the records belong to; batch ids hold it. Default: empty. */
  readonly run?: string
  /** What it may hold; it takes one turn beyond. Default 16,384 records, 16 MiB. */
  readonly bounds?: Limits
  /** The largest batch, a single group excepted. Default 4,096 records, 1 MiB. */
  readonly batch?: Limits
  /** How long a batch that is not full may wait for more. Default: not at all. */
  readonly linger?: Duration.Duration
  /** Default {@link defaultRetry}. */
  readonly retry?: Partial<RetryPolicy>
  /** Default {@link block}. */
  readonly overflow?: Overflow<A>
  /** Default {@link memoryStore}. */
  readonly store?: Store<A>
  /** Tells the readers of a loss, ahead of the next batch and at most once a second. Default: counters only. */
  readonly notice?: (loss: Loss) => Envelope<A>
  /** Hears what happens to the lane; must not throw. */
  readonly onEvent?: (event: LaneEvent) => void
}

/** How a lane came to its end: `Drained` (or its time to drain was over), `Ended` in peace by its sink, `Disabled` by its sink. */
export type LaneEnd =
  | { readonly _tag: "Drained" }
  | { readonly _tag: "Ended"; readonly error: SinkError }
  | { readonly _tag: "Disabled"; readonly error: SinkError }

/** A lane, as the one who fills it sees it. */
export interface Lane<in A> {
  readonly name: string
  /**
   * Takes all of it, whole groups, synchronously. False: the lane is at its bounds, and nothing more is to be pushed
   * before `room`. A lane whose sink has gone takes it too, counts it as dropped, and never asks anybody to wait.
   */
  readonly push: (envelopes: ReadonlyArray<Envelope<A>>) => boolean
  /** Returns once the lane has emptied to half of its bounds, or will never again ask to wait. */
  readonly room: Effect.Effect<void>
  readonly counts: Effect.Effect<LaneCounts>
  /** Returns when the lane will deliver nothing more. */
  readonly ended: Effect.Effect<LaneEnd>
  /**
   * Takes nothing more, delivers what it holds without lingering, and returns when that is done or the time is over;
   * what then remains is `pending`. A batch under way is interrupted, and counts as pending: whether it arrived is
   * not known.
   */
  readonly drain: (within: Duration.Duration) => Effect.Effect<LaneCounts>
}

const defaultBounds: Limits = { records: 16_384, bytes: 16 * 1024 * 1024 }
const defaultBatch: Limits = { records: 4_096, bytes: 1024 * 1024 }

/**
 * Puts a lane around a sink. It works in the background until its scope closes; drain it before that.
 *
 * Batches are delivered one after another, so order is kept. A defect of the sink disables the lane like an error
 * that says so: no sink ends another's work.
 */
export const makeLane = <A>(
  sink: Sink<A>,
  options: LaneOptions<A>,
): Effect.Effect<Lane<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const now = (): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6
    const bounds = options.bounds ?? defaultBounds
    const limits = options.batch ?? defaultBatch
    const lingerMillis = Duration.toMillis(options.linger ?? Duration.zero)
    const overflow = options.overflow ?? block<A>()
    const store = options.store ?? memoryStore<A>()
    const ledger = new Ledger(store, options.notice)
    const work = Latch.makeUnsafe(false)
    const due = Latch.makeUnsafe(false)
    const room = Latch.makeUnsafe(true)
    const ended = Deferred.makeUnsafe<LaneEnd>()
    let waitingSince = now()
    let draining = false
    let saidFinally = false
    let closedBy: "closed" | "disabled" | "ended" | undefined

    const push = (envelopes: ReadonlyArray<Envelope<A>>): boolean => {
      if (envelopes.length === 0) return closedBy !== undefined || room.isOpen()
      ledger.received(envelopes.length)
      if (closedBy !== undefined) {
        ledger.dropped(envelopes, closedBy)
        return true
      }
      if (store.waiting === 0) waitingSince = now()
      const admission = overflow.admit(store, envelopes, bounds)
      if (admission.dropped !== undefined) ledger.dropped(admission.dropped, overflow.name)
      if (admission.coalesced !== undefined) ledger.coalesced(admission.coalesced)
      if (!admission.room) room.closeUnsafe()
      if (!admission.room || store.waiting >= limits.records || store.waitingBytes >= limits.bytes) due.openUnsafe()
      work.openUnsafe()
      return admission.room
    }

    const makeRoom = (): void => {
      if (store.records <= bounds.records / 2 && store.bytes <= bounds.bytes / 2) room.openUnsafe()
    }

    const close = (reason: "closed" | "disabled" | "ended"): void => {
      closedBy = reason
      draining = true
      room.openUnsafe()
    }

    /** Waits until there is something to deliver. False: there never will be. */
    const awaitWork = Effect.gen(function* () {
      while (store.waiting === 0) {
        const noticeDue = ledger.noticeDue
        if (draining) return noticeDue !== undefined && !saidFinally
        if (noticeDue !== undefined && now() >= noticeDue) return true
        work.closeUnsafe()
        yield* noticeDue === undefined
          ? work.await
          : Effect.timeoutOption(work.await, Duration.millis(Math.max(1, noticeDue - now())))
      }
      if (lingerMillis > 0 && !draining && store.waiting < limits.records && store.waitingBytes < limits.bytes) {
        due.closeUnsafe()
        const left = waitingSince + lingerMillis - now()
        if (room.isOpen() && left > 0) yield* Effect.timeoutOption(due.await, Duration.millis(Math.ceil(left)))
      }
      return true
    })

    const takeBatch = (): ReadonlyArray<Envelope<A>> => {
      const taken = store.take(limits)
      waitingSince = now()
      const noticeDue = ledger.noticeDue
      // The last word of a lane is tried once: a sink that loses it too would be told for ever.
      const final = draining && taken.length === 0
      if (final) saidFinally = true
      const notices = noticeDue !== undefined && (final || now() >= noticeDue) ? ledger.takeNotices(now()) : []
      return notices.length === 0 ? taken : [...notices, ...taken]
    }

    const delivery = new Delivery(sink, ledger, {
      run: options.run ?? "",
      retry: { ...defaultRetry, ...options.retry },
      onEvent: options.onEvent ?? (() => {}),
      onSettled: makeRoom,
    })

    const worker = Effect.gen(function* () {
      while (yield* awaitWork) {
        const end = yield* delivery.deliver(takeBatch())
        if (end === undefined) continue
        close(end._tag === "Ended" ? "ended" : "disabled")
        ledger.dropped(store.clear(), end._tag === "Ended" ? "ended" : "disabled")
        return end
      }
      return { _tag: "Drained" } satisfies LaneEnd
    })

    const fiber = yield* Effect.forkScoped(
      Effect.onExit(worker, (exit) => {
        const end: LaneEnd = Exit.isSuccess(exit) ? exit.value : { _tag: "Drained" }
        return Effect.sync(() => Deferred.doneUnsafe(ended, Effect.succeed(end)))
      }),
    )

    const counts = Effect.sync(() => ledger.counts)
    return {
      name: options.name,
      push,
      room: room.await,
      counts,
      ended: Deferred.await(ended),
      drain: (within) =>
        Effect.gen(function* () {
          if (closedBy === undefined) close("closed")
          work.openUnsafe()
          due.openUnsafe()
          yield* Effect.timeoutOption(Fiber.await(fiber), within)
          // Not waited for: a sink that cannot be interrupted must not hold up the end of all others.
          fiber.interruptUnsafe()
          Deferred.doneUnsafe(ended, Effect.succeed<LaneEnd>({ _tag: "Drained" }))
          return yield* counts
        }),
    }
  })
