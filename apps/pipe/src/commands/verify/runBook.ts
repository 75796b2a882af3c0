/** A session that fills a book. */
import type { Session, SessionError } from "@boltodds/connection"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { HeldBook } from "./HeldBook.ts"

/** A book whose session runs until `close`. */
export interface RunningBook {
  readonly book: HeldBook
  readonly close: Effect.Effect<void>
  /** Fails where the session fails; never ends otherwise. */
  readonly failed: Effect.Effect<never, SessionError>
}

/** Begins to read a session into a book; it ends with the given scope at the latest. */
export const runBook = <E, R>(
  book: HeldBook,
  open: Effect.Effect<Session, E, R>,
): Effect.Effect<RunningBook, E, Exclude<R, Scope.Scope> | Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.flatMap(Effect.scope, (outer) => Scope.fork(outer))
    const session = yield* Scope.provide(open, scope)
    const reading = Stream.runForEachArray(session.events, (events) => Effect.sync(() => book.take(events)))
    const fiber = yield* Effect.forkIn(reading, scope)
    return {
      book,
      close: Scope.close(scope, Exit.void),
      failed: Effect.andThen(Fiber.join(fiber), Effect.never),
    }
  })
