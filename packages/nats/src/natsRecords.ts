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
import type { NatsConnectionOptions } from "./NatsOptions.ts"

/** The options of {@link natsRecords}. */
export interface NatsReaderOptions extends NatsConnectionOptions {
  /** The name of the feed, as its writer names it. Default `boltodds`. */
  readonly name?: string
  /** The name of the stream with the latest records. Default `NAME_latest`. */
  readonly latestStream?: string
  /** After this time without a record all is `stale`: a writer sends heartbeats. Default 25 s. */
  readonly staleAfter?: Duration.Duration
  /** Called when nothing can be read for the moment: it is tried again. Must not throw. */
  readonly onTrouble?: (error: NatsError) => void
}

const ignore = (): void => {}
const defaultStale = Duration.seconds(25)

/**
 * Reads the latest records of a feed, and follows: first the whole book, then what changes, exact at the end of each
 * group. A reader that is slow gets the newest record of each line instead of all of them.
 *
 * Folding all groups (`fold` of `@boltodds/protocol`) gives the exact book of the writer at the end of each group, and no
 * price is live in it that was not. All is `stale` until something arrives that was written after the joining, and
 * when nothing has come for {@link NatsReaderOptions.staleAfter}. Waits for a stream that does not exist yet, reconnects
 * for ever, and begins again where the stream was made anew.
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
    const { latest, name } = yield* Effect.try({
      try: () => streamsOf({ ...options, latest: true }),
      catch: (cause) => natsErrorOf(cause, "Cannot read a feed"),
    })
    const link = yield* connectNats(options)
    const reading = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new Reading(link, {
          stream: latest!,
          name,
          staleMillis: Duration.toMillis(options.staleAfter ?? defaultStale),
          timeout: timeoutOf(options),
          onTrouble: options.onTrouble ?? ignore,
        })
      ),
      (opened) => Effect.sync(() => opened.stop()),
    )
    return Stream.fromAsyncIterable(reading.groups(), (cause) => natsErrorOf(cause, `Cannot read ${latest}`))
  }))
