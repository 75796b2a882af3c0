/** Names the filters' names of which nothing comes: `no_data`. */
import { type Filters, type Millis, normalizeFilters } from "@boltodds/protocol"
import { awaitAll, listAwaited, noteGame } from "./awaited.ts"
import type { Work } from "../work.ts"
import type { SessionState } from "./SessionState.ts"

/** How long after the filters were sent, where no snapshot settles. */
const withoutSnapshotMillis = 30_000

/** Filters were sent: where they are not those of before, their names are awaited, those of known games excepted. */
export const expectNames = (work: Work, session: SessionState, filters: Filters, at: Millis): void => {
  const asked = JSON.stringify(normalizeFilters(filters))
  if (asked !== session.awaited.filters) {
    session.awaited.filters = asked
    session.awaited.names = awaitAll(filters)
    for (const entry of session.sportsbooks.values()) {
      for (const game of entry.games.values()) {
        // Of one that is known from an earlier run nothing has come yet.
        if (game.namedEpoch > 0) session.awaited.names &&= noteGame(session.awaited.names, game)
      }
    }
    session.awaited.isReported = session.awaited.names === undefined
  }
  if (session.awaited.isReported) return
  session.awaited.dueAt = at + withoutSnapshotMillis
  work.arm(session.awaited.dueAt)
}

/** The time is up. A snapshot that still arrives, or waits for us, names them when it settles. */
export const awaitedDue = (work: Work, session: SessionState, at: Millis): void => {
  session.awaited.dueAt = Infinity
  if (session.settling.dueAt !== Infinity || session.settling.rest !== undefined) return
  if (session.pause !== undefined) session.awaited.dueAt = at + withoutSnapshotMillis
  else reportAwaited(work, session)
}

/** A snapshot settled. One that began before these filters were sent says nothing of them. */
export const awaitedSettled = (work: Work, session: SessionState, at: Millis): void => {
  const sentAt = session.awaited.dueAt - withoutSnapshotMillis
  if (at - sentAt >= work.core.options.settleMillis) reportAwaited(work, session)
}

/** Names them, once for each set of filters. */
const reportAwaited = (work: Work, session: SessionState): void => {
  if (session.awaited.isReported) return
  session.awaited.isReported = true
  session.awaited.dueAt = Infinity
  if (session.awaited.names !== undefined) work.control("no_data", listAwaited(session.awaited.names))
}
