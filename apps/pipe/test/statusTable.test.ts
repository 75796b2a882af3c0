import { describe, expect, it } from "vitest"
import type { StatusByKind } from "@boltodds/pipeline"
import { statusTable } from "../src/status/statusTable.ts"
import { heartbeatOf } from "../src/log/logHeartbeat.ts"

const stamp = { run: "01K0000000000000000000000A", at: "2026-07-16T18:12:09.500Z" }
const counts = {
  in: 41_210,
  restored: 0,
  delivered: 41_195,
  coalesced: 0,
  replaced: 0,
  dropped: 12,
  expired: 0,
  dead_lettered: 3,
  pending: 0,
  pending_bytes: 0,
  delivered_bytes: 29_000_000,
  batches: 3_000,
  retries: 2,
  resnapshots: 1,
  game_resnapshots: 0,
}

const status: StatusByKind = {
  books: {
    status: "books",
    ...stamp,
    books: [
      {
        session: "feed",
        sportsbook: "draftkings",
        games: 41,
        games_verified: 41,
        lines: 980,
        suspended: 12,
        changes: 20_000,
        per_s: 61.2,
        last_at: stamp.at,
        age_ms: 120,
        lag_p50: 12,
        lag_p95: 80,
        stale: false,
      },
      {
        session: "feed",
        sportsbook: "a sportsbook with a very long name\u001b[31m",
        games: 1_234,
        games_verified: 0,
        lines: 123_456,
        suspended: null,
        changes: 3,
        per_s: 0,
        last_at: null,
        age_ms: 754_000,
        lag_p50: null,
        lag_p95: 41_000,
        stale: true,
      },
    ],
  },
  source: {
    status: "source",
    ...stamp,
    sessions: [{
      session: "feed",
      state: "syncing",
      why: "41 of 1275 games confirmed",
      epoch: 3,
      frame_age_ms: 40,
      paused_ms: 0,
      lag_ms: 12,
      games: 1_275,
      games_verified: 41,
      blind_ms: 1_315,
      next_dial_at: null,
      dials_left: 8,
    }],
    gaps: [{
      session: "feed",
      sportsbook: null,
      kind: "gap",
      reason: "closed",
      from: "2026-07-16T18:02:01.000Z",
      ms: 1_315,
      open: false,
      games: 294,
    }, {
      session: "feed",
      sportsbook: null,
      kind: "gap",
      reason: "network",
      from: "2026-07-16T18:12:01.000Z",
      ms: 8_500,
      open: true,
      games: 1_275,
    }],
    counts: {
      events: 1,
      frames: 12_345,
      messages: 1,
      changes: 20_003,
      controls: 1,
      quarantined: 1,
      rejected: 0,
      unknown: 0,
      ignored: 0,
      late_arrivals: 0,
      limited: 0,
      connections_lost: 2,
      gaps: 2,
      unverified_games: 0,
    },
    latency: { le: [], counts: [0], sum: 0, count: 0 },
    book: null,
  },
  lanes: {
    status: "lanes",
    ...stamp,
    lanes: [{
      name: "alerts",
      type: "webhook",
      emit: "changes",
      required: false,
      state: "open",
      lossy: true,
      counts,
      oldest_pending_ms: null,
      breaker: { failures: 5, open_ms: 29_100 },
      last_error: "HTTP 503",
      last_error_at: "2026-07-16T18:11:40.000Z",
    }],
  },
  process: {
    status: "process",
    ...stamp,
    phase: "running",
    why: null,
    process: {
      version: "1.2.3",
      pid: 4711,
      started_at: "2026-07-16T15:00:00.000Z",
      rss_bytes: 190 * 1024 ** 2,
      heap_used_bytes: 1,
      heap_limit_bytes: 2,
      cpu_s: 1,
      loop_delay_p50_ms: 0,
      loop_delay_p99_ms: 1.4,
      loop_delay_max_ms: 3,
    },
  },
}

describe("the tables of a status", () => {
  it("have the process, the sessions, the sportsbooks, the sinks and the last gaps", () => {
    expect(statusTable(status)).toBe(`boltodds-pipe: running
up 3 h 12 m · pid 4711 · 190 MiB · loop p99 1 ms · 12,345 frames · 20,003 chang…
1 messages not read

SESSION          STATE       CONN    FRAME         GAMES      LAG  IN GAPS
feed             syncing        3    0.0 s      41/1,275    12 ms    1.3 s
  ! 41 of 1275 games confirmed

SPORTSBOOK               GAMES    LINES   SUSP   CHG/S    LAST  LAG P50      P95
draftkings               41/41      980     12    61.2   0.1 s    12 ms    80 ms
a sportsbook with…     0/1,234  123,456      –     0.0    13 m        –     41 s
  ! stale: nothing of it counts as live

SINK           TYPE     EMIT       STATE       DELIVERED  PENDING  OLDEST   LOST
alerts         webhook  changes    open           41,195        0       –     15
  ! its reader is missing records; circuit breaker open for 29 s; 18:11:40 HTTP…

LAST GAPS                  TOOK   GAMES OF               WHY
2026-07-16 18:12:01      8.5 s…   1,275 feed             gap: network
2026-07-16 18:02:01       1.3 s     294 feed             gap: closed
`)
  })

  it("have no line of more than 80 columns, and nothing that a terminal obeys", () => {
    for (const line of statusTable(status).split("\n")) {
      expect([...line].length).toBeLessThanOrEqual(80)
      expect(line).not.toContain("\u001b")
    }
  })

  it("of a standby say so", () => {
    expect(statusTable({ process: { status: "process", ...stamp, phase: "standby", why: "b leads", process: null } }))
      .toBe("boltodds-pipe: standby: b leads\n")
  })
})

describe("the heartbeat of the log", () => {
  it("says in one line how the process is doing", () => {
    expect(heartbeatOf(status)).toEqual({
      message: "alive for 3h12m10s: 0 of 1 session live, 41 of 1,275 games verified, 61 changes/s, 0 pending, 15 lost",
      fields: {
        sessions: 1,
        sessions_live: 0,
        games: 1_275,
        games_verified: 41,
        changes_per_s: 61,
        pending: 0,
        lost: 15,
        rss_bytes: 190 * 1024 ** 2,
      },
    })
  })
})
