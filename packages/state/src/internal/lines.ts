/** One outcome of a message, applied to its game. */
import { type ChangeCause, isOutcome, type LineChangeKind, outcomeFault } from "@boltodds/protocol"
import { type BookEntry, type Game, isLineVerified, type Line, type Session } from "./model.ts"
import { isUnreadable, readLine, unreadableLine } from "./readLine.ts"
import { isBefore } from "./sentAt.ts"
import type { Work } from "./work.ts"

/** Where a message stands: the parts of the model it writes to, and how. */
export interface Target {
  readonly session: Session
  readonly book: BookEntry
  readonly game: Game
  readonly cause: ChangeCause
  readonly sentAt: string | null
  readonly factsChanged: boolean
  /** A full message confirms all lines of its game afterwards; a line update confirms each one it names. */
  readonly full: boolean
}

/** Applies one outcome; true where that made a change. */
export const applyOutcome = (work: Work, target: Target, key: string, value: unknown): boolean => {
  const { game, sentAt } = target
  const { core } = work
  const known = game.lines.get(key)
  let next: Line
  let unreadable = false
  if (isOutcome(value)) {
    next = readLine(game, key, value, known, target.factsChanged, sentAt, core.moment)
    unreadable = next.odds === null && isUnreadable(value)
  } else {
    next = unreadableLine(key, known, sentAt, core.moment)
    unreadable = true
  }
  if (unreadable) reject(work, target, key, value)

  if (next === known) {
    if (target.full || isLineVerified(target.session, target.book, game, known)) return false
    next = { ...known, sentAt, confirmedAt: core.moment }
  } else if (known === undefined) core.lines++
  const late = known !== undefined && (isBefore(sentAt, known.sentAt) || isBefore(sentAt, game.fullSentAt))
  if (late) core.counts.late++
  game.lines.set(key, next)
  const cause = unreadable ? "unreadable" : target.cause
  work.lineChange(lineKind(known, next), game, next, next.odds, known, cause, late)
  return true
}

/** Closes a line that is in the game. */
export const closeLine = (work: Work, game: Game, line: Line, cause: ChangeCause): void => {
  game.lines.delete(line.outcome)
  work.core.lines--
  work.lineChange("line_closed", game, line, null, line, cause, false)
}

const lineKind = (known: Line | undefined, next: Line): LineChangeKind => {
  if (known === undefined) return "line_opened"
  if (known.odds !== null && next.odds === null) return "line_suspended"
  if (known.odds === null && next.odds !== null) return "line_resumed"
  return known.odds !== next.odds || known.line !== next.line || known.market !== next.market ||
      known.target !== next.target || known.side !== next.side
    ? "line_moved"
    : "line_amended"
}

const reject = (work: Work, { game }: Target, key: string, value: unknown): void => {
  work.core.counts.rejected++
  work.control("quarantined", {
    reason: outcomeFault(value) ?? "the price cannot be read",
    touches: "outcome",
    sportsbook: game.sportsbook,
    game: game.game,
    outcome: key,
    text: beginning(value),
  })
}

const beginning = (value: unknown): string => {
  let text: string
  try {
    text = JSON.stringify(value) ?? String(value)
  } catch {
    // Nested too deep to be written: the reason and the key say where it stood.
    text = "(nested too deep to show)"
  }
  return text.slice(0, 200)
}
