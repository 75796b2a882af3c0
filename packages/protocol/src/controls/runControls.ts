/** The beginning and end of a run, its clock, and what its server says. */
import * as Schema from "effect/Schema"
import { Filters } from "../Filters.ts"
import { type NoticeLevel, noticeLevels } from "../Notice.ts"
import { control, Finite, names, Text, Whole } from "../recordFields.ts"
import type { Stamp } from "../Stamp.ts"

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
/** The schema of {@link StreamStarted}. */
export const streamStarted = control("stream_started", {
  schema_version: Whole,
  filters: Filters,
  term: Schema.optionalKey(Whole),
})

/**
 * A run begins that goes on where another ended. A reader of that run keeps the book, all of it unverified, and gets
 * only what differs. A reader of another run, or of nothing, does not know the book: it counts as lossy.
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
/** The schema of {@link StreamResumed}. */
export const streamResumed = control("stream_resumed", {
  schema_version: Whole,
  filters: Filters,
  resumes: Schema.String,
  term: Schema.optionalKey(Whole),
})

/** The run ends; nothing known is live from here on. */
export interface StreamStopped extends Stamp {
  readonly control: "stream_stopped"
  readonly reason: string
}
/** The schema of {@link StreamStopped}. */
export const streamStopped = control("stream_stopped", { reason: Schema.String })

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
/** The schema of {@link Heartbeat}. */
export const heartbeat = control("heartbeat", {
  frame_age_ms: Finite,
  games: Whole,
  games_verified: Whole,
  lines: Whole,
  paused_ms: Schema.Finite,
  lag_ms: Finite,
})

/** Wall time and elapsed time disagree by more than 5 s (the machine slept): everything is unverified. */
export interface ClockJumped extends Stamp {
  readonly control: "clock_jumped"
  readonly jump_ms: number
}
/** The schema of {@link ClockJumped}. */
export const clockJumped = control("clock_jumped", { jump_ms: Schema.Finite })

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
/** The schema of {@link FeedNotice}. */
export const feedNotice = control("feed_notice", {
  action: Text,
  level: Schema.Literals(noticeLevels),
  message: Schema.String,
})

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
/** The schema of {@link NoData}. */
export const noData = control("no_data", { sports: names, sportsbooks: names, games: names, markets: names })
