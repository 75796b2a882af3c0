/** What happened to the odds: the toolkit's own language, one record per game or outcome and message. */
import * as Schema from "effect/Schema"
import { type Side, sides, type TargetKind, targetKinds } from "./Side.ts"
import type { Stamp } from "./Stamp.ts"
import { Finite, stampFields, Text, Whole } from "./recordFields.ts"

/**
 * Why a change came.
 *
 * `feed`: a message said so · `resync`: found after a gap, when it happened is not known · `absent`: gone from the
 * snapshot after a gap · `book_clear`, `sport_clear` · `filters`: excluded by new filters · `unreadable`: its price,
 * or what the bet is, could not be read, so it counts as suspended · `snapshot`: sent again, nothing changed.
 */
export type ChangeCause = typeof changeCauses[number]

/** Every {@link ChangeCause}. */
export const changeCauses = [
  "feed",
  "resync",
  "absent",
  "book_clear",
  "sport_clear",
  "filters",
  "unreadable",
  "snapshot",
] as const

/** What every change says of its game. */
export interface ChangeBase extends Stamp {
  readonly cause: ChangeCause
  readonly sport: string
  readonly sportsbook: string
  /** The game key as sent: with `sportsbook`, the game's identity. */
  readonly game: string
  readonly universal_game_id: string | null
  readonly book_game_id: string | null
  readonly home_team: string | null
  readonly away_team: string | null
  /** ISO 8601, UTC; null where it is not known. */
  readonly starts_at: string | null
  /** How many changes were merged into this one, where any were. */
  readonly merged?: number
  /**
   * It is not known to be what the book quotes now: on a snapshot's changes, where a merged opening began unverified, and
   * on a `line_amended` that only says what kind of target a line has since the teams changed places.
   */
  readonly unverified?: true
}

/** The kinds of a {@link GameChange}. */
export type GameChangeKind = typeof gameChangeKinds[number]

/** Every {@link GameChangeKind}. */
export const gameChangeKinds = ["game_opened", "game_amended", "game_closed"] as const

/**
 * A game at one sportsbook appeared, changed what is said of it, or went (with all its lines).
 *
 * `game_opened` starts the game anew, without lines. `partial`: so far only line updates named it, and it may have
 * more lines than are known.
 */
export interface GameChange extends ChangeBase {
  readonly change: GameChangeKind
  readonly partial: boolean
  /** On a merged `game_opened`: the game was known before and closed in between. */
  readonly reset?: true
}

/** The kinds of a {@link LineChange}; the first that fits wins: opened/closed, suspended/resumed, moved, amended. */
export type LineChangeKind = typeof lineChangeKinds[number]

/** Every {@link LineChangeKind}. */
export const lineChangeKinds = [
  "line_opened",
  "line_moved",
  "line_suspended",
  "line_resumed",
  "line_amended",
  "line_closed",
] as const

/**
 * One outcome changed. Carries the whole new line; a `line_closed` carries the line as it last stood, without odds.
 *
 * `line_amended` also confirms a line that was unverified and did not change.
 */
export interface LineChange extends ChangeBase {
  readonly change: LineChangeKind
  /** The key on the wire: with `sportsbook` and `game`, the line's identity. */
  readonly outcome: string
  readonly market: string | null
  readonly target: string | null
  readonly target_kind: TargetKind | null
  readonly side: Side | null
  /** The mean where it is a split line. */
  readonly line: number | null
  /** The line was not sent but read from the key. */
  readonly line_derived: boolean
  /** American; null while suspended. */
  readonly odds: number | null
  readonly link: string | null
  readonly previous_odds: number | null
  readonly previous_line: number | null
  /** The server sent it before something that arrived earlier; applied all the same, arrival order wins. */
  readonly late?: true
  /** The two lines of a split (Asian, quarter) line, as sent: half the stake is on each. */
  readonly line_split?: readonly [number, number]
  /**
   * What was sent for a field that cannot be read, as text; the field itself is null then, the line is suspended, and
   * its `cause` is `unreadable`. At most 200 characters.
   */
  readonly market_raw?: string
  /** See `market_raw`. */
  readonly target_raw?: string
  /** See `market_raw`. */
  readonly side_raw?: string
  /** See `market_raw`. */
  readonly line_raw?: string
}

/** The fields of a line that few lines have: a split line, and what was sent for a field that cannot be read. */
export type LineExtras = Pick<LineChange, "line_split" | "market_raw" | "target_raw" | "side_raw" | "line_raw">

/** The extra fields of a line, alone; undefined where it has none. */
export const lineExtras = (line: LineExtras): LineExtras | undefined => {
  let extras: { -readonly [K in keyof LineExtras]: LineExtras[K] } | undefined
  if (line.line_split !== undefined) (extras ??= {}).line_split = line.line_split
  if (line.market_raw !== undefined) (extras ??= {}).market_raw = line.market_raw
  if (line.target_raw !== undefined) (extras ??= {}).target_raw = line.target_raw
  if (line.side_raw !== undefined) (extras ??= {}).side_raw = line.side_raw
  if (line.line_raw !== undefined) (extras ??= {}).line_raw = line.line_raw
  return extras
}

/** Whether two lines have the same extra fields. */
export const sameExtras = (one: LineExtras, other: LineExtras): boolean =>
  one.line_raw === other.line_raw && one.side_raw === other.side_raw && one.market_raw === other.market_raw &&
  one.target_raw === other.target_raw && one.line_split?.[0] === other.line_split?.[0] &&
  one.line_split?.[1] === other.line_split?.[1]

/** A change of the book. Readers ignore kinds and fields they do not know. */
export type Change = GameChange | LineChange

/** Whether a change is about one line. */
export const isLineChange = (change: Change): change is LineChange => "outcome" in change

const rawField = Schema.optionalKey(
  Schema.String.annotate({
    description: "What was sent for a field that cannot be read, as text: the line is suspended.",
  }),
)
const baseFields = {
  ...stampFields,
  cause: Schema.Literals(changeCauses),
  sport: Schema.String,
  sportsbook: Schema.String,
  game: Schema.String.annotate({ description: "The game key as sent: with sportsbook, the game's identity." }),
  universal_game_id: Text,
  book_game_id: Text,
  home_team: Text,
  away_team: Text,
  starts_at: Text.annotate({ description: "ISO 8601, UTC." }),
  merged: Schema.optionalKey(Whole.annotate({ description: "How many changes were merged into this one." })),
  unverified: Schema.optionalKey(Schema.Literal(true)),
}

/** The schema of {@link GameChange}. */
export const GameChange: Schema.Codec<GameChange> = Schema.Struct({
  change: Schema.Literals(gameChangeKinds),
  ...baseFields,
  partial: Schema.Boolean,
  reset: Schema.optionalKey(Schema.Literal(true)),
}).annotate({
  identifier: "GameChange",
  title: "Game change",
  description: "A game at one sportsbook appeared, changed what is said of it, or went with all its lines.",
})

/** The schema of {@link LineChange}. */
export const LineChange: Schema.Codec<LineChange> = Schema.Struct({
  change: Schema.Literals(lineChangeKinds),
  ...baseFields,
  outcome: Schema.String.annotate({
    description: "The key on the wire: with sportsbook and game, the line's identity.",
  }),
  market: Text,
  target: Text,
  target_kind: Schema.NullOr(Schema.Literals(targetKinds)),
  side: Schema.NullOr(Schema.Literals(sides)),
  line: Finite,
  line_derived: Schema.Boolean,
  odds: Finite.annotate({ description: "American; null while suspended." }),
  link: Text,
  previous_odds: Finite,
  previous_line: Finite,
  late: Schema.optionalKey(Schema.Literal(true)),
  line_split: Schema.optionalKey(
    Schema.Tuple([Schema.Finite, Schema.Finite]).annotate({
      description: "The two lines of a split (Asian, quarter) line; `line` is their mean.",
    }),
  ),
  market_raw: rawField,
  target_raw: rawField,
  side_raw: rawField,
  line_raw: rawField,
}).annotate({
  identifier: "LineChange",
  title: "Line change",
  description: "One outcome changed; carries the whole new line.",
})

/** The schema of {@link Change}. */
export const Change: Schema.Codec<Change> = Schema.Union([LineChange, GameChange]).annotate({ identifier: "Change" })
