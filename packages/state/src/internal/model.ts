/**
 * What the reducer keeps.
 *
 * Everything carries an `owner`: a draft changes what it owns in place and copies what it does not, so that a sealed
 * state stays as it was.
 */
import type { LineExtras, Millis, Side, TargetKind } from "@boltodds/protocol"
import { copyLag, type Lag } from "./deadline/lag.ts"

/** Marks what a draft may change in place. */
export interface Owner {
  readonly of: "draft"
}

/** One outcome as last received, and when it was confirmed. */
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
  /** Only line updates named it so far. */
  partial: boolean
  /** The epoch of the last full message. */
  fullEpoch: number
  /** The epoch in which a message last named it, readable or not. */
  namedEpoch: number
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
  /** Lines without a price. */
  suspended: number
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

/** Something removed: when, by the clock of the server, and when the last message about it arrived. */
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
  /** When data of this sportsbook last came. */
  receivedAt: Millis
  /** Why it is not to be trusted as live, if so. */
  stale: "book_silent" | "late" | undefined
  /** How late its updates arrive on this connection; undefined before the first that says when it was sent. */
  lag: Lag | undefined
  /** What it removed on this connection, by game; see `removals.ts`. */
  removals: Map<string, Removal>
  /** Its games by universal id; see `sameGame.ts`. */
  byId: KeysById
  /** The last report of a game that did not fit. */
  limited: Limited | undefined
}

/** A sportsbook of which nothing is known. A removal that was refused before may be one of its own. */
export const newSportsbook = (sportsbook: string, owner: Owner, refused: Removal | undefined): SportsbookEntry => ({
  owner,
  sportsbook,
  games: new Map(),
  invalidatedAt: 0,
  touchedAt: 0,
  unread: undefined,
  receivedAt: 0,
  stale: undefined,
  lag: undefined,
  removals: refused === undefined ? new Map() : new Map([[cleared, refused]]),
  byId: { owner, keys: new Map() },
  limited: undefined,
})

/** A copy that its owner may change. */
export const copySportsbook = (entry: SportsbookEntry, owner: Owner): SportsbookEntry => ({
  ...entry,
  owner,
  games: new Map(entry.games),
  lag: entry.lag && copyLag(entry.lag),
  removals: new Map(entry.removals),
})
