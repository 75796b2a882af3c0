/**
 * Scopes that are unverified because something was not understood: one record for each change of state, and a resync
 * where messages do not heal them.
 */
import { excerpt, type Millis, type ReachedLimit, type Scope } from "@boltodds/protocol"
import type { Work } from "../work.ts"
import type { Game, SportsbookEntry, UnreadMark } from "../model.ts"
import type { SessionState } from "./SessionState.ts"
import { invalidatedAt, isGameVerified, isMerelyPartial } from "../verification.ts"

/** How long a scope stays unverified until a new snapshot is worth a connection. */
const longestUnreadMillis = 60_000
/** Between two resyncs of a session. */
const resyncMillis = 600_000

/** What was not understood, and when it came. */
export interface Cause {
  readonly at: Millis
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
  { reason, text, action, refused, limit }: Omit<Cause, "at">,
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
export const unverify = (work: Work, session: SessionState, scope: Scope, cause: Cause): void => {
  if (scope.sportsbook === undefined) return unverifySession(work, session, cause)
  const entry = work.sportsbook(session, scope.sportsbook)
  if (scope.game === undefined) return unverifySportsbook(work, session, entry, cause)
  const game = entry.games.get(scope.game)
  if (game === undefined) return
  if (isUnread(session, game.unread) && game.touchedAt < invalidatedAt(session, entry, game)) return
  reportUnread(work, scope, cause)
  const own = markNamed(work, session, entry, game)
  own.invalidatedAt = work.invalidate()
  own.unread = begin(work, session, isUnread(session, own.unread) ? own.unread : undefined, cause)
}

const unverifySportsbook = (work: Work, session: SessionState, entry: SportsbookEntry, cause: Cause): void => {
  const known = isUnread(session, entry.unread) ? entry.unread : undefined
  if (known !== undefined && entry.touchedAt < Math.max(session.invalidatedAt, entry.invalidatedAt)) return
  reportUnread(work, { sportsbook: entry.sportsbook }, cause)
  const lasts = known !== undefined && hasUnverified(session, entry)
  entry.invalidatedAt = work.invalidate()
  entry.unread = begin(work, session, lasts ? known : undefined, cause)
  session.settling.isIncomplete = true
  for (const game of entry.games.values()) markNamed(work, session, entry, game)
}

const unverifySession = (work: Work, session: SessionState, cause: Cause): void => {
  const entries = [...session.sportsbooks.values()]
  const known = isUnread(session, session.unread) ? session.unread : undefined
  if (known !== undefined && entries.every((entry) => entry.touchedAt < session.invalidatedAt)) return
  reportUnread(work, {}, cause)
  const lasts = known !== undefined && entries.some((entry) => hasUnverified(session, entry))
  session.invalidatedAt = work.invalidate()
  session.unread = begin(work, session, lasts ? known : undefined, cause)
  session.settling.isIncomplete = entries.length > 0
  for (const entry of entries) for (const game of entry.games.values()) markNamed(work, session, entry, game)
}

/** One that lasts keeps its beginning, so that a resync comes in time. */
const begin = (
  work: Work,
  session: SessionState,
  known: UnreadMark | undefined,
  { at, reason }: Cause,
): UnreadMark => {
  const unread = known ?? { epoch: session.epoch, since: at, reason }
  const due = Math.max(unread.since + longestUnreadMillis, session.resyncAt + resyncMillis)
  if (due < session.checks.unreadAt) session.checks.unreadAt = due
  work.arm(session.checks.unreadAt)
  return unread
}

const isUnread = (session: SessionState, unread: UnreadMark | undefined): unread is UnreadMark =>
  unread?.epoch === session.epoch

const hasUnverified = (session: SessionState, entry: SportsbookEntry): boolean => {
  for (const game of entry.games.values()) if (isUnverified(session, entry, game)) return true
  return false
}

const isUnverified = (session: SessionState, entry: SportsbookEntry, game: Game): boolean =>
  !isGameVerified(session, entry, game) && !isMerelyPartial(session, entry, game)

/** Something of it was there, though unreadable: it is not absent. */
export const markNamed = (work: Work, session: SessionState, entry: SportsbookEntry, game: Game): Game => {
  const own = work.game(work.sportsbook(session, entry.sportsbook), game)
  own.namedEpoch = session.epoch
  return own
}

interface Lasting extends Scope {
  readonly unread: UnreadMark
}

/** The deadline of scopes that stayed unverified: asks for a resync, at most one in ten minutes. */
export const checkUnread = (work: Work, session: SessionState, at: Millis): void => {
  session.checks.unreadAt = Infinity
  if (!session.connected) return
  let oldest: Lasting | undefined
  for (const lasting of lastingOf(session)) {
    if (oldest === undefined || lasting.unread.since < oldest.unread.since) oldest = lasting
  }
  if (oldest === undefined) return
  const due = Math.max(oldest.unread.since + longestUnreadMillis, session.resyncAt + resyncMillis)
  if (due > at) {
    session.checks.unreadAt = due
    work.arm(due)
    return
  }
  const { sportsbook = null, game = null, unread } = oldest
  session.resyncAt = at
  session.checks.unreadAt = at + resyncMillis
  work.arm(session.checks.unreadAt)
  work.control("resync_wanted", { reason: unread.reason, sportsbook, game, unverified_ms: at - unread.since })
}

/** Scopes that something not understood made unverified in this epoch, and that still are. */
const lastingOf = (session: SessionState): ReadonlyArray<Lasting> => {
  const lasting: Array<Lasting> = []
  let isSessionLasting = false
  for (const entry of session.sportsbooks.values()) {
    const { sportsbook } = entry
    const hasOpen = hasUnverified(session, entry)
    if (!hasOpen) continue
    isSessionLasting = true
    if (isUnread(session, entry.unread)) lasting.push({ sportsbook, unread: entry.unread })
    for (const { game, unread } of unreadGames(session, entry)) lasting.push({ sportsbook, game, unread })
  }
  if (isSessionLasting && isUnread(session, session.unread)) lasting.push({ unread: session.unread })
  return lasting
}

const unreadGames = (
  session: SessionState,
  entry: SportsbookEntry,
): ReadonlyArray<{ game: string; unread: UnreadMark }> =>
  [...entry.games.values()].flatMap((game) =>
    isUnread(session, game.unread) && isUnverified(session, entry, game)
      ? [{ game: game.game, unread: game.unread }]
      : []
  )
