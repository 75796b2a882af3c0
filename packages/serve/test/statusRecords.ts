/** Status records for these tests, in few words. */
import type {
  BooksStatus,
  LaneFigures,
  LanesStatus,
  ProcessStatus,
  SessionFigures,
  SourceStatus,
  SportsbookFigures,
  StatusRecord,
} from "@boltodds/protocol"

const at = "2026-07-16T18:00:00.000Z"
const stamp = { run: "01K0000000000000000000000A", at }

/** A sportsbook that is well. */
export const sportsbook = (name: string, fields: Partial<SportsbookFigures> = {}): SportsbookFigures => ({
  session: "feed",
  sportsbook: name,
  games: 10,
  games_verified: 10,
  lines: 200,
  suspended: 3,
  changes: 1_000,
  per_s: 12.5,
  last_at: at,
  age_ms: 250,
  lag_p50: 12,
  lag_p95: 80,
  stale: false,
  ...fields,
})

/** A session that is live. */
export const session = (fields: Partial<SessionFigures> = {}): SessionFigures => ({
  session: "feed",
  state: "live",
  why: null,
  epoch: 1,
  frame_age_ms: 40,
  paused_ms: 0,
  lag_ms: 12,
  games: 20,
  games_verified: 20,
  blind_ms: 1_315,
  next_dial_at: null,
  dials_left: 8,
  ...fields,
})

/** A lane that delivers. */
export const lane = (name: string, fields: Partial<LaneFigures> = {}): LaneFigures => ({
  name,
  type: "file",
  emit: "changes",
  required: true,
  state: "open",
  lossy: false,
  counts: {
    in: 100,
    restored: 0,
    delivered: 90,
    coalesced: 0,
    replaced: 0,
    dropped: 0,
    expired: 0,
    dead_lettered: 0,
    pending: 10,
    pending_bytes: 7_230,
    delivered_bytes: 65_070,
    batches: 9,
    retries: 0,
    resnapshots: 0,
    game_resnapshots: 0,
  },
  oldest_pending_ms: 120,
  breaker: null,
  last_error: null,
  last_error_at: null,
  ...fields,
})

export const books = (...all: ReadonlyArray<SportsbookFigures>): BooksStatus => ({
  status: "books",
  ...stamp,
  books: all,
})

export const source = (sessions: ReadonlyArray<SessionFigures>): SourceStatus => ({
  status: "source",
  ...stamp,
  sessions,
  gaps: [],
  counts: {
    events: 500,
    frames: 400,
    messages: 410,
    changes: 2_000,
    controls: 30,
    quarantined: 1,
    rejected: 2,
    unknown: 3,
    ignored: 1,
    late_arrivals: 4,
    limited: 0,
    connections_lost: 1,
    gaps: 1,
    unverified_games: 0,
  },
  latency: { le: [0, 10, 100], counts: [1, 5, 3, 1], sum: 412.5, count: 10 },
  book: { bytes: 1_000_000, bound: 1_073_741_824 },
})

export const lanes = (...all: ReadonlyArray<LaneFigures>): LanesStatus => ({ status: "lanes", ...stamp, lanes: all })

export const ofProcess = (phase: ProcessStatus["phase"] = "running", why: string | null = null): ProcessStatus => ({
  status: "process",
  ...stamp,
  phase,
  why,
  process: {
    version: "1.2.3",
    pid: 4711,
    started_at: "2026-07-16T15:00:00.000Z",
    rss_bytes: 180_000_000,
    heap_used_bytes: 90_000_000,
    heap_limit_bytes: 4_345_298_944,
    cpu_s: 61.25,
    loop_delay_p50_ms: 0.1,
    loop_delay_p99_ms: 1.5,
    loop_delay_max_ms: 12,
  },
  last: true,
})

/** All records of a process that is well. */
export const healthy = (): ReadonlyArray<StatusRecord> => [
  books(sportsbook("betmgm"), sportsbook("fanduel")),
  source([session()]),
  lanes(lane("files")),
  ofProcess(),
]
