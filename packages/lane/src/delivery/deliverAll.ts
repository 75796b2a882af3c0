/** The side of a lane that is emptied: what is delivered next, and when. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Envelope, Sink } from "@boltodds/sink"
import type { LaneEnd } from "../LaneEnd.ts"
import type { LaneOptions } from "../LaneOptions.ts"
import { Delivery } from "./Delivery.ts"
import type { Intake } from "../input/Intake.ts"
import { longestForGames, ResnapshotSchedule } from "../reader/ResnapshotSchedule.ts"
import { withLossReports } from "../reader/withLossReports.ts"

const none: ReadonlyArray<never> = []

/** Delivers whatever comes, until nothing more will, or the sink takes no more. */
export const deliverAll = <A>(intake: Intake<A>, sink: Sink<A>, options: LaneOptions<A>): Effect.Effect<LaneEnd> => {
  const { batch: limits, ledger, store } = intake
  const { notices } = ledger
  const lingerMillis = Duration.toMillis(options.linger ?? Duration.zero)
  const maxAge = options.maxAge === undefined ? undefined : Duration.toMillis(options.maxAge)
  const { gameResnapshots } = options
  const ofEverything = new ResnapshotSchedule(options.resnapshot !== undefined)
  const ofGames = new ResnapshotSchedule(
    options.resnapshot !== undefined && gameResnapshots !== undefined,
    longestForGames,
  )
  const delivery = new Delivery(sink, intake, { ...options, maxAge })
  let saidFinally = false
  /** Its readers may have a hole of which nobody has told them. Where nothing was left of that run, this one begins anew. */
  let isOwing = store.isLossy === true && store.restored > 0
  if (store.isLossy === true && !isOwing) store.markLossy?.(false)

  const isDraining = (): boolean => intake.closedBy !== undefined
  const schedule = (): ResnapshotSchedule => notices.isLossy ? ofEverything : ofGames
  const mayResnapshot = (): boolean => !isDraining() && notices.wantsResnapshot && schedule().isDue(intake.now())

  /** Waits until there is something to deliver. False: there never will be. */
  const awaitWork = Effect.gen(function* () {
    while (store.waiting === 0) {
      const noticeDue = notices.dueAt
      if (isDraining()) return noticeDue !== undefined && !saidFinally
      if ((noticeDue !== undefined && intake.now() >= noticeDue) || mayResnapshot()) return true
      intake.work.closeUnsafe()
      const wake = Math.min(noticeDue ?? Infinity, notices.wantsResnapshot ? schedule().dueAt : Infinity)
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
      ledger.expired(old)
      intake.losses.lost(old.length, "expired", intake.now())
    }
    intake.losses.settle(intake.now())
    const taken = store.take(limits)
    intake.waitingSince = intake.now()
    if (store.waiting === 0) intake.blockTimeout.emptied()
    if (isOwing && taken.length > 0) {
      isOwing = false
      notices.begin(taken[0]!, "restart")
    }
    // The last word of a lane is tried once: a sink that loses it too would be told for ever.
    const final = isDraining() && taken.length === 0
    if (final) saidFinally = true
    if (final) return notices.take(intake.now())
    if (taken.length === 0) return notices.takeDue(intake.now())
    return store.isDurable === true ? taken : withLossReports(notices, taken, intake.now())
  }

  /** What is held back in front of the lane: a resnapshot of single games must not be the only one to bring it. */
  const takeHeldBack = (): boolean => {
    if (gameResnapshots === undefined || notices.isLossy || !mayResnapshot()) return false
    intake.push(gameResnapshots.flush())
    return true
  }

  /** Everything again, or the games that were lost, right behind what has just been taken: nothing waits any more. */
  const takeNews = (hasHeldBack: boolean): ReadonlyArray<Envelope<A>> => {
    if (store.waiting > 0 || !mayResnapshot()) return none
    // The first loss may have been found only when the batch was taken: then the next time.
    if (!notices.isLossy && !hasHeldBack) return none
    // What a durable store gave goes alone, and behind what must be told first: news would take that along, behind both.
    if (store.isDurable === true && notices.isDue(intake.now())) return none
    const games = notices.isLossy ? undefined : notices.lostGames
    const told = games === undefined ? options.resnapshot!() : gameResnapshots!.of(games)
    // Also where there was nothing to tell: or it would be asked for again and again.
    schedule().sent(intake.now())
    if (told === undefined) notices.loseEverything()
    if (told === undefined || told.length === 0) return none
    intake.onEvent({ _tag: "Resnapshot", records: told.length, ...games === undefined ? {} : { games: games.length } })
    return notices.takeNews(told, intake.now(), games)
  }

  return Effect.gen(function* () {
    while (yield* awaitWork) {
      yield* delivery.ready
      const hasHeldBack = takeHeldBack()
      const batch = takeBatch()
      const isOfEverything = notices.isLossy
      const news = takeNews(hasHeldBack)
      intake.makeRoom()
      let end = yield* delivery.deliver(batch)
      if (news.length > 0) {
        // Behind what waits again it would be history; and it must not hide what was lost after it was made.
        if (end !== undefined || delivery.hasGivenBack) ledger.replaced(news)
        else end = yield* delivery.deliverNews(news)
        if (delivery.takeRefused()) (isOfEverything ? ofEverything : ofGames).refused()
        notices.arrived()
      }
      if (end !== undefined) return end
    }
    return { _tag: "Drained" } satisfies LaneEnd
  })
}
