/** How two readings of one game at one sportsbook differ. */
import type { BookGame, BookLine } from "@boltodds/protocol"

/**
 * What differs: `game_missing` (held not at all) · `game_extra` (held, and gone) · `line_missing` · `line_extra` ·
 * `price` (both have one, and not the same) · `suspended` (held with a price, suspended in the snapshot) · `priced` (the
 * other way round) · `bet` (the number, the market, the target or the side).
 */
export type DifferenceKind =
  | "game_missing"
  | "game_extra"
  | "line_missing"
  | "line_extra"
  | "price"
  | "suspended"
  | "priced"
  | "bet"

/** All kinds, in the order that tables show them. */
export const differenceKinds: ReadonlyArray<DifferenceKind> = [
  "game_missing",
  "game_extra",
  "line_missing",
  "line_extra",
  "price",
  "suspended",
  "priced",
  "bet",
]

/** One difference between the book held and the fresh snapshot. */
export interface Difference {
  readonly kind: DifferenceKind
  readonly sportsbook: string
  readonly game: string
  /** The outcome key; null where a whole game is meant. */
  readonly outcome: string | null
  /** What is held, in words; null where there is nothing. */
  readonly held: string | null
  /** What the snapshot says, in words; null where there is nothing. */
  readonly fresh: string | null
  /** Whether the book held claimed to know: the line is verified, or the game whole and verified where a line is missing. */
  readonly isClaimed: boolean
}

/**
 * The differences of one game. `held` and `fresh` are its two readings, undefined where one does not have it; `isStale`
 * says that the book held claims nothing of this sportsbook to be live.
 */
export const differencesOf = (
  held: BookGame | undefined,
  fresh: BookGame | undefined,
  isStale = false,
): ReadonlyArray<Difference> => {
  const game = held ?? fresh
  if (game === undefined) return []
  const at = { sportsbook: game.sportsbook, game: game.game }
  if (held === undefined || fresh === undefined) {
    const kind = held === undefined ? "game_missing" : "game_extra"
    const words = (one: BookGame | undefined) => one === undefined ? null : `${one.lines.size} lines`
    return [{
      ...at,
      kind,
      outcome: null,
      held: words(held),
      fresh: words(fresh),
      isClaimed: !isStale && (held?.verified ?? true),
    }]
  }
  const found: Array<Difference> = []
  const add = (kind: DifferenceKind, outcome: string, one: BookLine | undefined, other: BookLine | undefined): void => {
    const isClaimed = !isStale && (one === undefined ? held.verified && !held.partial : one.verified)
    found.push({ ...at, kind, outcome, held: wordsOf(one), fresh: wordsOf(other), isClaimed })
  }
  for (const [outcome, line] of held.lines) {
    const other = fresh.lines.get(outcome)
    const kind = other === undefined ? "line_extra" : kindOf(line, other)
    if (kind !== undefined) add(kind, outcome, line, other)
  }
  for (const [outcome, line] of fresh.lines) {
    if (!held.lines.has(outcome)) add("line_missing", outcome, undefined, line)
  }
  return found
}

const kindOf = (held: BookLine, fresh: BookLine): DifferenceKind | undefined => {
  const isSameBet = held.line === fresh.line && held.market === fresh.market && held.target === fresh.target &&
    held.side === fresh.side
  if (!isSameBet) return "bet"
  if (held.odds === fresh.odds) return undefined
  return held.odds === null ? "priced" : fresh.odds === null ? "suspended" : "price"
}

const wordsOf = (line: BookLine | undefined): string | null => {
  if (line === undefined) return null
  const odds = line.odds === null ? "suspended" : line.odds > 0 ? `+${line.odds}` : String(line.odds)
  return line.line === null ? odds : `${line.line} at ${odds}`
}
