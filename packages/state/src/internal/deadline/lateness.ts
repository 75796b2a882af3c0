/** Sportsbooks whose updates arrive late: `stale` with the reason `late`, and `fresh` again. */
import { type Millis, parseTimestamp } from "@boltodds/protocol"
import { excessOf, judgeLag, levelDueAt, makeLag, sampleLag } from "./lag.ts"
import type { Sent } from "../game/sentAt.ts"
import type { Work } from "../work.ts"
import type { SportsbookEntry } from "../model.ts"
import type { SessionState } from "../session/SessionState.ts"

/**
 * Takes a live update into account. While a snapshot arrives, full messages are part of it and are left out, and line
 * updates only show how fast the feed can be. What waited because we did not read is our delay, not the feed's.
 */
export const noteLag = (
  work: Work,
  { session, entry, sentAt, at }: Sent & { readonly session: SessionState; readonly entry: SportsbookEntry },
  isFull: boolean,
): void => {
  if (entry.lag !== undefined && at < entry.lag.nextAt) return
  if (session.delayed || session.pause !== undefined || session.stale !== undefined) return
  const isSettling = session.settling.dueAt !== Infinity
  if (isSettling && isFull) return
  const sent = parseTimestamp(sentAt)
  if (sent === null) return
  const lag = entry.lag ??= makeLag(at)
  sampleLag(lag, at, Math.round(at - sent))
  const { lateMillis, lateForMillis } = work.core.options
  if (isSettling || !judgeLag(lag, at, lateMillis, lateForMillis)) return
  const due = verdictAt(entry, lateForMillis)
  if (due >= session.checks.lagsAt) return
  session.checks.lagsAt = due
  work.arm(due)
}

/** When a sportsbook becomes late, or is so no more, if nothing comes until then; Infinity where it does not. */
export const verdictAt = ({ lag, stale }: SportsbookEntry, lateForMillis: Millis): Millis =>
  lag === undefined || lag.over === (stale === "late") ? Infinity : levelDueAt(lag, lateForMillis)

/** A connection ended: the next one has lags of its own. A late sportsbook stays stale until its next message. */
export const forgetLags = (work: Work, session: SessionState): void => {
  session.checks.lagsAt = Infinity
  for (const known of session.sportsbooks.values()) {
    if (known.lag !== undefined) work.sportsbook(session, known.sportsbook).lag = undefined
  }
}

/** Judges the sportsbooks that are due, and finds out when the next one is. */
export const checkLags = (work: Work, session: SessionState, at: Millis): void => {
  const { lateForMillis } = work.core.options
  let next = Infinity
  for (const known of session.sportsbooks.values()) {
    const due = verdictAt(known, lateForMillis)
    if (due <= at) judge(work, session, work.sportsbook(session, known.sportsbook), at)
    else next = Math.min(next, due)
  }
  session.checks.lagsAt = next
}

const judge = (work: Work, session: SessionState, entry: SportsbookEntry, at: Millis): void => {
  const { lag, sportsbook } = entry
  if (lag?.over === true) {
    entry.stale = "late"
    work.control("stale", { reason: "late", sportsbook, age_ms: excessOf(lag) })
    return
  }
  const receivedAt = Math.max(entry.receivedAt, session.received.since)
  if (entry.games.size > 0 && receivedAt + work.core.options.bookSilentMillis <= at) {
    entry.stale = "book_silent"
    work.control("stale", { reason: "book_silent", sportsbook, age_ms: at - entry.receivedAt })
    return
  }
  entry.stale = undefined
  work.expectSportsbooks(session, receivedAt)
  work.control("fresh", { sportsbook })
}
