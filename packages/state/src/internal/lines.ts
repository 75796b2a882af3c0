/** One outcome of a message, applied to its game. */
import { type ChangeCause, isOutcome, isSuspended, type LineChangeKind, outcomeFault } from "@boltodds/protocol"
import { type BookEntry, type Game, isLineVerified, type Line, type LineValues, type Session } from "./model.ts"
import { readLine, unreadable } from "./readLine.ts"
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
  const known = game.lines.get(key)
  let cause = target.cause
  let says: LineValues
  if (isOutcome(value)) {
    says = readLine(game, key, value, known, target.factsChanged)
    if (says.odds === null && !isSuspended(value.odds)) cause = "unreadable"
  } else {
    says = unreadable(known)
    cause = "unreadable"
  }
  if (cause === "unreadable") reject(work, target, key, value)

  if (known === undefined) {
    const line = newLine(work, key, says, sentAt)
    game.lines.set(key, line)
    work.core.lines++
    work.lineChange("line_opened", game, line, line.odds, null, null, cause, false)
    return true
  }
  const kind = lineKind(known, says)
  if (kind === undefined) {
    if (target.full || isLineVerified(target.session, target.book, game, known)) return false
  }
  const late = isBefore(sentAt, known.sentAt) || isBefore(sentAt, game.fullSentAt)
  if (late) work.core.counts.late++
  const { odds, line } = known
  const next = own(work, game, known)
  take(next, says)
  next.sentAt = sentAt
  next.confirmedAt = work.core.moment
  work.lineChange(kind ?? "line_amended", game, next, next.odds, odds, line, cause, late)
  return true
}

/** Closes a line that is in the game. */
export const closeLine = (work: Work, game: Game, line: Line, cause: ChangeCause): void => {
  game.lines.delete(line.outcome)
  work.core.lines--
  work.lineChange("line_closed", game, line, null, line.odds, line.line, cause, false)
}

/** The kind of change from a line to what a message says; undefined where nothing differs. The first that fits wins. */
const lineKind = (known: Line, says: LineValues): LineChangeKind | undefined => {
  if (known.odds !== says.odds) {
    if (says.odds === null) return "line_suspended"
    return known.odds === null ? "line_resumed" : "line_moved"
  }
  if (
    known.line !== says.line || known.market !== says.market || known.target !== says.target || known.side !== says.side
  ) return "line_moved"
  return known.link !== says.link || known.line_derived !== says.line_derived || known.target_kind !== says.target_kind
    ? "line_amended"
    : undefined
}

/** A line as one that may be changed in place. */
const own = (work: Work, game: Game, line: Line): Line => {
  if (line.owner === work.owner) return line
  const copy: Line = { ...line, owner: work.owner }
  game.lines.set(line.outcome, copy)
  return copy
}

const take = (line: Line, says: LineValues): void => {
  line.market = says.market
  line.target = says.target
  line.target_kind = says.target_kind
  line.side = says.side
  line.line = says.line
  line.line_derived = says.line_derived
  line.odds = says.odds
  line.link = says.link
}

const newLine = (work: Work, outcome: string, says: LineValues, sentAt: string | null): Line => ({
  owner: work.owner,
  outcome,
  market: says.market,
  target: says.target,
  target_kind: says.target_kind,
  side: says.side,
  line: says.line,
  line_derived: says.line_derived,
  odds: says.odds,
  link: says.link,
  sentAt,
  confirmedAt: work.core.moment,
})

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
