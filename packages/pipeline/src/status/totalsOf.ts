/** The totals of each sportsbook, from a book that was made of records. */
import { type Book, gameId } from "@boltodds/protocol"
import type { Totals } from "./Standing.ts"

/** Lines up to which those without a price are counted, which takes a look at each. */
const mostLines = 100_000

/** The totals of all sportsbooks of a book. */
export const totalsOf = (book: Book): ReadonlyArray<Totals> => {
  const all = new Map<string, { -readonly [K in keyof Totals]: Totals[K] }>()
  let lines = 0
  for (const { session, sportsbook, verified, lines: own } of book.games.values()) {
    const place = gameId(session, sportsbook)
    let totals = all.get(place)
    if (totals === undefined) {
      const stale = book.lossy || book.staleSessions.has(session) || book.staleBooks.has(place)
      totals = { session, sportsbook, games: 0, gamesVerified: 0, lines: 0, suspended: 0, receivedAt: 0, stale }
      all.set(place, totals)
    }
    totals.games++
    totals.lines += own.size
    lines += own.size
    if (verified && !totals.stale) totals.gamesVerified++
    if (lines > mostLines) totals.suspended = null
    else if (totals.suspended !== null) {
      for (const { odds } of own.values()) if (odds === null) totals.suspended++
    }
  }
  return [...all.values()]
}
