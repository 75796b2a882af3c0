/** Synthetic changes, their fields in the order of the interface. */
import type { GameChange, LineChange, StreamStarted } from "@boltodds/protocol"

type Fields<A> = { readonly [K in keyof A]?: A[K] | undefined }

const stamp = (fields: Fields<LineChange> | Fields<GameChange>) => ({
  run: "01K0A2B3C4D5E6F7G8H9JKMNPQ",
  seq: 1,
  part: 0,
  ...(fields.origin === undefined ? {} : { origin: fields.origin }),
  session: "main",
  epoch: 1,
  at: "2026-07-16T04:54:37.438Z",
  sent_at: "2026-07-16T04:54:37.438001+00:00",
  frame: 1,
  ...(fields.last === undefined ? {} : { last: fields.last }),
  ...(fields.delayed === undefined ? {} : { delayed: fields.delayed }),
  cause: "feed",
  sport: "MLB",
  sportsbook: "fanduel",
  game: "Springfield Comets vs Shelbyville Hounds, 2026-07-16, 1e1f1b8dc2ec",
  universal_game_id: "1e1f1b8dc2ec",
  book_game_id: "31584696",
  home_team: "Springfield Comets",
  away_team: "Shelbyville Hounds",
  starts_at: "2026-07-16T23:10:00.000Z",
  ...(fields.merged === undefined ? {} : { merged: fields.merged }),
  ...(fields.unverified === undefined ? {} : { unverified: fields.unverified }),
} as const)

export const lineChange = (fields: Fields<LineChange> = {}): LineChange => ({
  change: "line_moved",
  ...stamp(fields),
  outcome: "Springfield Comets -1.5 Spread",
  market: "Spread",
  target: "Springfield Comets",
  target_kind: "home",
  side: null,
  line: -1.5,
  line_derived: false,
  odds: -110,
  link: null,
  previous_odds: -115,
  previous_line: -1.5,
  ...fields,
} as LineChange)

export const gameChange = (fields: Fields<GameChange> = {}): GameChange => ({
  change: "game_amended",
  ...stamp(fields),
  partial: false,
  ...fields,
} as GameChange)

/** The beginning of a run, before all else. */
export const streamStarted = (fields: Fields<StreamStarted> = {}): StreamStarted => ({
  control: "stream_started",
  run: "01K0A2B3C4D5E6F7G8H9JKMNPQ",
  seq: 0,
  part: 0,
  session: "main",
  epoch: 1,
  at: "2026-07-16T04:54:37.438Z",
  sent_at: null,
  frame: null,
  schema_version: 1,
  filters: {},
  ...fields,
} as StreamStarted)
