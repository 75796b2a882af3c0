/**
 * Deadlines: settling, staleness, heartbeats. They fire, in order and stamped with their own time, before the first
 * event at or after them, so that what comes out depends on when things happened and not on when anyone looked.
 */
import { type Millis, parseTimestamp } from "@boltodds/protocol"
import { awaitedDue, awaitedSettled } from "../session/absences.ts"
import { checkLags } from "./lateness.ts"
import { closeGame } from "../game/games.ts"
import { gamesIn, isGameVerified, isMerelyPartial, linesOf, type SessionState } from "../model.ts"
import { checkUnread } from "../session/unread.ts"
import { sweepRestored } from "../session/restored.ts"
import type { Work } from "../work.ts"

/** The earliest time at which a deadline of one session may fire. */
const sessionDeadline = (session: SessionState): Millis =>
  Math.min(
    session.heartbeatAt,
    session.settleAt,
    session.pausedStaleAt,
    session.lateCheckAt,
    session.awaitedAt,
    session.pausedAt === undefined ? Math.min(session.bookCheckAt, session.unreadCheckAt) : Infinity,
  )

/** Fires every deadline up to and including `until`, earliest first. */
export const fireDeadlines = (work: Work, until: Millis): void => {
  for (;;) {
    let due: SessionState | undefined
    let at = Infinity
    for (const session of work.core.sessions.values()) {
      const deadline = sessionDeadline(session)
      if (deadline < at) {
        at = deadline
        due = session
      }
    }
    if (due === undefined || at > until) {
      work.core.due = at
      return
    }
    fire(work, work.ownSession(due), at)
  }
}

/** Fires one deadline of a session. Of several at one time: what makes prices doubtful goes first. */
const fire = (work: Work, session: SessionState, at: Millis): void => {
  work.begin(session.name, session.epoch, at, null, false)
  if (session.pausedStaleAt === at) {
    session.pausedStaleAt = Infinity
    if (session.stale === undefined) {
      session.stale = "paused"
      const since = session.lastFrameAt ?? session.listeningSince
      work.control("stale", { reason: "paused", sportsbook: null, age_ms: at - since })
    }
  } else if (session.lateCheckAt === at) checkLags(work, session, at)
  else if (session.bookCheckAt === at && session.pausedAt === undefined) checkBooks(work, session, at)
  else if (session.unreadCheckAt === at && session.pausedAt === undefined) checkUnread(work, session, at)
  else if (session.settleAt === at) settle(work, session, at)
  else if (session.awaitedAt === at) awaitedDue(work, session, at)
  else {
    session.heartbeatAt = at + heartbeatInterval(session, at, work.core.options.heartbeatMillis)
    heartbeat(work, session, at)
  }
  work.end()
}

/** Marks the books that have said nothing for too long, and finds out when the next one may. */
const checkBooks = (work: Work, session: SessionState, at: Millis): void => {
  let next = Infinity
  for (const known of session.sportsbooks.values()) {
    if (known.stale !== undefined || known.games.size === 0 || !session.connected) continue
    const due = Math.max(known.heardAt, session.listeningSince) + work.core.options.bookSilentMillis
    if (due > at) {
      next = Math.min(next, due)
      continue
    }
    work.sportsbook(session, known.sportsbook).stale = "book_silent"
    work.control("stale", { reason: "book_silent", sportsbook: known.sportsbook, age_ms: at - known.heardAt })
  }
  session.bookCheckAt = next
}

/** The snapshot is complete as far as can be told: what it did not hold is gone. */
const settle = (work: Work, session: SessionState, at: Millis): void => {
  session.settleAt = Infinity
  // Without an initial state this epoch tells nothing by absence: all stays as it is, and the snapshot may yet come.
  const snapshot = session.initialStates > 0
  session.syncing = !snapshot
  const sweeps = snapshot && session.subscriptions <= 1
  let absent = 0
  let unverified = 0
  for (const known of session.sportsbooks.values()) {
    for (const game of known.games.values()) {
      if (isGameVerified(session, known, game)) continue
      if (sweeps && game.heardEpoch !== session.epoch) {
        closeGame(work, work.sportsbook(session, known.sportsbook), game, "absent")
        absent++
      } else if (!isMerelyPartial(session, known, game)) unverified++
    }
  }
  if (sweeps && work.core.resumes !== undefined) sweepRestored(work, session, at)
  // What did not fit was not kept: the book is not whole.
  const complete = unverified === 0 && !session.isLimited
  session.unsettled = snapshot && !complete
  if (session.gapSince !== undefined) {
    work.control("gap_closed", {
      duration_ms: (session.progressAt ?? at) - session.gapSince,
      games: session.verifiedGames,
      changed: session.changedLines,
      absent,
      unverified,
      sportsbooks_missing: session.gapBooks.filter((name) => !hasVerified(session, name)),
      complete,
    })
    session.gapSince = undefined
  }
  if (complete && snapshot) work.control("synced", { games: gamesIn(session), lines: linesOf(session) })
  awaitedSettled(work, session, at)
}

const hasVerified = (session: SessionState, sportsbook: string): boolean => {
  const entry = session.sportsbooks.get(sportsbook)
  if (entry === undefined) return false
  for (const game of entry.games.values()) if (isGameVerified(session, entry, game)) return true
  return false
}

/**
 * After a day in which nothing but time was told of a session, heartbeats grow rarer in proportion. A replay that leaps
 * over years must not drown in them; a live session that is cut off has them every 10 s for a day.
 */
const heartbeatInterval = (session: SessionState, at: Millis, usual: Millis): Millis => {
  const idle = at - session.lastEventAt
  return idle <= day ? usual : Math.round(usual * idle / day)
}

const day = 86_400_000

const heartbeat = (work: Work, session: SessionState, at: Millis): void => {
  let games = 0
  let verified = 0
  let lines = 0
  for (const entry of session.sportsbooks.values()) {
    games += entry.games.size
    for (const game of entry.games.values()) {
      lines += game.lines.size
      if (session.stale === undefined && entry.stale === undefined && isGameVerified(session, entry, game)) verified++
    }
  }
  work.control("heartbeat", {
    frame_age_ms: session.lastFrameAt === undefined ? null : at - session.lastFrameAt,
    games,
    games_verified: verified,
    lines,
    paused_ms: session.pausedAt === undefined ? 0 : at - session.pausedAt,
    lag_ms: lag(session),
  })
}

const lag = (session: SessionState): number | null => {
  const sent = parseTimestamp(session.lastSentAt)
  return sent === null ? null : session.lastSentArrivedAt - Math.floor(sent)
}
