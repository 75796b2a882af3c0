/**
 * What the reducer keeps.
 *
 * Everything carries an `owner`: a draft changes what it owns in place and copies what it does not, so that a sealed
 * state stays as it was.
 *
 * Verification is kept as moments of one counter, `Core.moment`: a line is verified when it, or its game, was confirmed
 * no earlier than its session, book or game was last invalidated. A gap therefore costs one assignment, whatever the size.
 */
import type { FilterMatch, Filters, LineExtras, Millis, Side, TargetKind } from "@boltodds/protocol"
import type { ResolvedOptions } from "../Options.ts"
import type { Awaited } from "./session/awaited.ts"
import type { Lag } from "./deadline/lag.ts"

/** Marks what a draft may change in place. */
export interface Owner {
  readonly of: "draft"
}

/** One outcome as last told, and when it was confirmed. */
export interface Line extends LineValues {
  owner: Owner
  readonly outcome: string
  /** The latest of the server's times at which it was named, full messages apart. */
  sentAt: string | null
  /** The moment of the last message that named it and changed or confirmed it. */
  confirmedAt: number
}

/** What a message says of one outcome. */
export interface LineValues {
  market: string | null
  target: string | null
  target_kind: TargetKind | null
  side: Side | null
  line: number | null
  line_derived: boolean
  odds: number | null
  link: string | null
  /** What few lines have: a split line, the texts of fields that cannot be read. */
  extras: LineExtras | undefined
  /** Which fields were last sent as something that cannot be read, see `readLine.ts`; 0 where all can. */
  unreadable: number
}

/** What is said of a game, apart from its lines. */
export interface GameFacts {
  sport: string
  sportsbook: string
  game: string
  universal_game_id: string | null
  book_game_id: string | null
  home_team: string | null
  away_team: string | null
  starts_at: string | null
}

/** Something that was not understood has made a scope unverified. */
export interface UnreadMark {
  /** In which epoch: the next one begins with a snapshot, and forgets this. */
  readonly epoch: number
  readonly since: Millis
  readonly reason: string
}

export interface Game extends GameFacts {
  owner: Owner
  /** Only line updates told of it so far. */
  partial: boolean
  /** The epoch of the last full message. */
  fullEpoch: number
  /** The epoch in which anything was last heard of it, readable or not. */
  heardEpoch: number
  /** The latest of the server's times of its full messages. */
  fullSentAt: string | null
  /** The moment it was opened. */
  openedAt: number
  /** The last `info.when` that was sent; `starts_at` was read from it, or is null where it cannot be read. */
  when: unknown
  /** Whether its start was sent as something that cannot be read; it is reported once in the life of a game. */
  startFault: "none" | "due" | "reported"
  /** The moment of the last full message; -1 before the first. */
  confirmedAt: number
  invalidatedAt: number
  /** The moment of the last message that was applied to it. */
  touchedAt: number
  unread: UnreadMark | undefined
  /** The last time that something of it was beyond a bound. */
  limited: LimitedGame | undefined
  /** Estimated bytes of its facts, and of its lines; see `size.ts`. */
  factBytes: number
  lineBytes: number
  lines: Map<string, Line>
}

/** When something beyond a bound was last reported, and how much was refused since then. */
export interface Limited {
  readonly at: Millis
  readonly more: number
}

export interface LimitedGame extends Limited {
  /** The moment from which on the game is unverified for this cause. */
  readonly moment: number
}

/** Something taken back: when the server says it was, and when we last heard of it. */
export interface Removal {
  readonly sentAt: string
  readonly at: Millis
  /** When the message that holds `sentAt` came: earlier than `at` where it is one of several. */
  readonly stampedAt: Millis
}

/** What no game is called: begins the names under which clears are remembered; alone, it is all of a sportsbook. */
export const cleared = "\u0000"

/** The keys of a sportsbook's games, by universal id. Copied when it is first changed. */
export interface KeysById {
  readonly owner: object
  readonly keys: Map<string, ReadonlyArray<string>>
}

export interface SportsbookEntry {
  owner: Owner
  sportsbook: string
  games: Map<string, Game>
  invalidatedAt: number
  /** The moment of the last message that was applied to one of its games. */
  touchedAt: number
  unread: UnreadMark | undefined
  /** When data of this book last came. */
  heardAt: Millis
  /** Why it is not to be trusted as live, if so. */
  stale: "book_silent" | "late" | undefined
  /** How late its updates arrive on this connection; undefined before the first that says when it was sent. */
  lag: Lag | undefined
  /** What it took back on this connection, by game; see `removals.ts`. */
  removals: Map<string, Removal>
  /** Its games by universal id; see `sameGame.ts`. */
  byId: KeysById
  /** The last report of a game that did not fit. */
  limited: Limited | undefined
}

export interface SessionState {
  owner: Owner
  name: string
  epoch: number
  connected: boolean
  /** It is known from an earlier run only: nothing has come of it in this one. See `restored.ts`. */
  isRestored: boolean
  /** This epoch's connection has ended: nothing more of it is applied. */
  ended: boolean
  filters: Filters
  match: FilterMatch | undefined
  /** Games that filters of this epoch closed, until `excludedUntil`; see `removals.ts`. */
  excluded: ReadonlySet<string>
  excludedUntil: Millis
  /** Subscribe messages in this epoch. */
  subscriptions: number
  sportsbooks: Map<string, SportsbookEntry>
  invalidatedAt: number
  unread: UnreadMark | undefined
  /** When a scope that is unverified since something was not understood is next looked at; Infinity without one. */
  unreadCheckAt: Millis
  /** When a resync was last asked for. */
  resyncAt: Millis

  /** When the open gap began. */
  gapSince: Millis | undefined
  /** The sportsbooks that were known then. */
  gapBooks: ReadonlyArray<string>
  /** When the snapshot last made progress. */
  progressAt: Millis | undefined
  /** When the snapshot has settled; Infinity while it cannot. */
  settleAt: Millis
  /** What was left of the settling time when we stopped reading. */
  settleRest: Millis | undefined
  /** A snapshot is being awaited or received. */
  syncing: boolean
  /** The snapshot settled, and games of it stayed unverified: what verifies them makes it settle again. */
  unsettled: boolean
  /** `initial_state` messages in this epoch. */
  initialStates: number
  /** Games verified since the connection came back. */
  verifiedGames: number
  /** Lines found changed since the gap opened. */
  changedLines: number

  lastFrameAt: Millis | undefined
  /** The last server time received, and when it was. */
  lastSentAt: string | null
  lastSentArrivedAt: Millis
  pausedAt: Millis | undefined
  /** When the pause, if it lasts, makes the session stale; Infinity without one. */
  pausedStaleAt: Millis
  stale: "silent" | "paused" | undefined
  /** What is read now waited while we were not reading. */
  delayed: boolean
  heartbeatAt: Millis
  /** From when the silence of books counts: the last connection or resumption. */
  listeningSince: Millis
  /** No book can have become silent before this; Infinity while none can. */
  bookCheckAt: Millis
  /** No verdict on the lag of a book changes before this; Infinity while none can. */
  lateCheckAt: Millis
  /** The names of the filters of which nothing has come; undefined where all have. */
  awaited: Awaited | undefined
  /** The filters that they are of, as text. */
  awaitedOf: string
  /** Whether they have been named. */
  awaitedTold: boolean
  /** When they are, if no snapshot settles before; Infinity where they are not. */
  awaitedAt: Millis
  /** What the server said of late, and when. */
  notices: Map<string, Millis>
  /** When anything but the time was last told of it. */
  lastEventAt: Millis
  /** The last report of a sportsbook that did not fit. */
  limited: Limited | undefined
  /** Something of this epoch did not fit: what is known is not the whole book. */
  isLimited: boolean
  /** The removals of this epoch that were refused, as one; see `removals.ts`. */
  refusedRemoval: Removal | undefined
}

/** What was met and not applied, for reports. */
export interface Counts {
  /** Events of an epoch that had ended. */
  oldEpoch: number
  /** Messages, or outcomes of one, outside the filters. */
  filtered: number
  /** Messages that could not be read. */
  quarantined: number
  /** Outcomes that could not be read. */
  rejected: number
  /** Messages of a kind we do not know, ignored ones included. */
  unknown: number
  /** Of them, those whose action the options say to ignore. */
  ignored: number
  /** Messages about a removed game that were sent before its removal. */
  lateArrivals: number
  /** Messages about a game that another session owns. */
  overlapping: number
  /** Outcomes applied although an earlier arrival had been sent later. */
  late: number
  /** Messages, or outcomes of one, that were beyond a bound of `StateLimits`. */
  limited: number
}

/** How often an unknown action came. */
export interface ActionCount {
  readonly count: number
  /** The options say to ignore it. */
  readonly ignored: boolean
}

/** How often a bound was reached. */
export interface LimitCount {
  /** Its value. */
  readonly bound: number
  /** Messages, or outcomes of one, that were beyond it. */
  readonly count: number
  /** What the first of them was about: null where it names none. */
  readonly first: { readonly sportsbook: string | null; readonly game: string | null }
}

export interface Core {
  readonly options: ResolvedOptions
  /** Whether lines are kept. */
  readonly depth: "sync" | "book"
  /** The run that this one goes on from, where it does. */
  readonly resumes: string | undefined
  started: boolean
  stopped: boolean
  seq: number
  frame: number
  moment: number
  /** The time of the run: that of the last event, never decreasing. */
  now: Millis
  games: number
  lines: number
  /** The estimated size of all that is kept; see `size.ts`. */
  bytes: number
  /** The last report of a session that did not fit. */
  limited: Limited | undefined
  /** Whether an event was refused because its session did not fit. */
  hasRefusedSession: boolean
  /** The removals in events that were refused with their session, as one. */
  refusedRemoval: Removal | undefined
  counts: Counts
  /** Unknown actions; replaced, never changed. */
  actions: ReadonlyMap<string, ActionCount>
  /** Bounds that were reached, by name; replaced, never changed. */
  limits: ReadonlyMap<string, LimitCount>
  /** No deadline fires before this. */
  due: Millis
  /** Where the last event came from, ticks apart. */
  lastSession: string
  lastEpoch: number
  sessions: Map<string, SessionState>
}

/** Whether all lines of a game are known to be what the book quotes now. */
export const isGameVerified = (session: SessionState, entry: SportsbookEntry, game: Game): boolean =>
  game.confirmedAt >= doubtedAt(session, entry, game)

/** Whether a line is known to be what the book quotes now. */
export const isLineVerified = (session: SessionState, entry: SportsbookEntry, game: Game, line: Line): boolean =>
  Math.max(line.confirmedAt, game.confirmedAt) >= doubtedAt(session, entry, game)

/**
 * A game born of a line update since the last doubt: it may have more lines than are known, but none of those it has
 * is unverified.
 */
export const isMerelyPartial = (session: SessionState, entry: SportsbookEntry, game: Game): boolean =>
  game.partial && game.openedAt >= doubtedAt(session, entry, game)

const doubtedAt = (session: SessionState, entry: SportsbookEntry, game: Game): number =>
  Math.max(session.invalidatedAt, entry.invalidatedAt, game.invalidatedAt)

/** How many games a session knows. */
export const gamesIn = (session: SessionState): number => {
  let games = 0
  for (const entry of session.sportsbooks.values()) games += entry.games.size
  return games
}

/** How many lines a session knows; 0 without a book. */
export const linesOf = (session: SessionState): number => {
  let lines = 0
  for (const entry of session.sportsbooks.values()) for (const game of entry.games.values()) lines += game.lines.size
  return lines
}
