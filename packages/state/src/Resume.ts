/** A state that begins with the book of an earlier run. */
import { type Book, lineExtras } from "@boltodds/protocol"
import type { StateOptions } from "./Options.ts"
import { emptyCore } from "./internal/Core.ts"
import { seal, type State } from "./State.ts"
import { restore } from "./internal/session/restored.ts"
import { factBytes, lineBytes, sessionBytes, sportsbookBytes } from "./internal/size.ts"

/**
 * A state that goes on from the book which the readers of an earlier run have: what `fold` makes of the records they
 * read, to the last. Everything is known and unverified.
 *
 * Its first records, at the first event of any kind, are `stream_resumed` in place of `stream_started`, and `gap_opened`
 * (reason `restart`) for each session of the book. From there on it is as after a reconnect: only what differs comes
 * out, then `game_verified`, closings by absence, `gap_closed`, `synced`.
 *
 * - A session of the book that does not come back under its name keeps its games unverified. Another session takes over
 *   each of them with the first message about it (`game_amended` names the session). What a session's settled snapshot
 *   should have held and did not is closed (`absent`), and so is what the filters of the run exclude (`filters`). What
 *   is left stays unverified, and its gap open.
 * - A book does not hold the server's times, nor what was removed a moment ago: a late arrival of before the restart may be
 *   applied, as at a first start.
 * - The book is taken as it is, also where it is beyond `limits`; then nothing new fits until it is within them. See
 *   {@link bookSize}.
 *
 * Throws where the book has no run (nothing was read), or is `lossy`: its readers wait for a `stream_started`.
 *
 * @example
 * ```ts
 * import { type Change, type Control, emptyBook, fold } from "@boltodds/protocol"
 * import { make, resume, type State } from "@boltodds/state"
 *
 * const goOn = (recorded: ReadonlyArray<Change | Control>, run: string): State => {
 *   const book = fold(emptyBook, recorded)
 *   return book.run === undefined || book.lossy ? make({ run }) : resume(book, { run })
 * }
 * ```
 */
export const resume = (book: Book, options: StateOptions): State => {
  if (book.run === undefined) throw new Error("Cannot resume from this book: no run made it; start a new state")
  if (book.lossy) {
    throw new Error(
      "Cannot resume from this book: records of it were lost (lossy); start a new state, which sends everything",
    )
  }
  if (book.run === options.run) {
    throw new Error(`Cannot resume run ${options.run} as itself: each start of the program has a run of its own`)
  }
  const core = { ...emptyCore(options, "book"), resumes: book.run, moment: 1 }
  restore(core, book)
  return seal(core)
}

/**
 * The estimated size of the state that `resume` makes of a book, in bytes: what `limits.bytes` bounds. `resume` takes a
 * book of any size; beyond the bound nothing new fits, not even a session of another name.
 */
export const bookSize = (book: Book): number => {
  let bytes = 0
  const sportsbooks = new Set(book.staleBooks)
  for (const game of book.games.values()) {
    bytes += factBytes(game)
    for (const [outcome, line] of game.lines) {
      bytes += lineBytes(outcome, { ...line, extras: lineExtras(line), unreadable: 0 })
    }
    sportsbooks.add(`${game.session}\u0000${game.sportsbook}`)
  }
  const sessions = new Set<string>()
  for (const id of sportsbooks) {
    const [session, sportsbook] = id.split("\u0000") as [string, string]
    bytes += sportsbookBytes(sportsbook)
    sessions.add(session)
  }
  for (const session of sessions) bytes += sessionBytes(session)
  return bytes
}
