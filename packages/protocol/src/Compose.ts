/** Merging two changes of one thing into one: what lets a slow reader skip what is already history. */
import { type Change, type GameChange, isLineChange, type LineChange, type LineChangeKind } from "./Change.ts"

/** What a change is about: changes with equal keys can be composed. */
export const changeKey = (change: Change): string =>
  isLineChange(change)
    ? `${change.sportsbook}\u0000${change.game}\u0000${change.outcome}`
    : `${change.sportsbook}\u0000${change.game}`

/**
 * The one change that does what `older` and then `newer` do; undefined where they cancel (opened, then closed).
 *
 * The law: `fold` of the composed change gives the same book as `fold` of both. The result carries the newer one's
 * stamp, the oldest `previous_odds` and `previous_line`, and `merged`, the number of changes in it. Flaps merge: a line
 * closed and opened again was moved, resumed or amended. Both must have the same {@link changeKey}; `older` must stand
 * directly before `newer` among the changes of that key.
 */
export const compose = (older: Change, newer: Change): Change | undefined => {
  if (isLineChange(older) && isLineChange(newer)) return composeLines(older, newer)
  if (isLineChange(older) || isLineChange(newer)) {
    throw new TypeError("Cannot compose changes of different keys: one is about a line, the other about a game")
  }
  return composeGames(older, newer)
}

const composeLines = (older: LineChange, newer: LineChange): LineChange | undefined => {
  if (older.change === "line_opened" && newer.change === "line_closed") return undefined
  return {
    ...newer,
    change: lineKind(older, newer),
    previous_odds: older.previous_odds,
    previous_line: older.previous_line,
    merged: (older.merged ?? 1) + (newer.merged ?? 1),
  }
}

/** The kind of the whole step, by what stood before `older` and what stands after `newer`. */
const lineKind = (older: LineChange, newer: LineChange): LineChangeKind => {
  if (newer.change === "line_closed") return "line_closed"
  if (older.change === "line_opened") return "line_opened"
  if (older.previous_odds !== null && newer.odds === null) return "line_suspended"
  if (older.previous_odds === null && newer.odds !== null) return "line_resumed"
  return older.previous_odds !== newer.odds || older.previous_line !== newer.line ? "line_moved" : "line_amended"
}

const composeGames = (older: GameChange, newer: GameChange): GameChange | undefined => {
  const merged = (older.merged ?? 1) + (newer.merged ?? 1)
  const known = older.change !== "game_opened" || older.reset === true
  if (newer.change === "game_closed") return known ? { ...newer, merged } : undefined
  if (newer.change === "game_opened") {
    return known || newer.reset === true ? { ...newer, reset: true, merged } : { ...newer, merged }
  }
  // Amended: an opening stays an opening, with the newer facts.
  if (older.change === "game_opened") {
    return { ...newer, change: "game_opened", ...keptReset(older), ...keptUnverified(older), merged }
  }
  return { ...newer, merged }
}

/** Amending a game does not verify it: what opened unverified stays so. */
const keptUnverified = (opened: GameChange): { unverified?: true } =>
  opened.partial || opened.unverified === true ? { unverified: true } : {}

const keptReset = (change: GameChange): { reset?: true } => change.reset === true ? { reset: true } : {}
