/** One session to stdout: what `stream` and `demo` share. */
import {
  Limiter,
  type LimiterShape,
  parseFeedUrl,
  type SessionError,
  type ShardOverlap,
  type ShardsRefused,
  type Status,
  UrlRefused,
} from "@boltodds/connection"
import { changes, type Emit, isDelivered, messages, quotes, raw, type Report, route, run } from "@boltodds/pipeline"
import type { Filters, Source } from "@boltodds/protocol"
import { stdout } from "@boltodds/sink-stdout"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { ExitCode, Failure, UsageError } from "../ExitCode.ts"
import type { Log } from "../Log.ts"
import { failureOf } from "./failureOf.ts"
import { onInterruption } from "./Interruption.ts"
import { watchStale } from "./exitOnStale.ts"
import { openSession } from "./openSession.ts"
import { type Division, openShards } from "./openShards.ts"
import type { Machine } from "./machine.ts"
import { makeProgress } from "./Progress.ts"
import { reportJson, reportText } from "./reportText.ts"
import type { FeedSettings, OutputSettings } from "./settings.ts"
import { ulid } from "./ulid.ts"
import { withMeta } from "./withMeta.ts"

/** What to stream, from where. */
export interface StreamSettings {
  readonly feed: FeedSettings
  readonly filters: Filters
  readonly output: OutputSettings
  readonly maxAttempts?: number
  readonly limiter: LimiterShape
  /** Default: nothing else is shared with other processes. */
  readonly machine?: Machine
  /** Default: one session. */
  readonly division?: Division
  /** Ends with 69 once nothing has been live for so long. */
  readonly exitOnStaleMillis?: number
  /** Default as the reducer's. */
  readonly settleMillis?: number
  readonly onStatus?: (status: Status) => void
}

/**
 * What may wait for stdout. Little: it is one pipe, which takes 64 KiB at a time, and what waits long is collected at a
 * high price. A slow reader is waited for where it costs least, before anything is decoded.
 */
const stdoutBounds = { records: 4_096, bytes: 1024 * 1024 }

/** Streams until something ends it; the exit code of a clean end, or a `Failure`. */
export const streamFeed = async (
  settings: StreamSettings,
  log: Log,
): Promise<ExitCode> => {
  const { feed, filters, output } = settings
  const address = parseFeedUrl(feed.url, feed)
  if (address instanceof UrlRefused) {
    throw new UsageError(
      address.message.replace("with insecure", "with --insecure"),
    )
  }
  const progress = process.stderr.isTTY === true && process.stdout.isTTY !== true &&
      output.emit !== "raw"
    ? makeProgress(
      (text) => void process.stderr.write(text),
      () => performance.now(),
    )
    : undefined
  if (progress !== undefined) log.beforeEach(progress.clear)

  const interrupted = Deferred.makeUnsafe<string>()
  const stopListening = onInterruption((signal) => {
    // Behind the terminal's own ^C.
    if (process.stderr.isTTY === true && signal === "SIGINT") process.stderr.write("\n")
    Deferred.doneUnsafe(interrupted, Exit.succeed(`signal ${signal}`))
  })
  const stale = settings.exitOnStaleMillis === undefined ? undefined : watchStale(settings.exitOnStaleMillis)
  let staleEnd: string | undefined
  const until = Effect.raceAllFirst([
    Deferred.await(interrupted),
    ...output.forMillis === undefined ? [] : [Effect.as(Effect.sleep(output.forMillis), "time is up")],
    ...stale === undefined ? [] : [Effect.tap(stale.expired, (why) => Effect.sync(() => staleEnd = why))],
  ])

  let report: Report | undefined
  const program = Effect.gen(function* () {
    const source = {
      feed,
      host: address.host,
      filters,
      ...settings.maxAttempts === undefined ? {} : { maxAttempts: settings.maxAttempts },
      ...settings.machine === undefined ? {} : { machine: settings.machine },
      onStatus: (status: Status) => {
        stale?.onStatus(status)
        settings.onStatus?.(status)
      },
    }
    const session: Source<SessionError | ShardOverlap | ShardsRefused> = yield* settings.division === undefined
      ? openSession(source, log)
      : openShards(source, settings.division, log)
    return yield* run(session, [
      route({ name: "stdout", emit: emitOf(output), sink: stdout(), lane: { bounds: stdoutBounds } }),
    ], {
      state: {
        run: ulid(),
        filters,
        ...settings.settleMillis === undefined ? {} : { settleMillis: settings.settleMillis },
      },
      until,
      ...output.count === undefined ? {} : { count: output.count },
      ...progress === undefined ? {} : { onStep: progress.onStep },
      onReport: (made) => report = made,
    })
  }).pipe(
    Effect.scoped,
    Effect.provideService(Limiter, settings.limiter),
    Effect.provide(log.layer),
  )

  const exit = await Effect.runPromiseExit(program)
  progress?.end()
  stopListening()
  if (report !== undefined && output.report) {
    process.stderr.write(
      log.format === "json" ? reportJson(report) : reportText(report),
    )
  }
  if (Exit.isFailure(exit)) throw failureOf(exit.cause)
  if (staleEnd !== undefined) throw new Failure(ExitCode.feedUnavailable, `Ended because ${staleEnd}`)
  if (isDelivered(exit.value)) return ExitCode.clean
  const pending = exit.value.routes.reduce(
    (sum, { counts }) => sum + counts.pending,
    0,
  )
  throw new Failure(
    ExitCode.undelivered,
    `Stopped with ${pending} records undelivered: the reader of stdout did not take them within 10 s`,
  )
}

const emitOf = ({ emit, controls, meta }: OutputSettings): Emit<unknown> => {
  const options = { control: controls }
  switch (emit) {
    case "messages":
      return meta ? withMeta(messages(options)) : messages(options)
    case "changes":
      return changes(options)
    case "quotes":
      return quotes(options)
    case "raw":
      return raw()
  }
}
