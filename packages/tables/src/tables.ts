/** The tables: one for each emit that has rows. */
import { type Layout, makeTable, type Table } from "./Table.ts"

const stamp: Layout = [
  ["received_at", "at"],
  "sent_at",
  "run",
  "seq",
  "part",
  "origin",
  ["session_name", "session"],
  "epoch",
]

const group: Layout = [["is_last", "last"], ["is_delayed", "delayed"], "merged"]

/** What controls say, in the tables that have them. */
const controls: Layout = [
  "reason",
  "touches",
  "games",
  "games_verified",
  "lines",
  "lag_ms",
  "frame_age_ms",
  "age_ms",
  "duration_ms",
  ["is_complete", "complete"],
  "details",
]

const changes = makeTable("changes", "A change of the book, or a control: with them, when prices were unverified.", [
  ...stamp,
  "frame",
  ["kind", "change", "control"],
  "is_control",
  "cause",
  "sport",
  "sportsbook",
  "game",
  "universal_game_id",
  "book_game_id",
  "home_team",
  "away_team",
  "starts_at",
  "outcome",
  "market",
  "target",
  "target_kind",
  "side",
  "line",
  ["is_line_derived", "line_derived"],
  "line_split",
  "odds",
  "previous_odds",
  "previous_line",
  "link",
  ["is_late", "late"],
  ["is_unverified", "unverified"],
  ["is_partial", "partial"],
  ["is_reset", "reset"],
  "market_raw",
  "target_raw",
  "side_raw",
  "line_raw",
  ...group,
  ...controls,
])

const quotes = makeTable(
  "quotes",
  "An outcome as a message quotes it. Without an outcome: what the row names is to be forgotten. Controls are no rows.",
  [
    ...stamp,
    ["message_action", "action"],
    "sport",
    "sportsbook",
    "game",
    "universal_game_id",
    "home_team",
    "away_team",
    "starts_at",
    "outcome",
    "market",
    "target",
    "target_kind",
    "side",
    "side_raw",
    "line",
    "line_raw",
    "line_split",
    ["is_line_derived", "line_derived"],
    "odds",
    "odds_raw",
    "link",
    "details",
  ],
  { read: (record) => "control" in record ? undefined : record },
)

const messages = makeTable("messages", "A message of the feed, whole, with what it names.", [
  ...stamp,
  ["message_action", "action"],
  "sport",
  "sportsbook",
  "game",
  "outcomes",
  "body",
], {
  read: (record) => {
    const { message = record, ...meta } = "message" in record && !("action" in record) ? record : { message: record }
    const wire = objectOf(message)
    const data = objectOf(wire["data"])
    const { action, timestamp } = wire
    // The time of a control is ours, that of a message the server's.
    const time = typeof action === "string" && action.startsWith("pipe_") ? { at: timestamp } : { sent_at: timestamp }
    const { sport, sportsbook, game, outcomes } = data
    const names = { sport: textOf(sport), sportsbook: textOf(sportsbook), game: textOf(game) }
    const count = typeof outcomes === "object" && outcomes !== null ? Object.keys(outcomes).length : undefined
    return { ...time, ...meta, action: textOf(action), ...names, outcomes: count, body: message }
  },
})

const objectOf = (value: unknown): { readonly [field: string]: unknown } =>
  typeof value === "object" && value !== null ? value as { readonly [field: string]: unknown } : {}

const textOf = (value: unknown): string | undefined => typeof value === "string" ? value : undefined

/** What all signals say of their subject. */
const subject: Layout = [
  "frame",
  "cause",
  ["selection_key", "key"],
  ["event_key", "event"],
  "sport",
  ["selection_family", "family"],
  "home_team",
  "away_team",
  "starts_at",
  "phase",
  ["game_period", "period"],
  ["bet_kind", "kind"],
  ["bet_scope", "scope"],
  "participant",
  "stat",
  "line",
]

const best = makeTable("best", "The best price of a selection, which was found, changed or ended; or a control.", [
  ...stamp,
  ["kind", "best", "control"],
  "is_control",
  ...subject,
  "side",
  "odds",
  ["decimal_odds", "decimal"],
  ["net_odds", "net"],
  "fees",
  "sportsbook",
  "sportsbooks",
  "sessions",
  "game",
  "outcome",
  "link",
  ["price_count", "of"],
  "next_odds",
  "booksum",
  "previous_odds",
  "previous_sportsbooks",
  "warnings",
  ...group,
  ...controls,
])

const fair = makeTable("fair", "The fair probabilities of a pair, which were found, changed or ended; or a control.", [
  ...stamp,
  ["kind", "fair", "control"],
  "is_control",
  ...subject,
  ["p_by_side", "p"],
  ["previous_p_by_side", "previous_p"],
  ["devig_method", "method"],
  ["reference_name", "reference"],
  "sportsbook",
  "sportsbooks",
  "sessions",
  "game",
  ["family_count", "families"],
  "spread_of_p",
  "main_at",
  ["is_consensus_main", "consensus_main"],
  ["hold_by_sportsbook", "hold"],
  ["is_push_possible", "push"],
  ...group,
  ...controls,
])

const closing = makeTable(
  "closing",
  "The last price of a selection at a sportsbook that was live before the start, or why there is none; or a control.",
  [
    ...stamp,
    ["kind", "closing", "control"],
    "is_control",
    ...subject,
    "side",
    "sportsbook",
    "game",
    "outcome",
    "odds",
    ["decimal_odds", "decimal"],
    ["net_odds", "net"],
    "fees",
    ["reference_p", "fair"],
    ["reference_name", "reference"],
    ["family_count", "families"],
    ["outcome_count", "outcomes"],
    ["winner_count", "winners"],
    ["is_push_possible", "push"],
    ["is_main", "main"],
    "price_age_ms",
    "odds_before",
    ["is_start_moved", "start_moved"],
    "warnings",
    ...group,
    ...controls,
  ],
)

const opportunities = makeTable(
  "opportunities",
  "An opportunity that was found, changed or ended; or a control.",
  [
    ...stamp,
    ["kind", "opportunity", "control"],
    "is_control",
    ...subject,
    ["opportunity_id", "id"],
    ["opportunity_type", "type"],
    ["opportunity_value", "value"],
    "booksum",
    "stakes",
    "legs",
    ["fair_p", "p"],
    ["reference_name", "reference"],
    ["line_gap", "gap"],
    ["miss_value", "miss"],
    ["both_value", "both"],
    "confirmed_ms",
    ["peak_value", "peak"],
    "fees",
    ["is_push_possible", "push_possible"],
    "warnings",
    ["reopened_count", "reopened"],
    "open_ms",
    "sportsbook",
    "game",
    ...group,
    ...controls,
  ],
)

/** The tables, in the order of the emits. `raw` has none: a recording is replayed first. */
export const tables: ReadonlyArray<Table> = [changes, messages, quotes, best, fair, closing, opportunities]

/** The table of an emit; undefined where it has none. */
export const tableOf = (emit: string): Table | undefined => tables.find(({ name }) => name === emit)

/**
 * Which emit wrote a record: the name of a table, `control` where it may be any with controls, undefined for anything else.
 *
 * @example
 * ```ts
 * import { emitOfRecord } from "@boltodds/tables"
 *
 * emitOfRecord(JSON.parse('{"change":"line_moved","odds":-110}')) // "changes"
 * emitOfRecord(JSON.parse('{"boltodds_recording":1}')) // undefined
 * ```
 */
export const emitOfRecord = (record: unknown): string | undefined => {
  if (typeof record !== "object" || record === null) return undefined
  for (const [field, emit] of marks) if (field in record) return emit
  return undefined
}

/** Of each emit the field that no other has. */
const marks: ReadonlyArray<readonly [string, string]> = [
  ["change", "changes"],
  // It has the field of fair prices too.
  ["closing", "closing"],
  ["best", "best"],
  ["fair", "fair"],
  ["opportunity", "opportunities"],
  ["control", "control"],
  ["odds_raw", "quotes"],
  ["message", "messages"],
  ["action", "messages"],
]
