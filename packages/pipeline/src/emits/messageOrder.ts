/** Which records an emit of messages tells, and when. */
import type { Change, Control, GameChange } from "@boltodds/protocol"

/** A game's closing that no message of the feed said: after settling, or by new filters. */
export const isGameGone = (change: Change): change is GameChange =>
  change.change === "game_closed" && (change.cause === "absent" || change.cause === "filters")

/** Whether a frame's record comes before its messages: a deadline that passed, or a gap that the frame itself opens. */
export const precedesMessages = (record: Change | Control): boolean =>
  record.frame === null || ("control" in record && record.control === "gap_opened")
