/**
 * Deadlines: settling, staleness, heartbeats. They fire, in order and stamped with their own time, before the first
 * event at or after them, so that what comes out depends on when things happened and not on when anyone looked.
 */
import { type Millis, parseTimestamp } from "@boltodds/protocol"
import { awaitedDue, awaitedSettled } from "../session/absences.ts"
import { checkLags } from "./lateness.ts"
import { closeGame } from "../game/games.ts"
import { checkUnread } from "../session/unread.ts"
import { sweepRestored } from "../session/restored.ts"
import type { Work } from "../work.ts"
import { gamesIn, linesIn, type SessionState } from "../session/SessionState.ts"
import { isGameVerified, isMerelyPartial } from "../verification.ts"

/** The earliest time at which a deadline of one session may fire. */
const sessionDeadline = (session: SessionState): Millis =>
  Math.min(
    session.checks.heartbeatAt,
    session.settling.dueAt,
    session.pause?.staleAt ?? Infinity,
    session.checks.lagsAt,
    session.awaited.dueAt,
    session.pause === undefined ? Math.min(session.checks.sportsbooksAt, session.checks.unreadAt) : Infinity,
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

/** Fires one deadline of a session. Of several at one time the one that takes prices from the live ones goes first. */
const fire = (work: Work, session: SessionState, at: Millis): void => {
  work.begin({ session: session.name, epoch: session.epoch }, at, null, false)
  if (session.pause?.staleAt === at) {
    session.pause.staleAt = Infinity
    if (session.stale === undefined) {
      session.stale = "paused"
      const since = session.received.frameAt ?? session.received.since
      work.control("stale", { reason: "paused", sportsbook: null, age_ms: at - since })
    }
  } else if (session.checks.lagsAt === at) checkLags(work, session, at)
  else if (session.checks.sportsbooksAt === at && session.pause === undefined) checkSportsbooks(work, session, at)
  else if (session.checks.unreadAt === at && session.pause === undefined) checkUnread(work, session, at)
  else if (session.settling.dueAt === at) settle(work, session, at)
  else if (session.awaited.dueAt === at) awaitedDue(work, session, at)
  else {
    session.checks.heartbeatAt = at + heartbeatInterval(session, at, work.core.options.heartbeatMillis)
    heartbeat(work, session, at)
  }
  work.end()
}

/** Marks the sportsbooks that have sent nothing for too long, and finds when the next one may be silent. */
const checkSportsbooks = (work: Work, session: SessionState, at: Millis): void => {
  let next = Infinity
  for (const known of session.sportsbooks.values()) {
    if (known.stale !== undefined || known.games.size === 0 || !session.connected) continue
    const due = Math.max(known.receivedAt, session.received.since) + work.core.options.bookSilentMillis
    if (due > at) {
      next = Math.min(next, due)
      continue
    }
    work.sportsbook(session, known.sportsbook).stale = "book_silent"
    work.control("stale", { reason: "book_silent", sportsbook: known.sportsbook, age_ms: at - known.receivedAt })
  }
  session.checks.sportsbooksAt = next
}

/** The snapshot is complete as far as is known: what it did not hold is gone. */
const settle = (work: Work, session: SessionState, at: Millis): void => {
  session.settling.dueAt = Infinity
  // Without an initial state absence means nothing: all stays as it is, and the snapshot may yet come.
  const snapshot = session.settling.initialStates > 0
  session.settling.isSyncing = !snapshot
  const sweeps = snapshot && session.settling.subscriptions <= 1
  let absent = 0
  let unverified = 0
  for (const known of session.sportsbooks.values()) {
    for (const game of known.games.values()) {
      if (isGameVerified(session, known, game)) continue
      if (sweeps && game.namedEpoch !== session.epoch) {
        closeGame(work, work.sportsbook(session, known.sportsbook), game, "absent")
        absent++
      } else if (!isMerelyPartial(session, known, game)) unverified++
    }
  }
  if (sweeps && work.core.resumes !== undefined) sweepRestored(work, session, at)
  // What did not fit was not kept: the book is not whole.
  const complete = unverified === 0 && !session.isLimited
  session.settling.isIncomplete = snapshot && !complete
  if (session.gap !== undefined) {
    work.control("gap_closed", {
      duration_ms: (session.settling.progressAt ?? at) - session.gap.since,
      games: session.gap.verifiedGames,
      changed: session.gap.changedLines,
      absent,
      unverified,
      sportsbooks_missing: session.gap.sportsbooks.filter((name) => !hasVerified(session, name)),
      complete,
    })
    session.gap = undefined
  }
  if (complete && snapshot) work.control("synced", { games: gamesIn(session), lines: linesIn(session) })
  awaitedSettled(work, session, at)
}

const hasVerified = (session: SessionState, sportsbook: string): boolean => {
  const entry = session.sportsbooks.get(sportsbook)
  if (entry === undefined) return false
  for (const game of entry.games.values()) if (isGameVerified(session, entry, game)) return true
  return false
}

/**
 * After a day in which a session reports nothing but time, heartbeats grow rarer in proportion. A replay that leaps
 * over years must not drown in them; a live session that is cut off has them every 10 s for a day.
 */
const heartbeatInterval = (session: SessionState, at: Millis, usual: Millis): Millis => {
  const idle = at - session.received.eventAt
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
    frame_age_ms: session.received.frameAt === undefined ? null : at - session.received.frameAt,
    games,
    games_verified: verified,
    lines,
    paused_ms: session.pause === undefined ? 0 : at - session.pause.since,
    lag_ms: lag(session),
  })
}

const lag = (session: SessionState): number | null => {
  const sent = parseTimestamp(session.received.sentAt)
  return sent === null ? null : session.received.sentArrivedAt - Math.floor(sent)
}
