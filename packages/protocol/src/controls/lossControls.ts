/** What was lost or not understood, and what follows. */
import * as Schema from "effect/Schema"
import type { ReachedLimit } from "../messageLimits.ts"
import { control, Text, Whole } from "../recordFields.ts"
import type { Stamp } from "../Stamp.ts"

/** What a {@link Quarantined} can touch. */
export const quarantineScopes = ["session", "sportsbook", "game", "outcome", "nothing"] as const

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
/** The schema of {@link Dropped}. */
export const dropped = control("dropped", {
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
})

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
  readonly touches: typeof quarantineScopes[number]
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
/** The schema of {@link Quarantined}. */
export const quarantined = control("quarantined", {
  reason: Schema.String,
  touches: Schema.Literals(quarantineScopes),
  sportsbook: Text,
  game: Text,
  outcome: Text,
  text: Schema.String,
  action: Schema.optionalKey(Schema.String),
  refused: Schema.optionalKey(Whole).annotate({
    description: "Messages, or outcomes of one, that were beyond a bound and not applied, since the last such record " +
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
  universal_game_id: Schema.optionalKey(Text),
}).annotate({
  description:
    "Something was not understood: what it names is unverified. With the reason `dropped` a lane lost records of this " +
    "game alone: it is unverified until its `game_opened` and its lines, or its `game_closed`, are sent again; an " +
    "update of a line verifies that line before.",
})

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
/** The schema of {@link ResyncWanted}. */
export const resyncWanted = control("resync_wanted", {
  reason: Schema.String,
  sportsbook: Text,
  game: Text,
  unverified_ms: Schema.Finite,
})

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
/** The schema of {@link GameRekeyed}. */
export const gameRekeyed = control("game_rekeyed", {
  sportsbook: Schema.String,
  game: Schema.String,
  previous_game: Schema.String,
  universal_game_id: Schema.String,
  book_game_id: Text,
})
