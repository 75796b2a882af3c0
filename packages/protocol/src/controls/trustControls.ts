/** What can be trusted as live: gaps, snapshots, and parts of the feed that are silent or late. */
import * as Schema from "effect/Schema"
import { type DisconnectKind, disconnectKinds } from "../FeedEvent.ts"
import { control, Finite, Text, Whole } from "../recordFields.ts"
import type { Stamp } from "../Stamp.ts"

/** Every reason of a {@link Stale}. */
export const staleReasons = ["silent", "paused", "book_silent", "late"] as const

/** The connection is lost: everything of the session is unverified until `game_verified` or a change of a line. */
export interface GapOpened extends Stamp {
  readonly control: "gap_opened"
  /** `restart`: the process that reported the session before has ended, and another goes on (`stream_resumed`). */
  readonly reason: DisconnectKind | "new_connection" | "restart"
  readonly code: number | null
  readonly detail: string | null
  /** Sportsbooks of the session with games that were known: all of them are unverified now. Sorted. */
  readonly sportsbooks: ReadonlyArray<string>
  /** Games that are unverified now. */
  readonly games: number
  /** Lines that are unverified now; 0 where the run keeps none (no emit asks for the book: `messages`, `quotes`). */
  readonly lines: number
}
/** The schema of {@link GapOpened}. */
export const gapOpened = control("gap_opened", {
  reason: Schema.Literals([...disconnectKinds, "new_connection", "restart"]),
  code: Finite,
  detail: Text,
  sportsbooks: Schema.Array(Schema.String),
  games: Whole,
  lines: Whole,
})

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
/** The schema of {@link GameVerified}. */
export const gameVerified = control("game_verified", {
  sport: Schema.String,
  sportsbook: Schema.String,
  game: Schema.String,
  lines: Whole,
  changed: Whole,
})

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
/** The schema of {@link GapClosed}. */
export const gapClosed = control("gap_closed", {
  duration_ms: Schema.Finite,
  games: Whole,
  changed: Whole,
  absent: Whole,
  unverified: Whole,
  sportsbooks_missing: Schema.Array(Schema.String),
  complete: Schema.Boolean,
})

/** The first or a later snapshot has settled: what is known is the whole book, within the filters. */
export interface Synced extends Stamp {
  readonly control: "synced"
  readonly games: number
  /** 0 where the run keeps none (no emit asks for the book: `messages`, `quotes`). */
  readonly lines: number
}
/** The schema of {@link Synced}. */
export const synced = control("synced", { games: Whole, lines: Whole })

/** Nothing in this scope is to be trusted as live: the session, or one sportsbook where it is named. */
export interface Stale extends Stamp {
  readonly control: "stale"
  /**
   * `silent`: nothing received · `paused`: we were not reading · `book_silent`: this sportsbook sends nothing · `late`:
   * the updates of this sportsbook arrive much later than they did before on this connection.
   */
  readonly reason: typeof staleReasons[number]
  readonly sportsbook: string | null
  /** Since what was last received, in milliseconds; for `late`, how much later than at best updates arrive. */
  readonly age_ms: number
}
/** The schema of {@link Stale}. */
export const stale = control("stale", {
  reason: Schema.Literals(staleReasons),
  sportsbook: Text,
  age_ms: Schema.Finite,
})

/** A `stale` is over; what was verified before it counts again. */
export interface Fresh extends Stamp {
  readonly control: "fresh"
  readonly sportsbook: string | null
}
/** The schema of {@link Fresh}. */
export const fresh = control("fresh", { sportsbook: Text })
