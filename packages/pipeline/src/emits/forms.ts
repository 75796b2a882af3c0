/** How records and controls are written down. */
import { type Change, type Control, encodeRecord, type GameChange } from "@boltodds/protocol"
import type { ControlValue, Form } from "@boltodds/sink"

const mark = <A extends Change | Control>(record: A, last: boolean): A => {
  if (last) return { ...record, last }
  return Object.fromEntries(Object.entries(record).filter(([field]) => field !== "last")) as unknown as A
}

/** The same value as the last of its group or not, where it is a record of ours; other values do not say so. */
export const markLast = <A>(value: A, last: boolean): A => isRecord(value) ? mark(value, last) : value

/** Whether a value is stamped like a record of the toolkit's own language. */
const isRecord = (value: unknown): value is Change | Control =>
  typeof value === "object" && value !== null && "run" in value && "seq" in value

/** Changes, in the toolkit's own language. */
export const changeForm: Form<Change> = { encode: encodeRecord, mark }

/** Controls, in the toolkit's own language. */
export const controlForm: Form<ControlValue> = { encode: encodeRecord, mark }

/**
 * Controls in the envelope of the wire, under actions of their own: `pipe_gap_opened`, …, and `pipe_game_gone` for a
 * game that is closed without a message of the feed saying so.
 */
export const wireForm: Form<ControlValue> = {
  encode: (value) => {
    if (!("control" in value)) {
      const { at, sportsbook, game, sport, cause } = value
      return JSON.stringify({ timestamp: at, action: "pipe_game_gone", data: { sportsbook, game, sport, cause } })
    }
    // A message of the feed cannot say that it is the last of its frame, so a control beside it does not either.
    const { control, at, ...data } = value
    return JSON.stringify({ timestamp: at, action: `pipe_${control}`, data: { ...data, last: undefined } })
  },
}

/** A game's closing that no message of the feed said: after settling, or by new filters. */
export const isGameGone = (change: Change): change is GameChange =>
  change.change === "game_closed" && (change.cause === "absent" || change.cause === "filters")

/** Whether a frame's record comes before its messages: a deadline that passed, or a gap that the frame itself opens. */
export const precedesMessages = (record: Change | Control): boolean =>
  record.frame === null || ("control" in record && record.control === "gap_opened")
