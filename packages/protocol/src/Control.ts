/** What the stream says about itself: gaps, doubts, and their end. */
import * as Schema from "effect/Schema"
import type { Change } from "./Change.ts"
import type { DisconnectKind } from "./FeedEvent.ts"
import { Filters } from "./Filters.ts"
import type { ReachedLimit } from "./messageLimits.ts"
import type { NoticeLevel } from "./Notice.ts"
import type { Stamp } from "./Stamp.ts"
import { stampFields, Whole } from "./stampFields.ts"

/** The version of Change and Control: raised when a field changes its meaning, which is never planned. */
export const schemaVersion = 1

/** A run begins: forget everything known from earlier. */
export interface StreamStarted extends Stamp {
  readonly control: "stream_started"
  readonly schema_version: number
  readonly filters: Filters
  /** Where starts are counted in what the records go to (`--resume`): the number of this one. It orders runs. */
  readonly term?: number
}
/**
 * A run begins that goes on where another ended. Whoever has read that run keeps the book, all of it unverified, and
 * gets only what differs. Whoever has read another run, or nothing, does not know the book: it counts as lossy.
 */
export interface StreamResumed extends Stamp {
  readonly control: "stream_resumed"
  readonly schema_version: number
  readonly filters: Filters
  /** The run that this one goes on from. */
  readonly resumes: string
  /** As in {@link StreamStarted}. */
  readonly term?: number
}
/** The run ends; nothing known is live from here on. */
export interface StreamStopped extends Stamp {
  readonly control: "stream_stopped"
  readonly reason: string
}
/** The connection is lost: everything of the session is unverified until told otherwise. */
export interface GapOpened extends Stamp {
  readonly control: "gap_opened"
  /** `restart`: the process that told of it before has ended, and another goes on (`stream_resumed`). */
  readonly reason: DisconnectKind | "new_connection" | "restart"
  readonly code: number | null
  readonly detail: string | null
  /** Sportsbooks of the session with games that were known: all of them are in doubt now. Sorted. */
  readonly sportsbooks: ReadonlyArray<string>
  /** Games in doubt. */
  readonly games: number
  /** Lines in doubt; 0 where the run keeps none (no emit asks for the book: `messages`, `quotes`). */
  readonly lines: number
}
/** A full message confirmed this game: all its lines are verified. */
export interface GameVerified extends Stamp {
  readonly control: "game_verified"
  readonly sport: string
  readonly sportsbook: string
  readonly game: string
  /** 0 where the run keeps none (no emit asks for the book: `messages`, `quotes`). */
  readonly lines: number
  /** How many of them had changed while unverified; 0 where the run keeps no lines. */
  readonly changed: number
}
/** The snapshot after a gap has settled. */
export interface GapClosed extends Stamp {
  readonly control: "gap_closed"
  /** From `gap_opened` to the last progress of the snapshot, in milliseconds. */
  readonly duration_ms: number
  /** Games verified since the connection came back. */
  readonly games: number
  /** Lines that had changed; 0 where the run keeps no lines. */
  readonly changed: number
  /** Games closed because the snapshot did not hold them. */
  readonly absent: number
  /** Games of the session that stay unverified. */
  readonly unverified: number
  /** Sportsbooks that were known when the gap opened and have no verified game now. Sorted. */
  readonly sportsbooks_missing: ReadonlyArray<string>
  /** Whether nothing stays unverified. */
  readonly complete: boolean
}
/** The first or a later snapshot has settled: what is known is the whole book, within the filters. */
export interface Synced extends Stamp {
  readonly control: "synced"
  readonly games: number
  /** 0 where the run keeps none (no emit asks for the book: `messages`, `quotes`). */
  readonly lines: number
}
/** Nothing in this scope is to be trusted as live: the session, or one sportsbook where it is named. */
export interface Stale extends Stamp {
  readonly control: "stale"
  /**
   * `silent`: nothing received · `paused`: we were not reading · `book_silent`: this sportsbook sends nothing · `late`:
   * the updates of this sportsbook arrive much later than they did before on this connection.
   */
  readonly reason: "silent" | "paused" | "book_silent" | "late"
  readonly sportsbook: string | null
  /** Since what was last received, in milliseconds; for `late`, how much later than at best updates arrive. */
  readonly age_ms: number
}
/** A `stale` is over; what was verified before it counts again. */
export interface Fresh extends Stamp {
  readonly control: "fresh"
  readonly sportsbook: string | null
}
/** Sent every 10 s: how much of the book can be trusted. */
export interface Heartbeat extends Stamp {
  readonly control: "heartbeat"
  /** Since the last frame, in milliseconds; null before the first. */
  readonly frame_age_ms: number | null
  readonly games: number
  readonly games_verified: number
  /** 0 where the run keeps none (no emit asks for the book: `messages`, `quotes`). */
  readonly lines: number
  /** Milliseconds since we stopped reading; 0 while we read. */
  readonly paused_ms: number
  /** Arrival minus the server's time at the last message, in milliseconds; skew between the clocks is in it. */
  readonly lag_ms: number | null
}
/**
 * A lane lost records: nothing that its reader knows is live until the next `stream_started`, which the whole book
 * follows (a resnapshot). Whatever else arrives before that verifies nothing; the lane withholds `game_verified`,
 * `gap_closed`, `synced` and `fresh` meanwhile. Emits without a book (`messages`, `quotes`) have no resnapshot: what was
 * lost stays lost.
 *
 * Where each lost record names a game, and they name 64 games at most, `changes` has a {@link Quarantined} for each of
 * these games instead.
 */
export interface Dropped extends Stamp {
  readonly control: "dropped"
  readonly lane: string
  readonly reason: string
  readonly count: number
  readonly first_seq: number
  readonly last_seq: number
}
/**
 * Something was not understood: it cannot be read, or its action is not known. Where it names a game, a sportsbook or
 * the session, that is unverified; one that names an `outcome` suspended that line alone. `touches: "nothing"`: no price
 * depends on it. It does not read like data of the feed, or it is the start of the game that it names. A scope that stays
 * unverified for this cause is reported once, not with each message.
 *
 * With the reason `dropped` a lane lost records of this game and of no other: the game is unverified until the lane sends
 * it again (its `game_opened` with all lines, or its `game_closed`); an update of a line verifies that line before. In a
 * run of several sessions there is one for each session, since the game may belong to any of them. One that touches
 * nothing counts lost records that no price depends on, such as heartbeats.
 */
export interface Quarantined extends Stamp {
  readonly control: "quarantined"
  readonly reason: string
  readonly touches: "session" | "sportsbook" | "game" | "outcome" | "nothing"
  readonly sportsbook: string | null
  readonly game: string | null
  readonly outcome: string | null
  /** The beginning of what could not be read. */
  readonly text: string
  /** The unknown action (or `type`) of the message, where that is why it was not understood. */
  readonly action?: string
  /**
   * Messages, or outcomes of one, that were beyond a bound and not applied, since the last such record of the scope. Its
   * `reason` begins with `limited`.
   */
  readonly refused?: number
  /** The bound that it was beyond. The `reason` begins with `limited`. */
  readonly limit?: ReachedLimit
  /** The lane that lost records: here and below only with the reason `dropped`. */
  readonly lane?: string
  /** Why they were lost, as the reason of {@link Dropped}. */
  readonly lost?: string
  /** How many: of this game, in this session. */
  readonly count?: number
  readonly first_seq?: number
  readonly last_seq?: number
  /** As the newest of the lost records names it. */
  readonly universal_game_id?: string | null
}
/**
 * A scope has been unverified for a minute because something was not understood, and no message has healed it: a new
 * snapshot is wanted. A live session dials again and a gap follows. At most one in 10 minutes.
 */
export interface ResyncWanted extends Stamp {
  readonly control: "resync_wanted"
  /** What was not understood. */
  readonly reason: string
  /** The scope that has been unverified for longest; null: all of the session. */
  readonly sportsbook: string | null
  readonly game: string | null
  readonly unverified_ms: number
}
/**
 * A full message came under another key for a game that this sportsbook already has: same ids, another `game`. The old
 * key's game is unverified from the `quarantined` that follows, until its own full message. It is not closed: the feed
 * says nothing about it.
 */
export interface GameRekeyed extends Stamp {
  readonly control: "game_rekeyed"
  readonly sportsbook: string
  /** The key of the full message. */
  readonly game: string
  /** The key under which the game was known before. */
  readonly previous_game: string
  readonly universal_game_id: string
  /** The sportsbook's own id; null where it was not sent. */
  readonly book_game_id: string | null
}
/** Wall time and elapsed time disagree by more than 5 s (the machine slept): everything is unverified. */
export interface ClockJumped extends Stamp {
  readonly control: "clock_jumped"
  readonly jump_ms: number
}

/** What the server said in its own words, or that it took less than was asked for. Nothing becomes unverified by it. */
export interface FeedNotice extends Stamp {
  readonly control: "feed_notice"
  /** The message's own `action`; null where it had none. */
  readonly action: string | null
  /** As far as the message's form says. */
  readonly level: NoticeLevel
  /** On one line, of at most 300 characters. The same words are not repeated within a minute of a session. */
  readonly message: string
}
/**
 * Nothing has come yet of these names that were asked for. Sent once for each set of filters, when the first snapshot has
 * settled. A quiet market is normal; a misspelt name looks the same.
 */
export interface NoData extends Stamp {
  readonly control: "no_data"
  readonly sports: ReadonlyArray<string>
  readonly sportsbooks: ReadonlyArray<string>
  readonly games: ReadonlyArray<string>
  readonly markets: ReadonlyArray<string>
}

/** A record about the stream itself. Readers ignore kinds and fields they do not know. */
export type Control =
  | StreamStarted
  | StreamResumed
  | StreamStopped
  | GapOpened
  | GameVerified
  | GapClosed
  | Synced
  | Stale
  | Fresh
  | Heartbeat
  | Dropped
  | Quarantined
  | GameRekeyed
  | ResyncWanted
  | ClockJumped
  | FeedNotice
  | NoData

/** The kind of a {@link Control}. */
export type ControlKind = Control["control"]

const text = Schema.NullOr(Schema.String)
const number = Schema.NullOr(Schema.Finite)
const names = Schema.Array(Schema.String)
const control = <K extends ControlKind, F extends Schema.Struct.Fields>(kind: K, fields: F) =>
  Schema.Struct({ control: Schema.Literal(kind), ...stampFields, ...fields })

/** The schema of {@link Control}. */
export const Control: Schema.Codec<Control> = Schema.Union([
  control("stream_started", { schema_version: Whole, filters: Filters, term: Schema.optionalKey(Whole) }),
  control("stream_resumed", {
    schema_version: Whole,
    filters: Filters,
    resumes: Schema.String,
    term: Schema.optionalKey(Whole),
  }),
  control("stream_stopped", { reason: Schema.String }),
  control("gap_opened", {
    reason: Schema.Literals([
      "closed",
      "network",
      "no_pong",
      "silent",
      "slow_reader",
      "clock_jumped",
      "oversize",
      "overflow",
      "resync",
      "shutdown",
      "new_connection",
      "restart",
    ]),
    code: number,
    detail: text,
    sportsbooks: Schema.Array(Schema.String),
    games: Whole,
    lines: Whole,
  }),
  control("game_verified", {
    sport: Schema.String,
    sportsbook: Schema.String,
    game: Schema.String,
    lines: Whole,
    changed: Whole,
  }),
  control("gap_closed", {
    duration_ms: Schema.Finite,
    games: Whole,
    changed: Whole,
    absent: Whole,
    unverified: Whole,
    sportsbooks_missing: Schema.Array(Schema.String),
    complete: Schema.Boolean,
  }),
  control("synced", { games: Whole, lines: Whole }),
  control("stale", {
    reason: Schema.Literals(["silent", "paused", "book_silent", "late"]),
    sportsbook: text,
    age_ms: Schema.Finite,
  }),
  control("fresh", { sportsbook: text }),
  control("heartbeat", {
    frame_age_ms: number,
    games: Whole,
    games_verified: Whole,
    lines: Whole,
    paused_ms: Schema.Finite,
    lag_ms: number,
  }),
  control("dropped", {
    lane: Schema.String,
    reason: Schema.String,
    count: Whole,
    first_seq: Whole,
    last_seq: Whole,
  }).annotate({
    description:
      "A lane lost records. Nothing that its reader knows is live until the next `stream_started`, which the " +
      "whole book follows; nothing that arrives before that verifies anything. Where all of them name games, and 64 " +
      "games at most, there is a `quarantined` with the reason `dropped` for each game instead.",
  }),
  control("quarantined", {
    reason: Schema.String,
    touches: Schema.Literals(["session", "sportsbook", "game", "outcome", "nothing"]),
    sportsbook: text,
    game: text,
    outcome: text,
    text: Schema.String,
    action: Schema.optionalKey(Schema.String),
    refused: Schema.optionalKey(Whole).annotate({
      description:
        "Messages, or outcomes of one, that were beyond a bound and not applied, since the last such record " +
        "of the scope. The `reason` then begins with `limited`.",
    }),
    limit: Schema.optionalKey(Schema.Struct({ name: Schema.String, bound: Whole })).annotate({
      description:
        "The bound that it was beyond: sessions, sportsbooks, games, outcomes, characters (of a name), bytes (of the " +
        "book), message_bytes, message_values, frame_messages, frame_others or frame_values; there may be more. `bound` " +
        "is its value in that run. The `reason` then begins with `limited`.",
    }),
    lane: Schema.optionalKey(Schema.String),
    lost: Schema.optionalKey(Schema.String),
    count: Schema.optionalKey(Whole),
    first_seq: Schema.optionalKey(Whole),
    last_seq: Schema.optionalKey(Whole),
    universal_game_id: Schema.optionalKey(text),
  }).annotate({
    description:
      "Something was not understood: what it names is unverified. With the reason `dropped` a lane lost records of this " +
      "game alone: it is unverified until its `game_opened` and its lines, or its `game_closed`, are sent again; an " +
      "update of a line verifies that line before.",
  }),
  control("resync_wanted", {
    reason: Schema.String,
    sportsbook: text,
    game: text,
    unverified_ms: Schema.Finite,
  }),
  control("game_rekeyed", {
    sportsbook: Schema.String,
    game: Schema.String,
    previous_game: Schema.String,
    universal_game_id: Schema.String,
    book_game_id: text,
  }),
  control("clock_jumped", { jump_ms: Schema.Finite }),
  control("feed_notice", {
    action: text,
    level: Schema.Literals(["error", "warning", "info"]),
    message: Schema.String,
  }),
  control("no_data", { sports: names, sportsbooks: names, games: names, markets: names }),
]).annotate({
  identifier: "Control",
  title: "Control",
  description: "What the stream says about itself: gaps, doubts, and their end.",
})

/** A record of the stream: what happened to the odds, or what the stream says about itself. */
export type StreamRecord = Change | Control

/** Whether a record is a control. */
export const isControl = (record: StreamRecord): record is Control => "control" in record
