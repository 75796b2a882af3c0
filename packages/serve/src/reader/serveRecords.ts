/** The reader of a server: the whole book, and what follows. */
import type { StreamRecord } from "@boltodds/protocol"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ServeError } from "./ServeError.ts"
import { type ServeReaderOptions, streamAddress } from "./ServeReaderOptions.ts"
import { errorOf, ServeReading } from "./ServeReading.ts"
import { webDial } from "./webDial.ts"

const ignore = (): void => {}
const defaultStaleMillis = 25_000

const failure = (cause: unknown): ServeError =>
  cause instanceof ServeError ? cause : new ServeError("lost", cause instanceof Error ? cause.message : String(cause))

/**
 * Reads what another process serves (`boltodds-pipe serve`, the sink `serve`), and follows it: first the whole book, then what
 * changes, in whole groups. Runs in Node, Deno, Bun and browsers.
 *
 * A connection that ends is dialed again, for ever, and the reading goes on where it was; where the server no longer has that,
 * the whole book comes again. Records keep their identity, but for those of such a snapshot. While there is no connection all
 * is `stale`, and so it is when nothing has come for {@link ServeReaderOptions.staleAfter}. A reader that is slow gets the
 * newest of each line.
 *
 * Folding all groups (`fold` of `@boltodds/protocol`) gives the book of the server, and no price is live in it that was not.
 *
 * Fails with a {@link ServeError} if the server cannot be read at the start, or refuses what is asked.
 *
 * @example
 * ```ts
 * import { type Book, emptyBook, fold } from "@boltodds/protocol"
 * import { serveRecords } from "@boltodds/serve/reader"
 * import * as Stream from "effect/Stream"
 *
 * const books: Stream.Stream<Book, unknown> = serveRecords({ url: "http://127.0.0.1:7880", sport: ["NBA"] }).pipe(
 *   Stream.scan(() => emptyBook, fold),
 * )
 * ```
 */
export const serveRecords = (options: ServeReaderOptions): Stream.Stream<ReadonlyArray<StreamRecord>, ServeError> =>
  Stream.unwrap(Effect.gen(function* () {
    const { host } = yield* Effect.try({ try: () => streamAddress(options, ""), catch: failure })
    const { token, staleAfter, dial = webDial, onTrouble = ignore, origin = `serve:${host}` } = options
    const reading = yield* Effect.acquireRelease(
      Effect.sync(() =>
        new ServeReading({
          origin,
          staleMillis: staleAfter === undefined ? defaultStaleMillis : Duration.toMillis(staleAfter),
          addressOf: (after) => streamAddress(options, after),
          token: token === undefined ? undefined : Redacted.value(token),
          dial,
          onTrouble,
        })
      ),
      (opened) => Effect.sync(() => opened.stop()),
    )
    return Stream.fromAsyncIterable(reading.groups(), failure)
  }))

/**
 * Connects once, and waits for the beginning of what `serveRecords` would read with these options. Returns what it found, for
 * people. Fails with a {@link ServeError}.
 */
export const serveReaderCheck = (options: ServeReaderOptions): Effect.Effect<string, ServeError> =>
  Effect.gen(function* () {
    const address = yield* Effect.try({ try: () => streamAddress(options, ""), catch: failure })
    const { token, dial = webDial } = options
    yield* Effect.callback<void, ServeError>((resume) => {
      const connection = dial(address, token === undefined ? undefined : Redacted.value(token), {
        open: ignore,
        message: () => {
          connection.close()
          resume(Effect.void)
        },
        end: (end) => resume(Effect.fail(errorOf(end))),
      })
      return Effect.sync(() => connection.close())
    }).pipe(Effect.timeoutOrElse({
      duration: answerMillis,
      orElse: () => Effect.fail(errorOf({ why: `no answer within ${answerMillis / 1_000} s` })),
    }))
    return `the server at ${address.host} serves changes`
  })

const answerMillis = 10_000
