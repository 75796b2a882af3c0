/** The rules of the emit `fair` for a lane that coalesces. */
import type { Coalescing } from "@boltodds/lane"
import { forgetsOf, isForgotten } from "../forgets.ts"
import type { Fair } from "./Fair.ts"
import { fairEnding } from "./FairBoard.ts"

/**
 * By pair. Closings overtake. A record that waits while a control is about one of its sportsbooks is a closing: its reader
 * forgets the pair at that control.
 */
export const fairCoalescing: Coalescing<Fair> = {
  key: ({ key }) => key,
  compose: (older, newer) => {
    const merged = (older.merged ?? 1) + (newer.merged ?? 1)
    const { previous_p } = older
    if (newer.fair === "closed") return older.fair === "opened" ? undefined : { ...newer, previous_p, merged }
    const isNew = older.fair === "opened" || (older.fair === "closed" && older.reason === "unverified")
    return { ...newer, fair: isNew ? "opened" : "moved", previous_p, merged }
  },
  place: ({ fair }) => fair === "closed" ? "front" : "keep",
  invalidated: (record, control) => {
    const forgets = forgetsOf(control)
    if (forgets === undefined || record.fair === "closed") return record
    const { sportsbooks, sessions, previous_p } = record
    if (!sportsbooks.some((sportsbook, at) => isForgotten(forgets, sessions[at]!, sportsbook))) return record
    return { ...record, ...fairEnding(record), previous_p, reason: "unverified" }
  },
}
