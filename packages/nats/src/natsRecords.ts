/** The reader: the whole book at any time, and what follows. */
import type { Change, Control } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { connectNats, timeoutOf } from "./internal/connectNats.ts"
import { natsErrorOf } from "./internal/natsErrorOf.ts"
import { Reading } from "./internal/Reading.ts"
import { streamsOf } from "./internal/streams.ts"
import type { NatsError } from "./NatsError.ts"
import type { NatsReaderOptions } from "./NatsOptions.ts"

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
 * when nothing has come for {@link NatsReaderOptions.staleAfter}. Waits for a stream that does not exist yet, reconnects
 * for ever, and begins again where the stream was made anew. A log that begins within a run, or has lost records before they
 * were read, is `dropped` for its reader: nothing is live until the next run or resnapshot. For live prices read the latest.
 *
 * Fails with a {@link NatsError} if no server can be reached at the start.
 *
 * @example
 * ```ts
 * import { type Book, emptyBook, fold } from "@boltodds/protocol"
 * import { natsRecords } from "@boltodds/nats"
 * import * as Stream from "effect/Stream"
 *
 * const books: Stream.Stream<Book, unknown> = natsRecords({ name: "odds" }).pipe(
 *   Stream.scan(() => emptyBook, fold),
 * )
 * ```
 */
export const natsRecords = (
  options: NatsReaderOptions = {},
): Stream.Stream<ReadonlyArray<Change | Control>, NatsError> =>
  Stream.unwrap(Effect.gen(function* () {
    const { latest, log, name } = yield* Effect.try({
      try: () => streamsOf({ ...options, latest: true }),
      catch: (cause) => natsErrorOf(cause, "Cannot read a feed"),
    })
    const isLog = options.from === "log"
    const stream = isLog ? log : latest!
    const link = yield* connectNats(options)
    const reading = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new Reading(link, {
          stream,
          origin: options.origin ?? `nats:${name}`,
          isLog,
          since: options.since,
          staleMillis: Duration.toMillis(options.staleAfter ?? defaultStale),
          timeout: timeoutOf(options),
          onTrouble: options.onTrouble ?? ignore,
        })
      ),
      (opened) => Effect.sync(() => opened.stop()),
    )
    return Stream.fromAsyncIterable(reading.groups(), (cause) => natsErrorOf(cause, `Cannot read ${stream}`))
  }))
