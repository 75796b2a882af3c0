/** Names the filters' names of which nothing comes: `no_data`. */
import { type Filters, type Millis, normalizeFilters } from "@boltodds/protocol"
import { awaitAll, listAwaited, withoutGame } from "./awaited.ts"
import type { SessionState } from "../model.ts"
import type { Work } from "../work.ts"

/** How long after the filters were sent, where no snapshot settles. */
const withoutSnapshotMillis = 30_000

/** Filters were sent: where they are not those of before, their names are awaited, those of known games excepted. */
export const expectNames = (work: Work, session: SessionState, filters: Filters, at: Millis): void => {
  const asked = JSON.stringify(normalizeFilters(filters))
  if (asked !== session.awaitedOf) {
    session.awaitedOf = asked
    session.awaited = awaitAll(filters)
    for (const entry of session.sportsbooks.values()) {
      for (const game of entry.games.values()) {
        // Of one that is known from an earlier run nothing has come yet.
        if (game.heardEpoch > 0) session.awaited &&= withoutGame(session.awaited, game)
      }
    }
    session.awaitedTold = session.awaited === undefined
  }
  if (session.awaitedTold) return
  session.awaitedAt = at + withoutSnapshotMillis
  work.arm(session.awaitedAt)
}

/** The time is up. A snapshot that still arrives, or waits for us, names them when it settles. */
export const awaitedDue = (work: Work, session: SessionState, at: Millis): void => {
  session.awaitedAt = Infinity
  if (session.settleAt !== Infinity || session.settleRest !== undefined) return
  if (session.pausedAt !== undefined) session.awaitedAt = at + withoutSnapshotMillis
  else reportAwaited(work, session)
}

/** A snapshot settled. One that began before these filters were sent says nothing of them. */
export const awaitedSettled = (work: Work, session: SessionState, at: Millis): void => {
  const sentAt = session.awaitedAt - withoutSnapshotMillis
  if (at - sentAt >= work.core.options.settleMillis) reportAwaited(work, session)
}

/** Names them, once for each set of filters. */
const reportAwaited = (work: Work, session: SessionState): void => {
  if (session.awaitedTold) return
  session.awaitedTold = true
  session.awaitedAt = Infinity
  if (session.awaited !== undefined) work.control("no_data", listAwaited(session.awaited))
}
