/** Which controls make a reader of signals forget what it has. */
import type { Control } from "@boltodds/protocol"

/** What a reader forgets: everything, or what is of a session, or of one sportsbook in it. */
export type Forgets = "all" | { readonly session: string; readonly sportsbook: string | null }

/**
 * What the reader of a signal forgets at a control; undefined: nothing. Of what is left afterwards the stream sends a record
 * again. Losses in one game have records of their own.
 */
export const forgetsOf = (control: Control): Forgets | undefined => {
  switch (control.control) {
    case "stream_started":
    case "stream_resumed":
    case "stream_stopped":
    case "dropped":
      return "all"
    case "gap_opened":
    case "clock_jumped":
      return { session: control.session, sportsbook: null }
    case "stale":
      return { session: control.session, sportsbook: control.sportsbook }
    case "quarantined": {
      const { touches, session, sportsbook } = control
      if (touches === "session") return { session, sportsbook: null }
      return touches === "sportsbook" ? { session, sportsbook } : undefined
    }
    default:
      return undefined
  }
}

/** Whether a price at this sportsbook, of this session, is in the scope. */
export const isForgotten = (forgets: Forgets, session: string, sportsbook: string): boolean =>
  forgets === "all" ||
  (forgets.session === session && (forgets.sportsbook === null || forgets.sportsbook === sportsbook))
