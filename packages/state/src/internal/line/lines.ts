/** One outcome of a message, applied to its game. */
import {
  type ChangeCause,
  type LineChangeKind,
  type LineExtras,
  outcomeFault,
  rawText,
  sameExtras,
  targetKind,
} from "@boltodds/protocol"
import type { StateLimit } from "../../Limits.ts"
import { lineBeyond, textsBeyond } from "../limits.ts"
import { readLine, unreadableOutcome } from "./readLine.ts"
import { isBefore } from "../game/sentAt.ts"
import { lineBytes, textBytes } from "../size.ts"
import type { Work } from "../work.ts"
import type { Game, Line, LineValues, SportsbookEntry } from "../model.ts"
import type { SessionState } from "../session/SessionState.ts"
import { isLineVerified } from "../verification.ts"

/** Where a message stands: the parts of the model it writes to, and how. */
export interface LineTarget {
  readonly session: SessionState
  readonly entry: SportsbookEntry
  readonly game: Game
  readonly cause: ChangeCause
  readonly sentAt: string | null
  /** The server sent this before the last full message. */
  readonly late: boolean
  readonly factsChanged: boolean
  /** A full message confirms all lines of its game afterwards; a line update confirms each one it names. */
  readonly full: boolean
}

/** Applies one outcome. Says whether that made a change, or which bound it is beyond: then nothing of it is applied. */
export const applyOutcome = (
  work: Work,
  target: LineTarget,
  key: string,
  value: unknown,
): "changed" | "same" | StateLimit => {
  const { game, sentAt } = target
  const known = game.lines.get(key)
  const says = isObject(value) ? readLine(target, key, value, known) : unreadableOutcome(known)
  const { unreadable } = says
  const before = known === undefined ? 0 : known.unreadable
  const cause = unreadable === 0 ? target.cause : "unreadable"
  if (known === undefined) {
    const beyond = lineBeyond(work.core, game, key, says)
    if (beyond !== undefined) return beyond
    if (unreadable !== 0) reject(work, target, key, { value, unreadable, before })
    const bytes = lineBytes(key, says)
    game.lineBytes += bytes
    work.core.bytes += bytes
    const line = newLine(work, key, says, sentAt)
    game.lines.set(key, line)
    work.core.lines++
    if (says.odds === null) game.suspended++
    const record = work.lineChange("line_opened", game, line, cause)
    if (target.late) countLate(work, record)
    return "changed"
  }
  if (unreadable !== 0) reject(work, target, key, { value, unreadable, before })
  const kind = lineKind(known, says)
  if (kind === undefined && (target.full || isLineVerified(target.session, target.entry, game, known))) {
    // Nothing to emit. Remember when the line was last named, and whether it could be read.
    const named = !target.full && sentAt !== null && !isLate(target, known)
    if (named || known.unreadable !== unreadable) {
      const same = own(work, game, known)
      same.unreadable = unreadable
      if (named) same.sentAt = sentAt
    }
    return "same"
  }
  if (
    known.link !== says.link || known.market !== says.market || known.target !== says.target ||
    known.extras !== says.extras
  ) {
    const beyond = textsBeyond(work.core, known, says)
    if (beyond !== undefined) return beyond
    const growth = textBytes(says) - textBytes(known)
    game.lineBytes += growth
    work.core.bytes += growth
  }
  const late = isLate(target, known)
  const { odds, line } = known
  const next = own(work, game, known)
  if (odds !== says.odds) game.suspended += Number(says.odds === null) - Number(odds === null)
  take(next, says)
  if (!late && sentAt !== null) next.sentAt = sentAt
  next.confirmedAt = work.core.moment
  const record = work.lineChange(kind ?? "line_amended", game, next, cause)
  record.previous_odds = odds
  record.previous_line = line
  if (late) countLate(work, record)
  return "changed"
}

/**
 * Amends the lines whose target is another side of the game now that its teams have changed. The message does not name
 * these lines: what was unverified stays so.
 */
export const retarget = (work: Work, target: LineTarget): number => {
  const { session, entry, game, cause } = target
  let changed = 0
  for (const line of game.lines.values()) {
    const kind = targetKind(line.target, game.home_team, game.away_team)
    if (kind === line.target_kind) continue
    const next = own(work, game, line)
    next.target_kind = kind
    const record = work.lineChange("line_amended", game, next, cause)
    record.previous_odds = next.odds
    record.previous_line = next.line
    if (!isLineVerified(session, entry, game, next)) work.markUnverified()
    changed++
  }
  return changed
}

/** Closes a line that is in the game. */
export const closeLine = (
  work: Work,
  game: Game,
  line: Line,
  { cause, late }: Pick<LineTarget, "cause" | "late">,
): void => {
  game.lines.delete(line.outcome)
  work.core.lines--
  if (line.odds === null) game.suspended--
  const bytes = lineBytes(line.outcome, line)
  game.lineBytes -= bytes
  work.core.bytes -= bytes
  const record = work.lineChange("line_closed", game, line, cause)
  record.odds = null
  record.previous_odds = line.odds
  record.previous_line = line.line
  if (late) countLate(work, record)
}

const countLate = (work: Work, record: { late?: true }): void => {
  work.core.counts.late++
  record.late = true
}

/** Whether the server sent this before something that arrived earlier. */
export const isLate = ({ late, sentAt }: LineTarget, line: Line | undefined): boolean =>
  late || (line !== undefined && isBefore(sentAt, line.sentAt))

/** The kind of change from a line to what a message says; undefined where nothing differs. The first that fits wins. */
const lineKind = (known: Line, says: LineValues): LineChangeKind | undefined => {
  if (known.odds !== says.odds) {
    if (says.odds === null) return "line_suspended"
    return known.odds === null ? "line_resumed" : "line_moved"
  }
  if (
    known.line !== says.line || known.market !== says.market || known.target !== says.target || known.side !== says.side
  ) return "line_moved"
  return known.link !== says.link || known.line_derived !== says.line_derived ||
      known.target_kind !== says.target_kind ||
      (known.extras !== says.extras && !sameExtras(known.extras ?? none, says.extras ?? none))
    ? "line_amended"
    : undefined
}

const none: LineExtras = {}

/** A line as one that may be changed in place. `line` must be the game's own at this moment. */
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
  line.extras = says.extras
  line.unreadable = says.unreadable
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
  extras: says.extras,
  unreadable: says.unreadable,
  sentAt,
  confirmedAt: work.core.moment,
})

/** Counts every unreadable outcome, and reports the first of a run of them, and each further field that joins it. */
const reject = (
  work: Work,
  { game }: LineTarget,
  key: string,
  { value, unreadable, before }: { readonly value: unknown; readonly unreadable: number; readonly before: number },
): void => {
  work.core.counts.rejected++
  if ((unreadable & ~before) === 0) return
  work.control("quarantined", {
    reason: outcomeFault(value) ?? "the outcome cannot be read with what is known of it",
    touches: "outcome",
    sportsbook: game.sportsbook,
    game: game.game,
    outcome: key,
    text: rawText(value),
  })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
