/** The reader: the whole book at any time, and what follows. */
import type { Change, Control } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { connectRedis, settingsOf } from "./internal/connectRedis.ts"
import { blockMillis, Reading } from "./internal/Reading.ts"
import { redisErrorOf } from "./internal/redisErrorOf.ts"
import { RedisError } from "./RedisError.ts"
import { redisKeys } from "./redisKeys.ts"
import type { RedisReaderOptions } from "./RedisOptions.ts"

const ignore = (): void => {}
const defaultStale = Duration.seconds(25)

/**
 * Reads a feed, and follows it: first the whole book, then what changes, in whole groups, exact at the end of each.
 *
 * Records keep their identity, but for those of the snapshot with which the reader joins, each time it does: a store that
 * removes duplicates must not ignore the `stream_started` at which its readers forget what they had.
 *
 * Folding all groups (`fold` of `@boltodds/protocol`) gives the exact book of the writer at the end of each group, and no
 * price is live in it that was not. All is `stale` until something arrives that was written after the joining, and
 * when nothing has come for {@link RedisReaderOptions.staleAfter}. Waits for a stream that does not exist yet, reconnects
 * for ever, and begins again where the stream was made anew. A reader that lags so far that records were removed gets a
 * `dropped`, and then the whole book again; one of the log gets only the `dropped`, and nothing is live until the next run or
 * resnapshot.
 *
 * Fails with a {@link RedisError} if the server cannot be reached at the start.
 *
 * @example
 * ```ts
 * import { type Book, emptyBook, fold } from "@boltodds/protocol"
 * import { redisRecords } from "@boltodds/redis"
 * import * as Stream from "effect/Stream"
 *
 * const books: Stream.Stream<Book, unknown> = redisRecords({ stream: "odds" }).pipe(
 *   Stream.scan(() => emptyBook, fold),
 * )
 * ```
 */
export const redisRecords = (
  options: RedisReaderOptions = {},
): Stream.Stream<ReadonlyArray<Change | Control>, RedisError> =>
  Stream.unwrap(Effect.gen(function* () {
    const { from = "latest", since, partition, staleAfter = defaultStale, onTrouble = ignore } = options
    const { stream } = yield* Effect.try({
      try: () => settingsOf(options.stream === undefined ? {} : { stream: options.stream }),
      catch: (cause) => redisErrorOf(cause, "Cannot read a feed"),
    })
    if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0)) {
      return yield* Effect.fail(new RedisError("options", `Cannot read the partition ${partition}. Count from 0.`))
    }
    const link = yield* connectRedis(options, blockMillis)
    const reading = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new Reading(link, {
          keys: redisKeys(stream),
          origin: options.origin ?? `redis:${stream}`,
          isLog: from === "log",
          since,
          partition,
          staleMillis: Duration.toMillis(staleAfter),
          onTrouble,
        })
      ),
      (opened) => Effect.sync(() => opened.stop()),
    )
    return Stream.fromAsyncIterable(reading.groups(), (cause) => redisErrorOf(cause, `Cannot read ${stream}`))
  }))
