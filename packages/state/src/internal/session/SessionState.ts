/** What the reducer keeps of one session. */
import type { FilterMatch, Filters, Millis } from "@boltodds/protocol"
import type { Limited, Owner, Removal, SportsbookEntry, UnreadMark } from "../model.ts"
import { type Awaited, copyAwaited } from "./awaited.ts"

/** A session. The values in it are its own: a copy of a session has copies of them. */
export interface SessionState {
  owner: Owner
  name: string
  epoch: number
  connected: boolean
  /** It is known from an earlier run only: nothing of it has come in this run. See `restored.ts`. */
  isRestored: boolean
  /** The connection of this epoch has ended: nothing more of it is applied. */
  ended: boolean
  filters: Filters
  match: FilterMatch | undefined
  sportsbooks: Map<string, SportsbookEntry>
  invalidatedAt: number
  unread: UnreadMark | undefined
  /** When a resync was last asked for. */
  resyncAt: Millis
  /** The open gap. */
  gap: Gap | undefined
  settling: Settling
  /** We are not reading. */
  pause: Pause | undefined
  stale: "silent" | "paused" | undefined
  /** What is read now waited while we were not reading. */
  delayed: boolean
  received: Received
  checks: Checks
  awaited: AwaitedNames
  excluded: Excluded
  /** What the server said recently, and when. */
  notices: Map<string, Millis>
  /** The last report of a sportsbook that did not fit. */
  limited: Limited | undefined
  /** Something of this epoch did not fit: what is known is not the whole book. */
  isLimited: boolean
  /** The removals of this epoch that were refused, as one; see `removals.ts`. */
  refusedRemoval: Removal | undefined
}

/** From a disconnect until the snapshot after it has settled. */
export interface Gap {
  readonly since: Millis
  /** The sportsbooks with games when it opened. */
  readonly sportsbooks: ReadonlyArray<string>
  /** Games verified since the connection came back. */
  verifiedGames: number
  /** Lines found changed since it opened. */
  changedLines: number
}

/** How far the snapshot of an epoch has come. */
export interface Settling {
  /** A snapshot is awaited or arrives. */
  isSyncing: boolean
  /** The snapshot settled with games unverified: verifying one of them makes it settle again. */
  isIncomplete: boolean
  /** Subscribe messages in this epoch. */
  subscriptions: number
  /** `initial_state` messages in this epoch. */
  initialStates: number
  /** When the snapshot last made progress. */
  progressAt: Millis | undefined
  /** When the snapshot has settled; Infinity while it cannot. */
  dueAt: Millis
  /** What was left of the settling time when we stopped reading. */
  rest: Millis | undefined
}

/** A time in which we do not read. */
export interface Pause {
  readonly since: Millis
  /** When it makes the session stale, if it lasts; Infinity where it does not, or has. */
  staleAt: Millis
}

/** What came last. */
export interface Received {
  frameAt: Millis | undefined
  /** The last time of the server, and when it arrived. */
  sentAt: string | null
  sentArrivedAt: Millis
  /** When the last event other than a tick came. */
  eventAt: Millis
  /** From when silence counts: the last connection or resumption. */
  since: Millis
}

/** Nothing is due before these times; Infinity where nothing can be. */
export interface Checks {
  heartbeatAt: Millis
  /** A sportsbook may have become silent. */
  sportsbooksAt: Millis
  /** A sportsbook may have become late, or be on time again. */
  lagsAt: Millis
  /** A scope may have been unverified for so long that a resync is worth it. */
  unreadAt: Millis
}

/** The names of the filters of which nothing has come. */
export interface AwaitedNames {
  /** Undefined where something has come of each. */
  names: Awaited | undefined
  /** The filters that they are of, as text. */
  filters: string
  /** They were reported, or there are none. */
  isReported: boolean
  /** When they are reported, if no snapshot settles before; Infinity where they are not. */
  dueAt: Millis
}

/** Games that filters of this epoch closed; see `removals.ts`. */
export interface Excluded {
  games: ReadonlySet<string>
  /** Until when they are remembered. */
  until: Millis
}

/** A session of which nothing is known. */
export const newSession = (name: string, at: Millis, owner: Owner, heartbeatMillis: Millis): SessionState => ({
  owner,
  name,
  epoch: 0,
  connected: false,
  isRestored: false,
  ended: false,
  filters: {},
  match: undefined,
  sportsbooks: new Map(),
  invalidatedAt: 0,
  unread: undefined,
  resyncAt: -Infinity,
  gap: undefined,
  settling: notSettling(),
  pause: undefined,
  stale: undefined,
  delayed: false,
  received: { frameAt: undefined, sentAt: null, sentArrivedAt: at, eventAt: at, since: at },
  checks: { heartbeatAt: at + heartbeatMillis, sportsbooksAt: Infinity, lagsAt: Infinity, unreadAt: Infinity },
  awaited: { names: undefined, filters: "{}", isReported: true, dueAt: Infinity },
  excluded: nothingExcluded(),
  notices: new Map(),
  limited: undefined,
  isLimited: false,
  refusedRemoval: undefined,
})

/** The settling of an epoch that has not begun. */
export const notSettling = (): Settling => ({
  isSyncing: false,
  isIncomplete: false,
  subscriptions: 0,
  initialStates: 0,
  progressAt: undefined,
  dueAt: Infinity,
  rest: undefined,
})

/** No game is excluded. */
export const nothingExcluded = (): Excluded => ({ games: new Set(), until: -Infinity })

/** A copy that its owner may change. */
export const copySession = (session: SessionState, owner: Owner): SessionState => ({
  ...session,
  owner,
  sportsbooks: new Map(session.sportsbooks),
  gap: session.gap && { ...session.gap },
  settling: { ...session.settling },
  pause: session.pause && { ...session.pause },
  received: { ...session.received },
  checks: { ...session.checks },
  awaited: { ...session.awaited, names: session.awaited.names && copyAwaited(session.awaited.names) },
  excluded: { ...session.excluded },
  notices: new Map(session.notices),
})

/** The sportsbooks of a session that have games, in order. */
export const sportsbooksWithGames = (session: SessionState): ReadonlyArray<string> =>
  [...session.sportsbooks.values()].filter(({ games }) => games.size > 0).map(({ sportsbook }) => sportsbook).sort()

/** How many games a session knows. */
export const gamesIn = (session: SessionState): number => {
  let games = 0
  for (const entry of session.sportsbooks.values()) games += entry.games.size
  return games
}

/** How many lines a session knows; 0 without a book. */
export const linesIn = (session: SessionState): number => {
  let lines = 0
  for (const entry of session.sportsbooks.values()) for (const game of entry.games.values()) lines += game.lines.size
  return lines
}
