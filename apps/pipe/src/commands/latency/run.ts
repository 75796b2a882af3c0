/** `latency` at work. */
import { Limiter, parseFeedUrl, UrlRefused } from "@boltodds/connection"
import { Latency } from "@boltodds/pipeline"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { ExitCode, UsageError } from "../../process/ExitCode.ts"
import type { ParsedFlags } from "../../commandLine/flags.ts"
import { writeJson, writeOut } from "../../terminal/Terminal.ts"
import { failureOf } from "../../process/failureOf.ts"
import { onInterruption } from "../../process/Interruption.ts"
import { latencyText } from "./text.ts"
import { openSession, thisMachine } from "@boltodds/parts/feed"
import { feedOf, filtersOf, logOf } from "../../commandLine/settings.ts"

/** Watches the feed and prints what it measured, at the end and on the way; also when it is interrupted. */
export const runLatency = async (given: ParsedFlags): Promise<ExitCode> => {
  const log = logOf(given)
  const forMillis = given.millis("for") ?? 60_000
  const everyMillis = given.millis("every")
  const maxAttempts = given.number("max-attempts", { least: 1 })
  const feed = await feedOf(given, log)
  const address = parseFeedUrl(feed.url, feed)
  if (address instanceof UrlRefused) throw new UsageError(address.message.replace("with insecure", "with --insecure"))

  const machine = thisMachine(log.log, "boltodds-pipe")
  const latency = new Latency()
  const print = Effect.promise(() => {
    const report = latency.report()
    return given.isSet("json") ? writeJson(report) : writeOut(latencyText(report))
  })
  const over = Deferred.makeUnsafe<void>()
  const live = Deferred.makeUnsafe<void>()
  const stopListening = onInterruption(() => void Deferred.doneUnsafe(over, Exit.void))
  const program = Effect.gen(function* () {
    const session = yield* openSession({
      feed,
      host: address.host,
      filters: filtersOf(given),
      machine,
      ...maxAttempts === undefined ? {} : { maxAttempts },
      onStatus: (status) => {
        if (status._tag === "Live") Deferred.doneUnsafe(live, Exit.void)
      },
    }, log.log)
    const watch = Stream.runForEachArray(session.events, (events) => Effect.sync(() => latency.take(events)))
    const onTheWay = everyMillis === undefined
      ? Effect.never
      : Effect.andThen(Effect.sleep(everyMillis), Effect.repeat(print, Schedule.spaced(everyMillis)))
    const timeIsUp = Effect.andThen(Deferred.await(live), Effect.raceFirst(Effect.sleep(forMillis), onTheWay))
    yield* Effect.raceAllFirst([watch, Effect.asVoid(timeIsUp), Deferred.await(over)])
  }).pipe(
    Effect.scoped,
    Effect.ensuring(print),
    Effect.provideService(Limiter, machine.limiter),
    Effect.provide(log.layer),
  )
  const exit = await Effect.runPromiseExit(program)
  stopListening()
  if (Exit.isFailure(exit)) throw failureOf(exit.cause)
  return ExitCode.clean
}
