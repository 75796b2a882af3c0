/** What a control means to what waits in a lane that coalesces: its place, and what is obsolete after it. */
import type { Change, Control } from "@boltodds/protocol"
import type { CoalescingPlace } from "./Coalescing.ts"

/** What a control means to what waits. */
export interface Precedence {
  readonly place: CoalescingPlace
  /** The kinds of controls that it makes obsolete, in its scope. */
  readonly ends: ReadonlyArray<Control["control"]>
  /** Whether records in its scope that wait are unverified after it. */
  readonly invalidates: boolean
}

const inTurn: Precedence = { place: "end", ends: [], invalidates: false }
const kept: Precedence = { place: "keep", ends: [], invalidates: false }

/** What this control means to what waits. */
export const precedenceOf = (control: Control): Precedence => {
  switch (control.control) {
    case "stream_started":
    case "stream_resumed":
      return { place: "front", ends: [], invalidates: false }
    case "gap_opened":
      return { place: "front", ends: ["game_verified", "gap_closed", "synced", "fresh"], invalidates: true }
    case "clock_jumped":
      return { place: "front", ends: ["game_verified", "gap_closed", "synced"], invalidates: true }
    case "stale":
      return { place: "front", ends: ["fresh"], invalidates: true }
    case "quarantined":
      return control.touches === "outcome" || control.touches === "nothing"
        ? kept
        : { place: "front", ends: ["game_verified"], invalidates: true }
    case "heartbeat":
      return kept
    default:
      return inTurn
  }
}

/** Whether a control is about what this record is about. */
export const touches = (control: Control, record: Change | Control): boolean => {
  if (record.session !== control.session) return false
  switch (control.control) {
    case "stale":
      return "control" in record && record.control === "fresh" && record.sportsbook === control.sportsbook
    case "gap_opened":
    case "clock_jumped":
      // A book's own silence outlasts a gap.
      return !("control" in record && record.control === "fresh" && record.sportsbook !== null)
    case "quarantined": {
      if (control.touches === "session") return true
      if (!("sportsbook" in record) || record.sportsbook !== control.sportsbook) return false
      return control.touches === "sportsbook" || ("game" in record && record.game === control.game)
    }
    default:
      return false
  }
}
