/** Resnapshots of single games for the reader of one route. */
import { type Change, type Control, type GameChange, gameId, isLineChange } from "@boltodds/protocol"
import type { LostGame } from "@boltodds/lane"
import { type Envelope, withLast } from "@boltodds/sink"
import type { SnapshotPlace } from "@boltodds/state"
import type { GameSnapshots } from "../emits/Emit.ts"
import type { LaneOrigin } from "./LaneOrigin.ts"
import type { ProcessorRun } from "./ProcessorRun.ts"

type Records = ReadonlyArray<Change | Control>

/**
 * The envelopes of a resnapshot of these games, in one group: the games as they are now, through the processor of the
 * route.
 *
 * A processor first gets the closing of each game, so that it forgets the game. If it then passes lines but not the
 * `game_opened` before them, the group begins with the closing of the game: otherwise the reader would keep lines that
 * are gone.
 *
 * Undefined if there is a processor and a game is not in the state: it may be there under another name.
 */
export const resnapshotGames = <A>(
  games: ReadonlyArray<LostGame>,
  origin: LaneOrigin,
  snapshotOf: (games: ReadonlyArray<LostGame>, place: SnapshotPlace) => Records,
  { of: envelopesOf, begins }: GameSnapshots<A>,
  processing: ProcessorRun<A, A> | undefined,
): ReadonlyArray<Envelope<A>> | undefined => {
  // The closings come before the openings, also by `part`.
  const ahead = processing === undefined ? 0 : origin.take(games.length)
  const place = { origin: origin.name, part: origin.next }
  const records = snapshotOf(games, place)
  const envelopes = envelopesOf(records)
  // An emit may make more of them than there are records.
  origin.take(Math.max(records.length, envelopes.length))
  if (processing === undefined) return envelopes
  // The game is not in the state under this name: a processor may have renamed it.
  if (records.some(isClosing)) return undefined
  const closings = records.filter(isOpening).map((record, index) => closingOf(record, ahead + index))
  const closed = processing.turn(envelopesOf(closings), -Infinity)
  const opened = processing.turn(envelopes, -Infinity)
  const beginningOf = ({ _tag, value }: Envelope<A>): ReadonlyArray<string> => {
    const game = _tag === "Record" ? begins(value) : undefined
    return game === undefined ? [] : [game]
  }
  const begun = new Set(opened.flatMap(beginningOf))
  const missing = closings.filter((closing) => !begun.has(gameId(closing.sportsbook, closing.game)))
  // In the form of the processor, if it passes the closing.
  const passed = new Map(closed.flatMap((envelope) => beginningOf(envelope).map((id) => [id, envelope] as const)))
  const closedFirst = missing.flatMap((closing) => {
    const own = passed.get(gameId(closing.sportsbook, closing.game))
    return own === undefined ? envelopesOf([closing]) : [own]
  })
  const all = [...closedFirst, ...opened]
  return all.map((envelope, index) => withLast(envelope, index === all.length - 1))
}

const isGame = (record: Change | Control): record is GameChange => "change" in record && !isLineChange(record)

const isClosing = (record: Change | Control): boolean => isGame(record) && record.change === "game_closed"

const isOpening = (record: Change | Control): record is GameChange => isGame(record) && record.change === "game_opened"

/** The closing of a game that a snapshot opens. */
const closingOf = ({ unverified: _, ...rest }: GameChange, part: number): GameChange => ({
  ...rest,
  change: "game_closed",
  part,
})
