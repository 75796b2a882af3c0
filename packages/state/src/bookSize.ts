/** How much a state that goes on from a book keeps. */
import { type Book, lineExtras } from "@boltodds/protocol"
import { factBytes, lineBytes, sessionBytes, sportsbookBytes } from "./internal/size.ts"

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
