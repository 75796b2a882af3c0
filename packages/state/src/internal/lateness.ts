/** Sportsbooks whose updates arrive late: `stale` with the reason `late`, and `fresh` again. */
import { type Millis, parseTimestamp } from "@boltodds/protocol"
import { excessOf, judgeLag, levelDueAt, makeLag, sampleLag } from "./lag.ts"
import type { BookEntry, Session } from "./model.ts"
import type { Work } from "./work.ts"

/**
 * Takes a live update into account. While a snapshot arrives, full messages are part of it and are left out, and line
 * updates only show how fast the feed can be. What waited because we did not read is our delay, not the feed's.
 */
export const noteLag = (
  work: Work,
  session: Session,
  book: BookEntry,
  at: Millis,
  sentAt: string,
  isFull: boolean,
): void => {
  if (book.lag !== undefined && at < book.lag.nextAt) return
  if (session.delayed || session.pausedAt !== undefined || session.stale !== undefined) return
  const isSettling = session.settleAt !== Infinity
  if (isSettling && isFull) return
  const sent = parseTimestamp(sentAt)
  if (sent === null) return
  const lag = book.lag ??= makeLag(at)
  sampleLag(lag, at, Math.round(at - sent))
  const { lateMillis, lateForMillis } = work.core.options
  if (isSettling || !judgeLag(lag, at, lateMillis, lateForMillis)) return
  const due = verdictAt(book, lateForMillis)
  if (due >= session.lateCheckAt) return
  session.lateCheckAt = due
  work.arm(due)
}

/** When a sportsbook becomes late, or is so no more, if nothing is heard until then; Infinity where it does not. */
export const verdictAt = ({ lag, stale }: BookEntry, lateForMillis: Millis): Millis =>
  lag === undefined || lag.over === (stale === "late") ? Infinity : levelDueAt(lag, lateForMillis)

/** A connection ended: the next one has lags of its own. A late sportsbook stays stale until its next message. */
export const forgetLags = (work: Work, session: Session): void => {
  session.lateCheckAt = Infinity
  for (const known of session.books.values()) {
    if (known.lag !== undefined) work.book(session, known.sportsbook).lag = undefined
  }
}

/** Judges the sportsbooks that are due, and finds out when the next one is. */
export const checkLags = (work: Work, session: Session, at: Millis): void => {
  const { lateForMillis } = work.core.options
  let next = Infinity
  for (const known of session.books.values()) {
    const due = verdictAt(known, lateForMillis)
    if (due <= at) judge(work, session, work.book(session, known.sportsbook), at)
    else next = Math.min(next, due)
  }
  session.lateCheckAt = next
}

const judge = (work: Work, session: Session, book: BookEntry, at: Millis): void => {
  const { lag, sportsbook } = book
  if (lag?.over === true) {
    book.stale = "late"
    work.control("stale", { reason: "late", sportsbook, age_ms: excessOf(lag) })
    return
  }
  const heardAt = Math.max(book.heardAt, session.listeningSince)
  if (book.games.size > 0 && heardAt + work.core.options.bookSilentMillis <= at) {
    book.stale = "book_silent"
    work.control("stale", { reason: "book_silent", sportsbook, age_ms: at - book.heardAt })
    return
  }
  book.stale = undefined
  work.expectBooks(session, heardAt)
  work.control("fresh", { sportsbook })
}
