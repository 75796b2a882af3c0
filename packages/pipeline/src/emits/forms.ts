/** The texts of records and controls. */
import { type Change, type Control, encodeRecord, type GameChange } from "@boltodds/protocol"
import type { ControlValue, Form } from "@boltodds/sink"

const mark = <A extends Change | Control>(record: A, last: boolean): A => {
  if (last) return { ...record, last }
  return Object.fromEntries(Object.entries(record).filter(([field]) => field !== "last")) as unknown as A
}

/** Sets `last` in a change or control; other values stay as they are. */
export const markLast = <A>(value: A, last: boolean): A => isRecord(value) ? mark(value, last) : value

/** Whether a value is a change or a control. */
const isRecord = (value: unknown): value is Change | Control =>
  typeof value === "object" && value !== null && "run" in value && "seq" in value

/** The text of changes. */
export const changeForm: Form<Change> = { encode: encodeRecord, mark }

/** The text of controls. */
export const controlForm: Form<ControlValue> = { encode: encodeRecord, mark }

/**
 * The text of controls in the envelope of the wire, with actions such as `pipe_gap_opened`, and `pipe_game_gone` for a
 * game that was closed without a message of the feed. With `games`, `pipe_game_opened` and all closings.
 */
export const wireForm: Form<ControlValue> = {
  encode: (value) => {
    if (!("control" in value)) {
      const { at, sportsbook, game, sport, cause } = value
      const action = value.change === "game_opened" ? "pipe_game_opened" : "pipe_game_gone"
      return JSON.stringify({ timestamp: at, action, data: { sportsbook, game, sport, cause } })
    }
    // Messages of the feed have no `last`, so the controls beside them have none either.
    const { control, at, ...data } = value
    return JSON.stringify({ timestamp: at, action: `pipe_${control}`, data: { ...data, last: undefined } })
  },
}

/** Whether a game was closed without a message of the feed: after settling, or by new filters. */
export const isGameGone = (change: Change): change is GameChange =>
  change.change === "game_closed" && (change.cause === "absent" || change.cause === "filters")

/** Whether a game begins or ends with this change. */
export const isGameEdge = (change: Change): change is GameChange =>
  change.change === "game_opened" || change.change === "game_closed"

/** Whether a record comes before the messages of its frame: a passed deadline, or a gap that the frame itself opens. */
export const precedesMessages = (record: Change | Control): boolean =>
  record.frame === null || ("control" in record && record.control === "gap_opened")
