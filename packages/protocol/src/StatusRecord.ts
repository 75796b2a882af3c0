/**
 * Status records: how a process, its sessions, its sportsbooks and its sinks are doing. They are made once a second for
 * servers, commands and screens, and are never in the records of `changes` or in files.
 */
import * as Schema from "effect/Schema"
import { Finite, Text, Whole } from "./recordFields.ts"

/** What every status record carries. */
export interface StatusStamp {
  /** The run that it is about: a ULID; empty before the first run of the process. */
  readonly run: string
  /** When it was made, by the session clock: ISO 8601, UTC. */
  readonly at: string
  /** On the final record of what was made at once: act on whole groups. */
  readonly last?: true
}

/** One sportsbook of one session, at the time of a {@link BooksStatus}. */
export interface SportsbookFigures {
  readonly session: string
  readonly sportsbook: string
  readonly games: number
  /** Of `games`, those that are verified, of a session and a sportsbook that are not stale. */
  readonly games_verified: number
  /** 0 where no sink needs lines. */
  readonly lines: number
  /** Of `lines`, those without a price now. Null where it is not known: of a very large book that is read as records. */
  readonly suspended: number | null
  /** Changes so far in this run. */
  readonly changes: number
  /** Changes per second, over the last 10 seconds. */
  readonly per_s: number
  /** When the last change or message about it came: ISO 8601, UTC; null before the first. */
  readonly last_at: string | null
  /** The same as the time since then, in milliseconds. A quiet market is normal. */
  readonly age_ms: number | null
  /**
   * Arrival minus the server's time of live updates in the last minute, in milliseconds: the median. At most two updates a
   * second are looked at. The difference of the two clocks is in it. Null where no update had a time.
   */
  readonly lag_p50: number | null
  /** The same: 95 of 100 updates were not later. */
  readonly lag_p95: number | null
  /** Whether nothing of it counts as live, because it, or its session, is stale. */
  readonly stale: boolean
}

/** How each sportsbook is doing. */
export interface BooksStatus extends StatusStamp {
  readonly status: "books"
  /** In the order of session and sportsbook. */
  readonly books: ReadonlyArray<SportsbookFigures>
}

/**
 * What a session is doing.
 *
 * `connecting`: there is no connection, and the feed is dialed or will be · `syncing`: connected, and the snapshot has not
 * settled · `live`: connected, settled and fresh, also if it has no games · `stale`: connected, and nothing counts as live
 * · `lossy`: records were lost on the way here · `stopped`.
 */
export type SessionState = typeof sessionStates[number]

/** Every {@link SessionState}. */
export const sessionStates = ["connecting", "syncing", "live", "stale", "lossy", "stopped"] as const

/** One session, at the time of a {@link SourceStatus}. */
export interface SessionFigures {
  /** `feed` where there is one session. */
  readonly session: string
  readonly state: SessionState
  /** Why it is not `live`, in a few words; null where it is. */
  readonly why: string | null
  /** Connections so far, this one included. */
  readonly epoch: number
  /** Since the last frame, pings included, in milliseconds; null before the first. Of records: since the last one. */
  readonly frame_age_ms: number | null
  /** Since we stopped reading, in milliseconds; 0 while we read. */
  readonly paused_ms: number
  /** Arrival minus the server's time at the last heartbeat, in milliseconds; null where it is not known. */
  readonly lag_ms: number | null
  readonly games: number
  readonly games_verified: number
  /** How long nothing of this session was known to be live, in this run so far, in milliseconds. The start is not in it. */
  readonly blind_ms: number
  /** When the feed is dialed next: ISO 8601, UTC; null where no dial waits. */
  readonly next_dial_at: string | null
  /** Dials that are allowed now; null where there is no limit, or it is not known. */
  readonly dials_left: number | null
}

/** A time in which something was not live, see {@link BlindWindow}. */
export interface GapFigures {
  readonly session: string
  /** Null: all of the session. */
  readonly sportsbook: string | null
  /** `gap`, `stale`, `clock_jumped` or `quarantined`. */
  readonly kind: string
  readonly reason: string
  /** When it began: ISO 8601, UTC. */
  readonly from: string
  /** How long it took, or has taken so far, in milliseconds. */
  readonly ms: number
  /** Whether it lasts. */
  readonly open: boolean
  /** Games that were unverified when it began. */
  readonly games: number
}

/** What came from the source, in this run so far. */
export interface SourceCounts {
  /** Events of sessions; of a source of records its groups. */
  readonly events: number
  readonly frames: number
  /** Messages in them; 0 where no sink needs them read. */
  readonly messages: number
  readonly changes: number
  readonly controls: number
  /** Messages and frames that could not be read. */
  readonly quarantined: number
  /** Outcomes that could not be read. */
  readonly rejected: number
  /** Messages of unknown actions. */
  readonly unknown: number
  /** Of `unknown`, those that the options say to ignore. */
  readonly ignored: number
  /** Messages that were sent before the removal that they follow. */
  readonly late_arrivals: number
  /** Messages, or outcomes of one, that were beyond a bound. */
  readonly limited: number
  /** Connections that were lost. */
  readonly connections_lost: number
  /** Times in which something was not live, those of one sportsbook included. */
  readonly gaps: number
  /** Games that were unverified alone, because a message of theirs could not be read. */
  readonly unverified_games: number
}

/** How long updates took from the server's clock to ours, in this run so far: a histogram. */
export interface LatencyHistogram {
  /** The upper bounds of its buckets, in milliseconds; one more bucket has no bound. */
  readonly le: ReadonlyArray<number>
  /** How many updates each bucket has, alone: one more number than `le`. */
  readonly counts: ReadonlyArray<number>
  /** The sum of all, in milliseconds. */
  readonly sum: number
  readonly count: number
}

/** How the source and its sessions are doing. */
export interface SourceStatus extends StatusStamp {
  readonly status: "source"
  readonly sessions: ReadonlyArray<SessionFigures>
  /** The newest gaps, the oldest first: 10 at most. */
  readonly gaps: ReadonlyArray<GapFigures>
  readonly counts: SourceCounts
  readonly latency: LatencyHistogram
  /** The estimated size of the book, and its bound, in bytes; null where there is no book. */
  readonly book: { readonly bytes: number; readonly bound: number } | null
}

/** The accounts of a lane: `in + restored` is always the sum of what became of them. In records, unless it says bytes. */
export interface LaneFigureCounts {
  readonly in: number
  /** Left by an earlier run. */
  readonly restored: number
  readonly delivered: number
  /** Merged into another that waited. */
  readonly coalesced: number
  /** Not needed any more after a resnapshot. */
  readonly replaced: number
  readonly dropped: number
  readonly expired: number
  readonly dead_lettered: number
  readonly pending: number
  readonly pending_bytes: number
  readonly delivered_bytes: number
  readonly batches: number
  /** Attempts beyond the first. */
  readonly retries: number
  readonly resnapshots: number
  /** Games that were sent again. */
  readonly game_resnapshots: number
}

/** A circuit breaker that is not closed. */
export interface BreakerFigures {
  /** Failures in a row. */
  readonly failures: number
  /** How long nothing is tried, in milliseconds; 0: the next attempt decides. */
  readonly open_ms: number
}

/** One lane, at the time of a {@link LanesStatus}. */
export interface LaneFigures {
  /** The name of its sink. */
  readonly name: string
  /** The type of its sink: `file`, `webhook`, …; empty where it is not known. */
  readonly type: string
  readonly emit: string
  /** Whether the run ends if its sink is disabled. */
  readonly required: boolean
  /** `open`: it delivers or tries to · `ended`: its reader has closed · `disabled`: its sink failed for good. */
  readonly state: "open" | "ended" | "disabled"
  /** Whether its reader is missing records that no resnapshot has made good. */
  readonly lossy: boolean
  readonly counts: LaneFigureCounts
  /** How long the oldest that is pending has waited, in milliseconds; null where nothing is. */
  readonly oldest_pending_ms: number | null
  /** Null while the circuit breaker is closed and nothing has failed in a row. */
  readonly breaker: BreakerFigures | null
  /** The last failure of its sink; null where there was none. */
  readonly last_error: string | null
  /** When that was: ISO 8601, UTC. */
  readonly last_error_at: string | null
}

/** How each lane is doing. */
export interface LanesStatus extends StatusStamp {
  readonly status: "lanes"
  readonly lanes: ReadonlyArray<LaneFigures>
}

/** What the process uses. */
export interface ProcessFigures {
  readonly version: string
  readonly pid: number
  /** When it started: ISO 8601, UTC. */
  readonly started_at: string
  /** Memory of the process, in bytes. */
  readonly rss_bytes: number
  readonly heap_used_bytes: number
  /** The bound of the heap. */
  readonly heap_limit_bytes: number
  /** Processor time so far, in seconds. */
  readonly cpu_s: number
  /** How late turns of the event loop were since the last record, in milliseconds: the median. */
  readonly loop_delay_p50_ms: number
  readonly loop_delay_p99_ms: number
  readonly loop_delay_max_ms: number
}

/**
 * What the process as a whole is doing.
 *
 * `starting` · `running`: it reads the source · `standby`: another process holds the lease and reads it · `stopping`: lanes
 * deliver what they hold.
 */
export interface ProcessStatus extends StatusStamp {
  readonly status: "process"
  readonly phase: "starting" | "running" | "standby" | "stopping"
  /** Why it is a standby; null otherwise. */
  readonly why: string | null
  /** Null where the program does not say. */
  readonly process: ProcessFigures | null
}

/** A status record. Readers ignore kinds and fields they do not know. */
export type StatusRecord = BooksStatus | SourceStatus | LanesStatus | ProcessStatus

const stamp = {
  run: Schema.String.annotate({ description: "The run that it is about; empty before the first." }),
  at: Schema.String.annotate({ description: "When it was made: ISO 8601, UTC." }),
  last: Schema.optionalKey(Schema.Literal(true)),
}

const millis = (description: string) => Finite.annotate({ description })

/** The schema of {@link SportsbookFigures}. */
export const SportsbookFigures: Schema.Codec<SportsbookFigures> = Schema.Struct({
  session: Schema.String,
  sportsbook: Schema.String,
  games: Whole,
  games_verified: Whole,
  lines: Whole,
  suspended: Schema.NullOr(Whole).annotate({ description: "Lines without a price now; null where it is not known." }),
  changes: Whole.annotate({ description: "Changes so far in this run." }),
  per_s: Schema.Finite.annotate({ description: "Changes per second, over the last 10 seconds." }),
  last_at: Text.annotate({ description: "When the last change or message about it came: ISO 8601, UTC." }),
  age_ms: millis("Since then, in milliseconds."),
  lag_p50: millis("Arrival minus the server's time in the last minute, in milliseconds: the median."),
  lag_p95: millis("The same: 95 of 100 updates were not later."),
  stale: Schema.Boolean.annotate({ description: "Whether nothing of it counts as live." }),
}).annotate({ identifier: "SportsbookFigures" })

/** The schema of {@link BooksStatus}. */
export const BooksStatus: Schema.Codec<BooksStatus> = Schema.Struct({
  status: Schema.Literal("books"),
  ...stamp,
  books: Schema.Array(SportsbookFigures),
}).annotate({ identifier: "BooksStatus", title: "Sportsbooks", description: "How each sportsbook is doing." })

/** The schema of {@link SessionFigures}. */
export const SessionFigures: Schema.Codec<SessionFigures> = Schema.Struct({
  session: Schema.String,
  state: Schema.Literals(sessionStates),
  why: Text.annotate({ description: "Why it is not live, in a few words; null where it is." }),
  epoch: Whole.annotate({ description: "Connections so far." }),
  frame_age_ms: millis("Since the last frame, pings included, in milliseconds."),
  paused_ms: Schema.Finite.annotate({ description: "Since we stopped reading, in milliseconds; 0 while we read." }),
  lag_ms: millis("Arrival minus the server's time at the last heartbeat, in milliseconds."),
  games: Whole,
  games_verified: Whole,
  blind_ms: Schema.Finite.annotate({
    description: "How long nothing of it was known to be live, in milliseconds. The start of the run is not in it.",
  }),
  next_dial_at: Text.annotate({ description: "When the feed is dialed next: ISO 8601, UTC." }),
  dials_left: Schema.NullOr(Whole).annotate({ description: "Dials that are allowed now; null: no limit is known." }),
}).annotate({ identifier: "SessionFigures" })

/** The schema of {@link GapFigures}. */
export const GapFigures: Schema.Codec<GapFigures> = Schema.Struct({
  session: Schema.String,
  sportsbook: Text,
  kind: Schema.String,
  reason: Schema.String,
  from: Schema.String.annotate({ description: "When it began: ISO 8601, UTC." }),
  ms: Schema.Finite.annotate({ description: "How long it took, or has taken so far, in milliseconds." }),
  open: Schema.Boolean.annotate({ description: "Whether it lasts." }),
  games: Whole.annotate({ description: "Games that were unverified when it began." }),
}).annotate({ identifier: "GapFigures" })

/** The schema of {@link SourceCounts}. */
export const SourceCounts: Schema.Codec<SourceCounts> = Schema.Struct({
  events: Whole,
  frames: Whole,
  messages: Whole.annotate({ description: "Messages in the frames; 0 where no sink needs them read." }),
  changes: Whole,
  controls: Whole,
  quarantined: Whole.annotate({ description: "Messages and frames that could not be read." }),
  rejected: Whole.annotate({ description: "Outcomes that could not be read." }),
  unknown: Whole.annotate({ description: "Messages of unknown actions." }),
  ignored: Whole.annotate({ description: "Of them, those that the options say to ignore." }),
  late_arrivals: Whole.annotate({ description: "Messages that were sent before the removal that they follow." }),
  limited: Whole.annotate({ description: "Messages, or outcomes of one, that were beyond a bound." }),
  connections_lost: Whole,
  gaps: Whole.annotate({ description: "Times in which something was not live." }),
  unverified_games: Whole.annotate({ description: "Games that were unverified alone." }),
}).annotate({ identifier: "SourceCounts" })

/** The schema of {@link LatencyHistogram}. */
export const LatencyHistogram: Schema.Codec<LatencyHistogram> = Schema.Struct({
  le: Schema.Array(Schema.Finite).annotate({ description: "The upper bounds of the buckets, in milliseconds." }),
  counts: Schema.Array(Whole).annotate({ description: "The updates of each bucket alone; the last has no bound." }),
  sum: Schema.Finite.annotate({ description: "The sum of all, in milliseconds." }),
  count: Whole,
}).annotate({ identifier: "LatencyHistogram" })

/** The schema of {@link SourceStatus}. */
export const SourceStatus: Schema.Codec<SourceStatus> = Schema.Struct({
  status: Schema.Literal("source"),
  ...stamp,
  sessions: Schema.Array(SessionFigures),
  gaps: Schema.Array(GapFigures).annotate({ description: "The newest gaps, the oldest first: 10 at most." }),
  counts: SourceCounts,
  latency: LatencyHistogram,
  book: Schema.NullOr(Schema.Struct({ bytes: Whole, bound: Schema.Finite })).annotate({
    description: "The estimated size of the book, and its bound, in bytes.",
  }),
}).annotate({ identifier: "SourceStatus", title: "Source", description: "How the source and its sessions are doing." })

/** The schema of {@link LaneFigureCounts}. */
export const LaneFigureCounts: Schema.Codec<LaneFigureCounts> = Schema.Struct({
  in: Whole,
  restored: Whole.annotate({ description: "Left by an earlier run." }),
  delivered: Whole,
  coalesced: Whole.annotate({ description: "Merged into another that waited." }),
  replaced: Whole.annotate({ description: "Not needed any more after a resnapshot." }),
  dropped: Whole,
  expired: Whole,
  dead_lettered: Whole,
  pending: Whole,
  pending_bytes: Whole,
  delivered_bytes: Whole,
  batches: Whole,
  retries: Whole.annotate({ description: "Attempts beyond the first." }),
  resnapshots: Whole,
  game_resnapshots: Whole,
}).annotate({ identifier: "LaneFigureCounts" })

/** The schema of {@link BreakerFigures}. */
export const BreakerFigures: Schema.Codec<BreakerFigures> = Schema.Struct({
  failures: Whole.annotate({ description: "Failures in a row." }),
  open_ms: Schema.Finite.annotate({ description: "How long nothing is tried, in milliseconds." }),
}).annotate({ identifier: "BreakerFigures" })

/** The schema of {@link LaneFigures}. */
export const LaneFigures: Schema.Codec<LaneFigures> = Schema.Struct({
  name: Schema.String,
  type: Schema.String,
  emit: Schema.String,
  required: Schema.Boolean,
  state: Schema.Literals(["open", "ended", "disabled"]),
  lossy: Schema.Boolean.annotate({ description: "Whether its reader is missing records." }),
  counts: LaneFigureCounts,
  oldest_pending_ms: millis("How long the oldest that is pending has waited, in milliseconds."),
  breaker: Schema.NullOr(BreakerFigures).annotate({ description: "Null while nothing has failed in a row." }),
  last_error: Text.annotate({ description: "The last failure of its sink." }),
  last_error_at: Text.annotate({ description: "When that was: ISO 8601, UTC." }),
}).annotate({ identifier: "LaneFigures" })

/** The schema of {@link LanesStatus}. */
export const LanesStatus: Schema.Codec<LanesStatus> = Schema.Struct({
  status: Schema.Literal("lanes"),
  ...stamp,
  lanes: Schema.Array(LaneFigures),
}).annotate({ identifier: "LanesStatus", title: "Lanes", description: "How each sink and its lane are doing." })

/** The schema of {@link ProcessFigures}. */
export const ProcessFigures: Schema.Codec<ProcessFigures> = Schema.Struct({
  version: Schema.String,
  pid: Whole,
  started_at: Schema.String,
  rss_bytes: Whole,
  heap_used_bytes: Whole,
  heap_limit_bytes: Whole,
  cpu_s: Schema.Finite.annotate({ description: "Processor time so far, in seconds." }),
  loop_delay_p50_ms: Schema.Finite.annotate({ description: "How late turns of the event loop were: the median." }),
  loop_delay_p99_ms: Schema.Finite,
  loop_delay_max_ms: Schema.Finite,
}).annotate({ identifier: "ProcessFigures" })

/** The schema of {@link ProcessStatus}. */
export const ProcessStatus: Schema.Codec<ProcessStatus> = Schema.Struct({
  status: Schema.Literal("process"),
  ...stamp,
  phase: Schema.Literals(["starting", "running", "standby", "stopping"]),
  why: Text.annotate({ description: "Why it is a standby." }),
  process: Schema.NullOr(ProcessFigures),
}).annotate({ identifier: "ProcessStatus", title: "Process", description: "What the process is doing." })

/** The schema of {@link StatusRecord}. */
export const StatusRecord: Schema.Codec<StatusRecord> = Schema.Union([
  BooksStatus,
  SourceStatus,
  LanesStatus,
  ProcessStatus,
]).annotate({ identifier: "StatusRecord", title: "Status", description: "How a process is doing, once a second." })
