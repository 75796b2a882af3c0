/**
 * Scopes that are unverified because something was not understood: one record for each change of state, and a resync
 * where messages do not heal them.
 */
import { excerpt, type Millis, type ReachedLimit, type Scope } from "@boltodds/protocol"
import { type BookEntry, type Game, isGameVerified, isMerelyPartial, type Session, type Unread } from "./model.ts"
import type { Work } from "./work.ts"

/** How long a scope stays unverified until a new snapshot is worth a connection. */
const longestUnreadMillis = 60_000
/** Between two resyncs of a session. */
const resyncMillis = 600_000

/** What was not understood. */
export interface Cause {
  readonly reason: string
  readonly text: string
  /** The unknown action, where there is one. */
  readonly action?: string
  /** How many messages were beyond a bound, where that is why, and which. */
  readonly refused?: number
  readonly limit?: ReachedLimit | undefined
}

/** Reports what was not understood, with what it touches; undefined: nothing. */
export const reportUnread = (
  work: Work,
  touches: Scope | undefined,
  { reason, text, action, refused, limit }: Cause,
): void =>
  work.control("quarantined", {
    reason,
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
    text: excerpt(text, 200),
    ...action === undefined ? {} : { action },
    ...refused === undefined ? {} : { refused },
    ...limit === undefined ? {} : { limit },
  })

/**
 * Makes a known scope unverified and reports it. A scope that has been unverified for such a cause since before anything
 * of it was verified again needs no second record.
 */
export const unverify = (work: Work, session: Session, at: Millis, scope: Scope, cause: Cause): void => {
  if (scope.sportsbook === undefined) return unverifySession(work, session, at, cause)
  const book = work.book(session, scope.sportsbook)
  if (scope.game === undefined) return unverifyBook(work, session, book, at, cause)
  const game = book.games.get(scope.game)
  if (game === undefined) return
  const doubted = Math.max(session.doubtedAt, book.doubtedAt, game.doubtedAt)
  if (isUnread(session, game.unread) && game.touchedAt < doubted) return
  reportUnread(work, scope, cause)
  const own = hear(work, session, book, game)
  own.doubtedAt = work.doubt()
  own.unread = begin(work, session, isUnread(session, own.unread) ? own.unread : undefined, at, cause)
}

const unverifyBook = (work: Work, session: Session, book: BookEntry, at: Millis, cause: Cause): void => {
  const doubted = Math.max(session.doubtedAt, book.doubtedAt)
  const known = isUnread(session, book.unread) ? book.unread : undefined
  if (known !== undefined && book.touchedAt < doubted) return
  reportUnread(work, { sportsbook: book.sportsbook }, cause)
  const lasts = known !== undefined && hasUnverified(session, book)
  book.doubtedAt = work.doubt()
  book.unread = begin(work, session, lasts ? known : undefined, at, cause)
  session.unsettled = true
  for (const game of book.games.values()) hear(work, session, book, game)
}

const unverifySession = (work: Work, session: Session, at: Millis, cause: Cause): void => {
  const books = [...session.books.values()]
  const known = isUnread(session, session.unread) ? session.unread : undefined
  if (known !== undefined && books.every((book) => book.touchedAt < session.doubtedAt)) return
  reportUnread(work, {}, cause)
  const lasts = known !== undefined && books.some((book) => hasUnverified(session, book))
  session.doubtedAt = work.doubt()
  session.unread = begin(work, session, lasts ? known : undefined, at, cause)
  session.unsettled = books.length > 0
  for (const book of books) for (const game of book.games.values()) hear(work, session, book, game)
}

/** One that lasts keeps its beginning, so that a resync comes in time. */
const begin = (work: Work, session: Session, known: Unread | undefined, at: Millis, { reason }: Cause): Unread => {
  const unread = known ?? { epoch: session.epoch, since: at, reason }
  const due = Math.max(unread.since + longestUnreadMillis, session.resyncAt + resyncMillis)
  if (due < session.unreadCheckAt) session.unreadCheckAt = due
  work.arm(session.unreadCheckAt)
  return unread
}

const isUnread = (session: Session, unread: Unread | undefined): unread is Unread => unread?.epoch === session.epoch

const hasUnverified = (session: Session, book: BookEntry): boolean => {
  for (const game of book.games.values()) if (isUnverified(session, book, game)) return true
  return false
}

const isUnverified = (session: Session, book: BookEntry, game: Game): boolean =>
  !isGameVerified(session, book, game) && !isMerelyPartial(session, book, game)

/** Something of it was there, though unreadable: it is not absent. */
export const hear = (work: Work, session: Session, book: BookEntry, game: Game): Game => {
  const own = work.game(work.book(session, book.sportsbook), game)
  own.heardEpoch = session.epoch
  return own
}

interface Lasting extends Scope {
  readonly unread: Unread
}

/** The deadline of scopes that stayed unverified: asks for a resync, at most one in ten minutes. */
export const checkUnread = (work: Work, session: Session, at: Millis): void => {
  session.unreadCheckAt = Infinity
  if (!session.connected) return
  let oldest: Lasting | undefined
  for (const lasting of lastingOf(session)) {
    if (oldest === undefined || lasting.unread.since < oldest.unread.since) oldest = lasting
  }
  if (oldest === undefined) return
  const due = Math.max(oldest.unread.since + longestUnreadMillis, session.resyncAt + resyncMillis)
  if (due > at) {
    session.unreadCheckAt = due
    work.arm(due)
    return
  }
  const { sportsbook = null, game = null, unread } = oldest
  session.resyncAt = at
  session.unreadCheckAt = at + resyncMillis
  work.arm(session.unreadCheckAt)
  work.control("resync_wanted", { reason: unread.reason, sportsbook, game, unverified_ms: at - unread.since })
}

/** Scopes that something not understood made unverified in this epoch, and that still are. */
const lastingOf = (session: Session): ReadonlyArray<Lasting> => {
  const lasting: Array<Lasting> = []
  let isSessionLasting = false
  for (const book of session.books.values()) {
    const { sportsbook } = book
    const hasOpen = hasUnverified(session, book)
    if (!hasOpen) continue
    isSessionLasting = true
    if (isUnread(session, book.unread)) lasting.push({ sportsbook, unread: book.unread })
    for (const { game, unread } of unreadGames(session, book)) lasting.push({ sportsbook, game, unread })
  }
  if (isSessionLasting && isUnread(session, session.unread)) lasting.push({ unread: session.unread })
  return lasting
}

const unreadGames = (session: Session, book: BookEntry): ReadonlyArray<{ game: string; unread: Unread }> =>
  [...book.games.values()].flatMap((game) =>
    isUnread(session, game.unread) && isUnverified(session, book, game)
      ? [{ game: game.game, unread: game.unread }]
      : []
  )
