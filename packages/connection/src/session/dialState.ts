/** The status of a session, as what it does to have a connection. */
import type { DialState } from "@boltodds/protocol"
import type { Status } from "./Status.ts"

/** What a session of this status does to have a connection. */
export const dialStateOf = (session: string, status: Status, dialsLeft: number | null): DialState => ({
  session,
  why: whyOf(status),
  nextAt: status._tag === "BackingOff" ? status.until : null,
  dialsLeft,
})

const whyOf = (status: Status): string | null => {
  switch (status._tag) {
    case "Idle":
      return "nothing reads it yet"
    case "Dialing":
      return status.attempt === 1 ? "dialing" : `dialing, attempt ${status.attempt}`
    case "AwaitingAck":
      return "waiting for the server to accept the connection"
    case "BackingOff":
      return status.why
    case "AwaitingReader":
      return "dials when the reader reads on"
    case "Closed":
      return "closed"
    case "Syncing":
    case "Live":
    case "Stale":
      return null
  }
}
