/** What cannot be read fails safe: what it may have changed is unverified until full messages come. */
import { excerpt, type QuarantinedItem, type Scope } from "@boltodds/protocol"
import type { BookEntry, Game, Session } from "./model.ts"
import type { Work } from "./work.ts"

/** Counts and tells what could not be read, and doubts what it may have changed. */
export const quarantine = (work: Work, session: Session, item: QuarantinedItem): void => {
  work.core.counts.quarantined++
  work.sentAt(null)
  const touches = item.touches
  if (touches !== undefined && excluded(session, touches)) {
    work.core.counts.filtered++
    return
  }
  work.control("quarantined", {
    reason: item.reason,
    touches: touches === undefined
      ? "nothing"
      : touches.sportsbook === undefined
      ? "session"
      : touches.game === undefined
      ? "sportsbook"
      : "game",
    sportsbook: touches?.sportsbook ?? null,
    game: touches?.game ?? null,
    outcome: null,
    text: excerpt(item.text, 200),
  })
  if (touches === undefined) return
  if (touches.sportsbook === undefined) {
    session.doubtedAt = work.doubt()
    session.unsettled = session.books.size > 0
    for (const known of session.books.values()) {
      for (const game of known.games.values()) hear(work, session, known, game)
    }
    return
  }
  if (!session.books.has(touches.sportsbook)) return
  const book = work.book(session, touches.sportsbook)
  if (touches.game === undefined) {
    book.doubtedAt = work.doubt()
    session.unsettled = true
    for (const game of book.games.values()) hear(work, session, book, game)
    return
  }
  const game = book.games.get(touches.game)
  if (game === undefined) return
  hear(work, session, book, game).doubtedAt = work.doubt()
}

/** Something of it was there, though unreadable: it is not absent. */
const hear = (work: Work, session: Session, book: BookEntry, game: Game): Game => {
  const own = work.game(work.book(session, book.sportsbook), game)
  own.heardEpoch = session.epoch
  return own
}

const excluded = (session: Session, touches: Scope): boolean =>
  session.match !== undefined && touches.sportsbook !== undefined && !session.match.book(touches.sportsbook)
