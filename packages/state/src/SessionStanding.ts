/** What a session is doing, as far as its events say. */
import { type Millis, parseTimestamp } from "@boltodds/protocol"
import type { Core } from "./internal/Core.ts"
import { gamesIn, type SessionState } from "./internal/session/SessionState.ts"
import { isGameVerified } from "./internal/verification.ts"

/** One session. */
export interface SessionStanding {
  readonly session: string
  readonly epoch: number
  readonly isConnected: boolean
  /**
   * Whether what is known is confirmed since the last gap, a few games excepted: the snapshot has settled, or there are no
   * games, and none came for 10 s.
   */
  readonly isSettled: boolean
  /** Why nothing of it counts as live, if so. */
  readonly stale: "silent" | "paused" | undefined
  /** When the last frame came, pings included. */
  readonly frameAt: Millis | undefined
  /** Since when we do not read. */
  readonly pausedSince: Millis | undefined
  /** Arrival minus the server's time at the last message; null where it is not known. */
  readonly lagMillis: number | null
}

/** As long as the snapshot takes to settle. */
const quietMillis = 10_000

/** All sessions of a run, at the time of the last event. */
export const standingsIn = (core: Core): ReadonlyArray<SessionStanding> =>
  Array.from(core.sessions.values(), (session): SessionStanding => {
    const { name, epoch, connected, stale, received, pause } = session
    const sent = parseTimestamp(received.sentAt)
    return {
      session: name,
      epoch,
      isConnected: connected,
      isSettled: connected && isSettled(session, core.now),
      stale,
      frameAt: received.frameAt,
      pausedSince: pause?.since,
      lagMillis: sent === null ? null : received.sentArrivedAt - Math.floor(sent),
    }
  })

const isSettled = (session: SessionState, now: Millis): boolean => {
  const { gap, received, settling: { isIncomplete, dueAt, rest } } = session
  if (gamesIn(session) === 0) return now - received.since >= quietMillis
  const isFirst = !isIncomplete && (dueAt !== Infinity || rest !== undefined)
  return gap === undefined && !isFirst && hasVerified(session)
}

const hasVerified = (session: SessionState): boolean => {
  for (const entry of session.sportsbooks.values()) {
    for (const game of entry.games.values()) if (isGameVerified(session, entry, game)) return true
  }
  return false
}
