/** Rows of quotes, read from the messages of the feed. */
import {
  type BookClear,
  type DataMessage,
  deriveLine,
  type GameChange,
  type GameData,
  isLineMissing,
  isOutcome,
  parseLine,
  parseOdds,
  parseSide,
  parseStartsAt,
  type Side,
  type SportClear,
  type TargetKind,
  targetKind,
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
  readonly line: number | null
  /** The line was not sent but read from the key. */
  readonly line_derived: boolean
  /** American; null where suspended, or not readable as a price. */
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
  line: null,
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

const rowOf = (head: Head, key: string, outcome: GameData["outcomes"][string] | undefined): Quote => {
  // One that has not the shape of an outcome is quoted without a price: nothing of it is to be believed.
  if (!isOutcome(outcome)) return { ...head, ...nothing, outcome: key }
  const market = outcome.outcome_name ?? null
  const target = outcome.outcome_target ?? null
  const sent = parseLine(outcome.outcome_line)
  const line = sent === null && isLineMissing(outcome.outcome_line)
    ? deriveLine(key, market, target, [head.home_team, head.away_team])
    : sent
  const odds = parseOdds(outcome.odds)
  return {
    ...head,
    outcome: key,
    market,
    target,
    target_kind: targetKind(target, head.home_team, head.away_team),
    side: parseSide(outcome.outcome_over_under),
    line,
    line_derived: sent === null && line !== null,
    odds: odds._tag === "Priced" ? odds.odds : null,
    odds_raw: outcome.odds ?? null,
    link: textOf(outcome.link),
  }
}

const textOf = (value: unknown): string | null => typeof value === "string" && value !== "" ? value : null
