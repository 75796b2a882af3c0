/** `verify` at work. */
import { Limiter, parseFeedUrl, type SessionError, UrlRefused } from "@boltodds/connection"
import { type Millis, planLimits } from "@boltodds/protocol"
import { book as bookOf, getGame, type State } from "@boltodds/state"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Scope } from "effect/Scope"
import { ExitCode, Failure, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import type { CommandLog } from "../../log/Log.ts"
import { writeJson, writeOut } from "../../terminal/Terminal.ts"
import { failureOf } from "../../process/failureOf.ts"
import { onInterruption } from "../../process/Interruption.ts"
import type { LimitOptions } from "@boltodds/parts"
import { openSession, type SessionSettings, thisMachine } from "@boltodds/parts/feed"
import { limitOptionsOf } from "../../commandLine/limitFlag.ts"
import { feedOf, filtersOf, logOf } from "../../commandLine/settings.ts"
import { Comparison, type SnapshotReading } from "./Comparison.ts"
import { type FullMessage, HeldBook } from "./HeldBook.ts"
import { runBook, type RunningBook } from "./runBook.ts"
import { VerifyTotals } from "./VerifyReport.ts"
import { verifyText } from "./text.ts"

/** A snapshot that has not settled by then is given up. */
const longestSnapshotMillis = 300_000
/** Between two looks at the differences that are open. */
const lookMillis = 250

interface Plan {
  readonly everyMillis: number
  readonly graceMillis: number
  /** As asked for; undefined: two where the plan allows it. */
  readonly connections: number | undefined
  /** The limits of each of the two sessions. */
  readonly limits: LimitOptions["limits"]
}

/** Holds a book, compares it with fresh snapshots, and prints what differs; also when it is interrupted. */
export const runVerify = async (given: ParsedFlags): Promise<ExitCode> => {
  const log = logOf(given)
  const forMillis = given.millis("for") ?? 3_600_000
  const plan: Plan = {
    everyMillis: given.millis("every") ?? Math.min(600_000, forMillis),
    graceMillis: given.millis("grace") ?? 3_000,
    connections: given.number("connections", { least: 1 }),
    limits: limitOptionsOf(given).limits,
  }
  if (plan.connections !== undefined && plan.connections > 2) {
    throw new UsageError(`Cannot verify over ${plan.connections} connections: expected 1 or 2`)
  }
  const maxAttempts = given.number("max-attempts", { least: 1 })
  const feed = await feedOf(given, log)
  const address = parseFeedUrl(feed.url, feed)
  if (address instanceof UrlRefused) throw new UsageError(address.message.replace("with insecure", "with --insecure"))

  const machine = thisMachine(log.log, "boltodds-pipe")
  const totals = new VerifyTotals()
  const settings: SessionSettings = {
    feed,
    host: address.host,
    filters: filtersOf(given),
    machine,
    ...maxAttempts === undefined ? {} : { maxAttempts },
  }
  const over = Deferred.makeUnsafe<void>()
  const stopListening = onInterruption(() => void Deferred.doneUnsafe(over, Exit.void))
  const program = verify(settings, plan, forMillis, totals, log).pipe(
    Effect.raceFirst(Deferred.await(over)),
    Effect.scoped,
    Effect.provideService(Limiter, machine.limiter),
    Effect.provide(log.layer),
  )
  const exit = await Effect.runPromiseExit(program)
  stopListening()
  const { report } = totals
  if (report.comparisons > 0 || Exit.isSuccess(exit)) {
    await (given.isSet("json") ? writeJson(report) : writeOut(verifyText(report)))
  }
  if (Exit.isFailure(exit)) throw failureOf(exit.cause)
  if (report.differences > 0) return ExitCode.different
  if (report.comparisons > 0) return ExitCode.clean
  throw new Failure(
    ExitCode.feedUnavailable,
    `Nothing was compared: ${report.inconclusive[0] ?? "the time was over before the first snapshot had settled"}`,
  )
}

type Running<A> = Effect.Effect<A, SessionError | UrlRefused, Scope>

const verify = (
  settings: SessionSettings,
  plan: Plan,
  forMillis: number,
  totals: VerifyTotals,
  log: CommandLog,
): Running<void> =>
  Effect.gen(function* () {
    const open = (book: HeldBook) => runBook(book, openSession(settings, log.log))
    let held: RunningBook = yield* open(new HeldBook(plan.limits))
    if (!(yield* settled(held, longestSnapshotMillis))) {
      return totals.addInconclusive("the first snapshot did not settle")
    }
    const until = (yield* Clock.currentTimeMillis) + forMillis
    for (;;) {
      const left = until - (yield* Clock.currentTimeMillis)
      yield* Effect.raceFirst(Effect.sleep(Math.max(0, Math.min(plan.everyMillis, left))), held.failed)
      const connections = plan.connections ?? ((planLimits(held.book.plan ?? "")?.connections ?? 1) > 1 ? 2 : 1)
      log.log(
        "info",
        `comparing the book held with a fresh snapshot, over ${connections === 2 ? "a second" : "a new"} connection`,
      )
      held = yield* connections === 2 ? compareBeside(held, open, plan, totals) : compareAfter(held, open, plan, totals)
      if ((yield* Clock.currentTimeMillis) >= until) return
    }
  })

type Open = (book: HeldBook) => Running<RunningBook>

/** Both connections are up: what is of the moment agrees within the grace. */
const compareBeside = (held: RunningBook, open: Open, plan: Plan, totals: VerifyTotals): Running<RunningBook> =>
  Effect.gen(function* () {
    const comparison = new Comparison(plan.graceMillis)
    const clock = yield* Clock.Clock
    const now = (): Millis => clock.currentTimeMillisUnsafe()
    const compare = (games: Iterable<{ readonly sportsbook: string; readonly game: string }>): void => {
      const stale = held.book.staleSportsbooks
      for (const game of games) comparison.compare(readingOf(game, held.book.state, book.state, stale), now())
    }
    const book = new HeldBook(plan.limits, compare)
    const fresh = yield* open(book)
    const look = Effect.forever(
      Effect.andThen(Effect.sleep(lookMillis), Effect.sync(() => compare(comparison.openGames))),
    )
    const whole = Effect.gen(function* () {
      if (!(yield* settled(fresh, longestSnapshotMillis)) || !held.book.isSettled) return false
      // Games that the snapshot does not hold are seen only now.
      compare(bookOf(held.book.state).games.values())
      yield* Effect.sleep(plan.graceMillis + 2 * lookMillis)
      compare(comparison.openGames)
      return held.book.isSettled && book.isSettled
    })
    const isWhole = yield* Effect.raceAllFirst([whole, look, held.failed, fresh.failed])
    if (isWhole) totals.add(comparison.verdict(false))
    else totals.addInconclusive("a connection was lost meanwhile, or the snapshot did not settle")
    yield* held.close
    return fresh
  })

/** One connection after the other. A change that the server made in between looks like a difference. */
const compareAfter = (held: RunningBook, open: Open, plan: Plan, totals: VerifyTotals): Running<RunningBook> =>
  Effect.gen(function* () {
    const comparison = new Comparison(plan.graceMillis)
    const clock = yield* Clock.Clock
    const wasWhole = held.book.isSettled
    const stale = held.book.staleSportsbooks
    yield* held.close
    const before = held.book.state
    const seen = new Set<string>()
    const compare = (games: ReadonlyArray<FullMessage>): void => {
      for (const game of games) {
        // Its first full message is the snapshot; what comes later is the stream.
        const id = JSON.stringify([game.sportsbook, game.game])
        if (seen.has(id)) continue
        seen.add(id)
        const mayHaveMoved = !held.book.mustHave(game)
        comparison.compare(readingOf(game, before, book.state, stale), clock.currentTimeMillisUnsafe(), mayHaveMoved)
      }
    }
    const book = new HeldBook(plan.limits, compare)
    const fresh = yield* open(book)
    const whole = yield* Effect.raceFirst(settled(fresh, longestSnapshotMillis), fresh.failed)
    if (!wasWhole || !whole) {
      totals.addInconclusive(wasWhole ? "the snapshot did not settle" : "the book held was not whole")
      return fresh
    }
    for (const game of bookOf(before).games.values()) {
      const id = JSON.stringify([game.sportsbook, game.game])
      // It may have been removed while there was no connection.
      if (!seen.has(id)) {
        comparison.compare(readingOf(game, before, book.state, stale), clock.currentTimeMillisUnsafe(), true)
      }
    }
    totals.add(comparison.verdict(true))
    return fresh
  })

const readingOf = (
  { sportsbook, game }: { readonly sportsbook: string; readonly game: string },
  held: State,
  fresh: State,
  stale: ReadonlySet<string>,
): SnapshotReading => ({
  sportsbook,
  game,
  held: getGame(held, sportsbook, game),
  fresh: getGame(fresh, sportsbook, game),
  isStale: stale.has(sportsbook),
})

/** Whether the snapshot settles within this time. */
const settled = ({ book, failed }: RunningBook, withinMillis: number): Effect.Effect<boolean, SessionError> =>
  Effect.gen(function* () {
    const until = (yield* Clock.currentTimeMillis) + withinMillis
    while (!book.isSettled) {
      if ((yield* Clock.currentTimeMillis) >= until) return false
      yield* Effect.raceFirst(Effect.sleep(lookMillis), failed)
    }
    return true
  })
