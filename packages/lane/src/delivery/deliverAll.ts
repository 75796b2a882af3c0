/** The loop of a lane: wait for something to send, take it, deliver it, and send a resnapshot after a loss. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Envelope, Sink } from "@boltodds/sink"
import type { LaneEnd } from "../LaneEvent.ts"
import type { LaneOptions } from "../LaneOptions.ts"
import { makeDelivery } from "./Delivery.ts"
import type { Intake } from "../input/Intake.ts"
import { longestForGames, ResnapshotSchedule } from "../reader/ResnapshotSchedule.ts"

const none: ReadonlyArray<never> = []

/** Delivers all that the lane takes in. Returns when nothing more comes, or the sink takes nothing more. */
export const deliverAll = <A>(intake: Intake<A>, sink: Sink<A>, options: LaneOptions<A>): Effect.Effect<LaneEnd> => {
  const { batch: limits, counters, counters: { mode, reader }, store } = intake
  const lingerMillis = Duration.toMillis(options.linger ?? Duration.zero)
  const maxAge = options.maxAge === undefined ? undefined : Duration.toMillis(options.maxAge)
  const { gameResnapshots } = options
  const ofEverything = new ResnapshotSchedule(options.resnapshot !== undefined)
  const ofGames = new ResnapshotSchedule(
    options.resnapshot !== undefined && gameResnapshots !== undefined,
    longestForGames,
  )
  const delivery = makeDelivery(sink, intake, options)
  let hasReportedLast = false
  /** An earlier run ended with losses that it may not have reported. Where nothing is left of that run, this one begins anew. */
  let mustReportRestart = store.isLossy === true && store.restored > 0
  if (store.isLossy === true && !mustReportRestart) store.markLossy?.(false)

  const isDraining = (): boolean => intake.closedBy !== undefined
  const schedule = (): ResnapshotSchedule => reader.lacksEverything ? ofEverything : ofGames
  const mayResnapshot = (): boolean => !isDraining() && reader.wantsResnapshot && schedule().isDue(intake.now())

  /** Waits until there is something to deliver. False: nothing more comes. */
  const awaitWork = Effect.gen(function* () {
    while (store.waiting === 0) {
      const reportDue = reader.dueAt
      if (isDraining()) return reportDue !== undefined && !hasReportedLast
      if ((reportDue !== undefined && intake.now() >= reportDue) || mayResnapshot()) return true
      intake.work.closeUnsafe()
      const wake = Math.min(reportDue ?? Infinity, reader.wantsResnapshot ? schedule().dueAt : Infinity)
      yield* wake === Infinity
        ? intake.work.await
        : Effect.timeoutOption(intake.work.await, Duration.millis(Math.max(1, Math.ceil(wake - intake.now()))))
    }
    if (lingerMillis > 0 && !isDraining() && !intake.hasBatch) {
      intake.due.closeUnsafe()
      const left = intake.waitingSince + lingerMillis - intake.now()
      if (intake.room.isOpen() && left > 0) {
        yield* Effect.timeoutOption(intake.due.await, Duration.millis(Math.ceil(left)))
      }
    }
    return true
  })

  const takeBatch = (): ReadonlyArray<Envelope<A>> => {
    if (maxAge !== undefined) {
      const old = store.expire(intake.wall() - maxAge)
      counters.expired(old)
      intake.losses.lost(old.length, "expired", intake.now())
    }
    intake.losses.settle(intake.now())
    const taken = store.take(limits)
    intake.waitingSince = intake.now()
    if (store.waiting === 0) intake.blockTimeout.emptied()
    if (mustReportRestart && taken.length > 0) {
      mustReportRestart = false
      reader.onNewReader(taken[0]!, "restart")
    }
    // The last report of a lane is tried once: a sink that loses it too would never end.
    if (isDraining() && taken.length === 0) {
      hasReportedLast = true
      return reader.report(intake.now())
    }
    if (taken.length === 0) return reader.dueReport(intake.now())
    return mode === "fixed" ? taken : reader.before(taken, intake.now())
  }

  /** Pushes what a processor holds back: a resnapshot of single games must not be the only thing to bring it. */
  const pushHeldBack = (): boolean => {
    if (gameResnapshots === undefined || reader.lacksEverything || !mayResnapshot()) return false
    intake.push(gameResnapshots.flush())
    return true
  }

  /** A resnapshot of the book, or of the games that were lost. It follows what has just been taken: nothing waits any more. */
  const takeResnapshot = (hasHeldBack: boolean): ReadonlyArray<Envelope<A>> => {
    if (store.waiting > 0 || !mayResnapshot()) return none
    // The first loss may have been found only when the batch was taken: then the next time.
    if (!reader.lacksEverything && !hasHeldBack) return none
    // The reports of a fixed batch go ahead of it: the resnapshot would take them along, after it.
    if (mode === "fixed" && reader.isReportDue(intake.now())) return none
    const games = reader.lacksEverything ? undefined : reader.lostGames
    const records = games === undefined ? options.resnapshot!() : gameResnapshots!.of(games)
    // Also where it has no records: or it would be made again and again.
    schedule().sent(intake.now())
    if (records === undefined) reader.loseEverything()
    if (records === undefined || records.length === 0) return none
    intake.onEvent({
      _tag: "Resnapshot",
      records: records.length,
      ...games === undefined ? {} : { games: games.length },
    })
    return reader.resnapshot(records, intake.now(), games)
  }

  return Effect.gen(function* () {
    while (yield* awaitWork) {
      yield* delivery.ready
      const hasHeldBack = pushHeldBack()
      const batch = takeBatch()
      const isOfEverything = reader.lacksEverything
      const resnapshot = takeResnapshot(hasHeldBack)
      intake.makeRoom()
      let end = yield* delivery.deliver(batch)
      if (resnapshot.length > 0) {
        // After what waits again it would be history; and it must not hide what was lost after it was made.
        if (end !== undefined || delivery.hasRequeued()) counters.replaced(resnapshot)
        else end = yield* delivery.deliverResnapshot(resnapshot)
        if (delivery.takeRefused()) (isOfEverything ? ofEverything : ofGames).refused()
        reader.onResnapshotDone()
      }
      if (end !== undefined) return end
    }
    return { _tag: "Drained" } satisfies LaneEnd
  })
}
