/** What stands between the hub and a sink: bounds, batches, order, retries, accounting. */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import { type Envelope, type Sink, SinkError } from "@boltodds/sink"
import { type CloseReason, Intake } from "./input/Intake.ts"
import { deliverAll } from "./delivery/deliverAll.ts"
import type { LaneCounts, LaneStatus } from "./counters/LaneCounts.ts"
import type { LaneDelivery } from "./counters/LaneDelivery.ts"
import type { LaneEnd } from "./LaneEvent.ts"
import type { LaneOptions } from "./LaneOptions.ts"

/** A lane, as the hub uses it. */
export interface Lane<in A> {
  readonly name: string
  /**
   * Takes all of it, whole groups, synchronously. False: the lane is at its bounds, and nothing more is to be pushed
   * before `room`. A lane whose sink has ended takes it too, counts it as dropped, and never makes the source wait.
   */
  readonly push: (envelopes: ReadonlyArray<Envelope<A>>) => boolean
  /** Returns once the lane has emptied to half of its bounds, or will never again ask to wait. */
  readonly room: Effect.Effect<void>
  readonly counts: Effect.Effect<LaneCounts>
  /** How it gets on with its destination now. */
  readonly delivery: Effect.Effect<LaneDelivery>
  /** What its reader lacks now. */
  readonly status: Effect.Effect<LaneStatus>
  /** Returns when the lane will deliver nothing more. */
  readonly ended: Effect.Effect<LaneEnd>
  /**
   * Takes nothing more, delivers what it holds without lingering, and returns when that is done or the time is over;
   * what then remains is `pending`. A batch in flight is interrupted and counts as pending, since it is not known whether it
   * arrived.
   */
  readonly drain: (within: Duration.Duration) => Effect.Effect<LaneCounts>
}

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
    const ended = Deferred.makeUnsafe<LaneEnd>()

    const endWith = (end: LaneEnd): void => {
      const reason = reasonOf(end)
      if (intake.closedBy === undefined || reason !== "closed") intake.close(reason)
      try {
        if (reason !== "closed") intake.counters.abandon(reason)
      } finally {
        // Whatever the store has to say: somebody waits for this.
        Deferred.doneUnsafe(ended, Effect.succeed(end))
      }
    }
    const intake = new Intake(options, clock, (error) => {
      endWith({ _tag: "Disabled", error })
      // Not waited for: a sink that cannot be interrupted must not delay the others.
      fiber.interruptUnsafe()
    })

    const fiber: Fiber.Fiber<LaneEnd> = yield* Effect.forkScoped(
      Effect.onExit(
        Effect.catchCause(deliverAll(intake, sink, options), (cause) => broken(cause, intake)),
        (exit) => Effect.sync(() => endWith(Exit.isSuccess(exit) ? exit.value : { _tag: "Drained" })),
      ),
    )
    yield* intake.blockTimeout.watch

    const counts = Effect.sync(() => intake.counters.counts)
    return {
      name: options.name,
      push: (envelopes) => intake.push(envelopes),
      room: intake.room.await,
      counts,
      delivery: Effect.sync(() => intake.delivery),
      status: Effect.sync(() => intake.counters.status),
      ended: Deferred.await(ended),
      drain: (within) =>
        Effect.gen(function* () {
          if (intake.closedBy === undefined) intake.close("closed")
          intake.work.openUnsafe()
          intake.due.openUnsafe()
          yield* Effect.timeoutOption(Fiber.await(fiber), within)
          // Not waited for: a sink that cannot be interrupted must not hold up the end of all others.
          fiber.interruptUnsafe()
          Deferred.doneUnsafe(ended, Effect.succeed<LaneEnd>({ _tag: "Drained" }))
          return yield* counts
        }),
    }
  })

const reasonOf = (end: LaneEnd): CloseReason =>
  end._tag === "Drained" ? "closed" : end._tag === "Ended" ? "ended" : "disabled"

/** A store that fails in the middle of its work: what it holds is kept there, and nothing more can be done here. */
const broken = <A>(cause: Cause.Cause<never>, intake: Intake<A>): Effect.Effect<LaneEnd> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.failCause(cause)
  const error = new SinkError({ rest: "disable", cause: Cause.squash(cause) })
  intake.onEvent({ _tag: "Disabled", error, lost: intake.counters.mode === "fixed" ? 0 : intake.store.waiting })
  return Effect.succeed({ _tag: "Disabled", error })
}
