/** What events alone tell of blind windows, where no reducer runs. */
import type { Control, FeedEvent } from "@boltodds/protocol"

/**
 * The controls that stand for this event in a ledger of blind windows. Nobody looks into frames here: a gap ends when
 * the next connection has subscribed, and nothing is known to be complete.
 */
export const lossesAsControls = (event: FeedEvent): ReadonlyArray<Control> => {
  const { session, epoch } = event
  const stamp = { run: "", seq: 0, session, epoch, at: new Date(event.at).toISOString(), sent_at: null, frame: null }
  switch (event._tag) {
    case "Disconnected": {
      const { kind, code = null, detail = null } = event.reason
      return [{ control: "gap_opened", ...stamp, reason: kind, code, detail, sportsbooks: [], games: 0, lines: 0 }]
    }
    case "Subscribed": {
      const counts = { games: 0, changed: 0, absent: 0, unverified: 0, sportsbooks_missing: [] }
      return [{ control: "gap_closed", ...stamp, duration_ms: NaN, ...counts, complete: false }]
    }
    case "Silent":
      return [{ control: "stale", ...stamp, reason: "silent", sportsbook: null, age_ms: 0 }]
    case "Heard":
      return [{ control: "fresh", ...stamp, sportsbook: null }]
    default:
      return []
  }
}
