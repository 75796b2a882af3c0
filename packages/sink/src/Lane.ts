/** What stands between the hub and a sink: bounds, batches, order, retries, accounting. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import { type BreakerPolicy, defaultBreaker } from "./Breaker.ts"
import type { Envelope } from "./Envelope.ts"
import { Delivery } from "./internal/Delivery.ts"
import { Ledger } from "./internal/Ledger.ts"
import { LossEvents } from "./internal/LossEvents.ts"
import { Patience } from "./internal/Patience.ts"
import { Retelling } from "./internal/Retelling.ts"
import { withNotices } from "./internal/withNotices.ts"
import type { LaneCounts } from "./LaneCounts.ts"
import type { LaneEvent } from "./LaneEvent.ts"
import type { Loss } from "./Loss.ts"
import { type Admission, block, dropOldest, type Overflow } from "./Overflow.ts"
import { defaultRetry, type RetryPolicy } from "./Retry.ts"
import { type Sink, SinkError } from "./Sink.ts"
import { memoryStore } from "./memoryStore.ts"
import type { Partition } from "./Partition.ts"
import type { Limits, Store } from "./Store.ts"

/** How a lane is set up. */
export interface LaneOptions<in out A> {
  /** How reports, logs and `dropped` controls name it. */
  readonly name: string
  /** The run the records belong to; batch ids hold it. Default: empty. */
  readonly run?: string
  /** What it may hold; it takes one turn beyond. Default 16,384 records, 16 MiB; 262,144 and 256 MiB for `coalesce`. */
  readonly bounds?: Partial<Limits>
  /** The largest batch, a single group excepted. Default 4,096 records, 1 MiB. */
  readonly batch?: Partial<Limits>
  /** How long a batch that is not full may wait for more. Default: not at all. */
  readonly linger?: Duration.Duration
  /** Default {@link defaultRetry}. */
  readonly retry?: Partial<RetryPolicy>
  /** Default {@link defaultBreaker}. */
  readonly breaker?: Partial<BreakerPolicy>
  /** What arrived longer ago is not delivered any more, but counts as expired. Default: nothing is too old. */
  readonly maxAge?: Duration.Duration
  /**
   * Delivers up to so many parts of a batch side by side; records of one key stay in order, and a control waits for all
   * before it. What is delivered together is then no whole group. Default: one after another.
   */
  readonly parallel?: Partition<A>
  /** Default {@link block}. */
  readonly overflow?: Overflow<A>
  /** Default: the one that `overflow` works with, or {@link memoryStore}. */
  readonly store?: Store<A>
  /** Tells the readers of a loss, ahead of the next batch and at most once a second. Default: counters only. */
  readonly notice?: (loss: Loss) => Envelope<A>
  /**
   * Everything told again from the beginning, as things stand now: it follows upon a loss, once the lane has room, at
   * first a second after the one before and more seldom where losses go on. Default: never; readers have to live with
   * the hole they were told of.
   */
  readonly retell?: () => ReadonlyArray<Envelope<A>>
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

const none: ReadonlyArray<never> = []

/** What a lane may hold where nothing is said: 16,384 records, 16 MiB. */
export const defaultBounds: Limits = { records: 16_384, bytes: 16 * 1024 * 1024 }
/** What a lane may hold that coalesces: 262,144 records, 256 MiB; more than a whole book. */
export const coalescedBounds: Limits = { records: 262_144, bytes: 256 * 1024 * 1024 }
/** The largest batch where nothing is said: 4,096 records, 1 MiB. */
export const defaultBatch: Limits = { records: 4_096, bytes: 1024 * 1024 }

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
    const wall = (): number => clock.currentTimeMillisUnsafe()
    const overflow = options.overflow ?? block<A>()
    const bounds = { ...overflow.name === "coalesce" ? coalescedBounds : defaultBounds, ...options.bounds }
    const limits = { ...defaultBatch, ...options.batch }
    const lingerMillis = Duration.toMillis(options.linger ?? Duration.zero)
    const maxAge = options.maxAge === undefined ? undefined : Duration.toMillis(options.maxAge)
    const store = options.store ?? overflow.store?.() ?? memoryStore<A>()
    const ledger = new Ledger(store, options.notice)
    const onEvent = options.onEvent ?? (() => {})
    const work = Latch.makeUnsafe(false)
    const due = Latch.makeUnsafe(false)
    const room = Latch.makeUnsafe(true)
    const ended = Deferred.makeUnsafe<LaneEnd>()
    const failing = Deferred.makeUnsafe<LaneEnd>()
    const retelling = new Retelling(options.retell !== undefined)
    const losses = new LossEvents(onEvent)
    let waitingSince = now()
    let draining = false
    let saidFinally = false
    let closedBy: "closed" | "disabled" | "ended" | undefined

    const isRoomy = (): boolean => store.records <= bounds.records / 2 && store.bytes <= bounds.bytes / 2
    const lost = (envelopes: ReadonlyArray<Envelope<A>>, reason: string): void => {
      ledger.dropped(envelopes, reason)
      losses.lost(envelopes.length, reason, now())
    }
    const patience = new Patience(overflow.patience, {
      onLost: (after) => {
        onEvent({ _tag: "LostPatience", after })
        lost(
          store.shed({ records: Math.floor(bounds.records / 2), bytes: Math.floor(bounds.bytes / 2) }),
          overflow.name,
        )
        room.openUnsafe()
        work.openUnsafe()
      },
    })

    const push = (envelopes: ReadonlyArray<Envelope<A>>): boolean => {
      if (envelopes.length === 0) return closedBy !== undefined || room.isOpen()
      ledger.received(envelopes.length)
      if (closedBy !== undefined) {
        ledger.dropped(envelopes, closedBy)
        return true
      }
      if (store.waiting === 0) waitingSince = now()
      const admission = admit(envelopes)
      if (admission.dropped !== undefined) lost(admission.dropped, overflow.name)
      if (admission.coalesced !== undefined) ledger.coalesced(admission.coalesced)
      if (admission.failed === true) {
        const cause = new Error(`more waits than the lane may hold (${bounds.records} records, ${bounds.bytes} bytes)`)
        const error = new SinkError({ rest: "disable", cause })
        if (Deferred.doneUnsafe(failing, Effect.succeed({ _tag: "Disabled", error }))) {
          onEvent({ _tag: "Disabled", error, lost: store.waiting })
        }
      }
      if (!admission.room) {
        room.closeUnsafe()
        patience.waits()
      }
      if (!admission.room || store.waiting >= limits.records || store.waitingBytes >= limits.bytes) due.openUnsafe()
      work.openUnsafe()
      return admission.room
    }

    const admit = (envelopes: ReadonlyArray<Envelope<A>>): Admission<A> => {
      try {
        const policy = patience.isLost ? dropOldest<A>() : overflow
        return policy.admit(store, envelopes, bounds, wall())
      } catch (cause) {
        // A durable store that cannot commit (a full disk): what it did not take is lost, and that is said.
        ledger.dropped(envelopes, "store_failed")
        onEvent({ _tag: "StoreFailed", cause, lost: envelopes.length })
        return { room: true }
      }
    }

    const makeRoom = (): void => {
      if (!isRoomy()) return
      patience.caughtUp()
      room.openUnsafe()
    }

    const close = (reason: "closed" | "disabled" | "ended"): void => {
      closedBy = reason
      draining = true
      patience.caughtUp()
      room.openUnsafe()
    }

    const mayRetell = (): boolean =>
      !draining && ledger.isLossy && options.retell !== undefined && retelling.isDue(now())

    /** Everything again, right behind what has just been taken: nothing waits any more. */
    const takeNews = (): ReadonlyArray<Envelope<A>> => {
      const told = mayRetell() && store.waiting === 0 ? options.retell!() : none
      if (told.length === 0) return none
      retelling.told(now())
      onEvent({ _tag: "Retold", records: told.length })
      return ledger.takeNews(told, now())
    }

    /** Waits until there is something to deliver. False: there never will be. */
    const awaitWork = Effect.gen(function* () {
      while (store.waiting === 0) {
        const noticeDue = ledger.noticeDue
        if (draining) return noticeDue !== undefined && !saidFinally
        if ((noticeDue !== undefined && now() >= noticeDue) || mayRetell()) return true
        work.closeUnsafe()
        const wake = Math.min(noticeDue ?? Infinity, ledger.isLossy ? retelling.dueAt : Infinity)
        yield* wake === Infinity
          ? work.await
          : Effect.timeoutOption(work.await, Duration.millis(Math.max(1, Math.ceil(wake - now()))))
      }
      if (lingerMillis > 0 && !draining && store.waiting < limits.records && store.waitingBytes < limits.bytes) {
        due.closeUnsafe()
        const left = waitingSince + lingerMillis - now()
        if (room.isOpen() && left > 0) yield* Effect.timeoutOption(due.await, Duration.millis(Math.ceil(left)))
      }
      return true
    })

    const takeBatch = (): ReadonlyArray<Envelope<A>> => {
      if (maxAge !== undefined) {
        const old = store.expire(wall() - maxAge)
        ledger.expired(old)
        losses.lost(old.length, "expired", now())
      }
      const taken = store.take(limits)
      waitingSince = now()
      // The last word of a lane is tried once: a sink that loses it too would be told for ever.
      const final = draining && taken.length === 0
      if (final) saidFinally = true
      if (final) return ledger.takeNotices(now())
      if (taken.length === 0) return ledger.dueNotices(now())
      return store.isDurable === true ? taken : withNotices(ledger, taken, now())
    }

    const delivery = new Delivery(sink, ledger, {
      run: options.run ?? "",
      retry: { ...defaultRetry, ...options.retry },
      breaker: { ...defaultBreaker, ...options.breaker },
      partition: options.parallel,
      maxAge,
      onEvent,
      onSettled: makeRoom,
      wall,
      now,
    })

    const deliverAll = Effect.gen(function* () {
      while (yield* awaitWork) {
        yield* delivery.ready
        const batch = takeBatch()
        const news = takeNews()
        const losses = ledger.losses
        makeRoom()
        let end = yield* delivery.deliver(batch)
        if (news.length > 0) {
          // Behind what waits again it would be history; and it must not hide what was lost after it was made.
          if (end !== undefined || delivery.hasGivenBack || ledger.losses !== losses) ledger.left(news, "degraded")
          else end = yield* delivery.deliverNews(news)
        }
        if (end !== undefined) return end
      }
      return { _tag: "Drained" } satisfies LaneEnd
    })

    const worker = Effect.map(
      Effect.raceFirst(Effect.catchCause(deliverAll, (cause) => broken(cause, onEvent)), Deferred.await(failing)),
      (end) => {
        if (end._tag === "Drained") return end
        const reason = end._tag === "Ended" ? "ended" : "disabled"
        close(reason)
        ledger.abandon(reason)
        return end
      },
    )

    const fiber = yield* Effect.forkScoped(
      Effect.onExit(worker, (exit) => {
        const end: LaneEnd = Exit.isSuccess(exit) ? exit.value : { _tag: "Drained" }
        return Effect.sync(() => Deferred.doneUnsafe(ended, Effect.succeed(end)))
      }),
    )
    yield* patience.watch

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

/** A store that fails in the middle of its work: what it holds is kept there, and nothing more can be done here. */
const broken = (cause: Cause.Cause<never>, onEvent: (event: LaneEvent) => void): Effect.Effect<LaneEnd> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
  const error = new SinkError({ rest: "disable", cause: Cause.squash(cause) })
  onEvent({ _tag: "Disabled", error, lost: 0 })
  return Effect.succeed({ _tag: "Disabled", error })
}
