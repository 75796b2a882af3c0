/** Rows of quotes, read from the messages of the feed. */
import {
  type BookClear,
  type DataMessage,
  type GameChange,
  parseStartsAt,
  readOutcome,
  type Side,
  type SportClear,
  type TargetKind,
} from "@boltodds/protocol"

/**
 * One row: an outcome as a message quotes it, every field always there.
 *
 * A row whose `outcome` is null says: forget every quote in the scope it names. That is the game; without a `game`
 * every game of that sport at the book; without a `sport` too the whole book. It stands before the rows of a message
 * that replaces a game (`initial_state`, `game_update`, `game_added`), and alone for `game_removed`, `book_clear`,
 * `sport_clear`, and for `game_gone`: a game that settling or new filters closed. So a reader who keeps the newest row
 * per sportsbook, game and outcome, and obeys these, has what the feed says.
 */
export interface Quote {
  /** The server's time, as sent. */
  readonly sent_at: string | null
  /** Arrival by the session clock: ISO 8601, UTC. */
  readonly at: string
  readonly action: string
  readonly sport: string | null
  readonly sportsbook: string
  /** The game key as sent. */
  readonly game: string | null
  readonly universal_game_id: string | null
  readonly home_team: string | null
  readonly away_team: string | null
  /** ISO 8601, UTC. */
  readonly starts_at: string | null
  /** The key on the wire: a label, identity within this game at this book only. */
  readonly outcome: string | null
  readonly market: string | null
  readonly target: string | null
  readonly target_kind: TargetKind | null
  readonly side: Side | null
  /** As sent. */
  readonly side_raw: unknown
  /** The mean where it is a split line. */
  readonly line: number | null
  /** As sent. */
  readonly line_raw: unknown
  /** The two lines of a split (Asian, quarter) line, as sent. */
  readonly line_split: readonly [number, number] | null
  /** The line was not sent but read from the key. */
  readonly line_derived: boolean
  /** American; null where suspended, and where the price or a field that says what the bet is cannot be read. */
  readonly odds: number | null
  /** As sent. */
  readonly odds_raw: unknown
  readonly link: string | null
}

/** What the rows of one message have in common. */
type Head = Omit<Quote, keyof typeof nothing>

const nothing = {
  outcome: null,
  market: null,
  target: null,
  target_kind: null,
  side: null,
  side_raw: null,
  line: null,
  line_raw: null,
  line_split: null,
  line_derived: false,
  odds: null,
  odds_raw: null,
  link: null,
} as const

/** The rows of a message about a game; `at` is its arrival. */
export const rowsOfGame = (message: DataMessage, at: string): ReadonlyArray<Quote> => {
  const { action, data } = message
  const head = headOf(message, at)
  const rows: Array<Quote> = action === "line_update" ? [] : [{ ...head, ...nothing }]
  if (action === "game_removed") return rows
  for (const key of Object.keys(data.outcomes)) rows.push(rowOf(head, key, data.outcomes[key]))
  return rows
}

/** The row that forgets a book, or one sport of it. */
export const rowOfClear = (message: BookClear | SportClear, at: string): Quote => ({
  sent_at: message.timestamp ?? null,
  at,
  action: message.action,
  sport: message.action === "sport_clear" ? message.data.sport : null,
  sportsbook: message.data.sportsbook,
  game: null,
  universal_game_id: null,
  home_team: null,
  away_team: null,
  starts_at: null,
  ...nothing,
})

/** The row that forgets a game which no message removed. */
export const rowOfGone = (change: GameChange): Quote => {
  const { at, sport, sportsbook, game, universal_game_id, home_team, away_team, starts_at } = change
  const named = { sport, sportsbook, game, universal_game_id, home_team, away_team, starts_at }
  return { sent_at: null, at, action: "game_gone", ...named, ...nothing }
}

const headOf = ({ action, timestamp, data }: DataMessage, at: string): Head => ({
  sent_at: timestamp ?? null,
  at,
  action,
  sport: data.sport,
  sportsbook: data.sportsbook,
  game: data.game,
  universal_game_id: textOf(data.universal_game_id) ?? textOf(data.info?.["universal_id"]),
  home_team: textOf(data.home_team),
  away_team: textOf(data.away_team),
  starts_at: parseStartsAt(data.info?.["when"]),
})

const rowOf = (head: Head, key: string, outcome: unknown): Quote => {
  const read = readOutcome(key, outcome, head.home_team, head.away_team)
  const sent = Object(outcome) as { readonly [field: string]: unknown }
  return {
    ...head,
    outcome: key,
    market: read.market,
    target: read.target,
    target_kind: read.target_kind,
    side: read.side,
    side_raw: asSent(sent["outcome_over_under"]),
    line: read.line,
    line_raw: asSent(sent["outcome_line"]),
    line_split: read.line_split,
    line_derived: read.line_derived,
    odds: read.odds,
    odds_raw: asSent(sent["odds"]),
    link: read.link,
  }
}

/** JSON has no NaN and no Infinity: they are written as text. */
const asSent = (value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value ?? null

const textOf = (value: unknown): string | null => typeof value === "string" && value !== "" ? value : null
