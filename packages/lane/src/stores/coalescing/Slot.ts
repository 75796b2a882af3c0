/** What waits of one thing in a lane that coalesces. */
import { type Change, changeKey, compose, type Control, gameId, isLineChange, type Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, withLast, withValue } from "@boltodds/sink"
import { controlKey } from "./precedence.ts"

/** What waits of one line, game or control. */
export interface Slot {
  readonly key: string
  /** The game that it is a line of; undefined for games and controls. */
  readonly game: string | undefined
  readonly envelope: Envelope<Change>
  /** Whether it ends a group. The envelope is told so when it is taken, once for all merges. */
  readonly last: boolean
  /** When the newest in it arrived. */
  readonly at: Millis
  /** It was in a batch that failed: the destination may have it all the same. */
  readonly offered: boolean
  readonly weight: number
}

/** What an envelope is about, and what it weighs. */
export const slotOf = (envelope: Envelope<Change>, at: Millis, offered: boolean): Slot => {
  const { value, last } = envelope
  // By the record's own session: what a deadline brings travels with the event of any.
  const key = "change" in value ? changeKey(value) : controlKey(value.control, value.session, ...scopeOf(value))
  const game = "change" in value && isLineChange(value) ? gameId(value.sportsbook, value.game) : undefined
  return { key, game, envelope, last, at, offered, weight: weigh(envelope) }
}

/** A change that is not merged any further must say so when it is taken. */
export const takenOf = ({ envelope, last }: Slot): Envelope<Change> => withLast(envelope, last)

/** The change in a slot that holds one. */
export const changeOf = ({ envelope }: Slot): Change => envelope.value as Change

/** One slot for two. Undefined where they cancel, and the destination cannot have seen the older one. */
export const mergeSlots = (older: Slot, newer: Slot): Slot | undefined => {
  const value = compose(changeOf(older), changeOf(newer))
  const offered = older.offered || newer.offered
  if (value === undefined) return older.offered ? { ...newer, offered } : undefined
  if (newer.envelope._tag !== "Record") return newer
  return { ...newer, envelope: withValue(newer.envelope, value), offered }
}

/** In the place of another: it ends a group where that one did. */
export const inPlaceOf = (older: Slot, newer: Slot): Slot =>
  older.last === newer.last ? newer : { ...newer, last: older.last }

/** Bad news is a group of its own: to act on it early does no harm. */
export const alone = (slot: Slot): Slot => slot.last ? slot : { ...slot, last: true }

/** What was told before a doubt, and arrives behind it, is not known to be live. */
export const asUnverified = (slot: Slot): Slot => {
  const { envelope } = slot
  if (envelope._tag !== "Record" || envelope.value.unverified === true || isClosing(envelope.value)) return slot
  return { ...slot, envelope: withValue(envelope, { ...envelope.value, unverified: true }) }
}

const isClosing = (change: Change): boolean => change.change === "line_closed" || change.change === "game_closed"

const scopeOf = (control: Control): ReadonlyArray<string> => {
  switch (control.control) {
    case "game_verified":
      return [gameId(control.sportsbook, control.game)]
    case "stale":
    case "fresh":
      return [control.sportsbook ?? ""]
    case "quarantined":
      return [control.touches, control.sportsbook ?? "", control.game ?? "", control.outcome ?? ""]
    default:
      return []
  }
}

/** The names of the fields of a change, its numbers and times, and what JSON puts between them: measured, in characters. */
const lineFrame = 465
const gameFrame = 310

/**
 * About the length of the text. To write a change down only to weigh it would cost more than all else here, and most are
 * merged before anybody reads them.
 */
const weigh = (envelope: Envelope<Change>): number => {
  const { value } = envelope
  if (!("change" in value)) return envelopeBytes(envelope)
  const { run, session, sport, sportsbook, game, home_team, away_team, universal_game_id, book_game_id } = value
  const common = run.length + session.length + sport.length + sportsbook.length + game.length +
    lengthOf(home_team) + lengthOf(away_team) + lengthOf(universal_game_id) + lengthOf(book_game_id) +
    lengthOf(value.starts_at) + lengthOf(value.sent_at)
  if (!isLineChange(value)) return gameFrame + common
  const { outcome, market, target, link } = value
  return lineFrame + common + outcome.length + lengthOf(market) + lengthOf(target) + lengthOf(link)
}

const lengthOf = (text: string | null): number => text === null ? 0 : text.length
