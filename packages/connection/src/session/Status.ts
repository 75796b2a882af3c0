/** The status of a session, and the warnings made from it. */
import type { Filters, Millis } from "@boltodds/protocol"

/** What a session is doing, for people and dashboards. Whether data is live is in the events, not here. */
export type Status =
  /** Not running: nothing reads its events yet. */
  | { readonly _tag: "Idle" }
  /** Dialing. `attempt` counts the attempts since data last came, from 1. */
  | { readonly _tag: "Dialing"; readonly attempt: number }
  | { readonly _tag: "AwaitingAck"; readonly attempt: number }
  /** Subscribed; no data yet. */
  | { readonly _tag: "Syncing"; readonly epoch: number; readonly filters: Filters }
  /** Subscribed; data comes. */
  | { readonly _tag: "Live"; readonly epoch: number; readonly filters: Filters }
  /** Connected, but nothing is known to be live: nothing comes (`silent`), or we do not read (`paused`). */
  | { readonly _tag: "Stale"; readonly epoch: number; readonly reason: "silent" | "paused" }
  /** Waiting until this session time before dialing again. */
  | { readonly _tag: "BackingOff"; readonly until: Millis; readonly why: string; readonly attempt: number }
  /** Dials when the consumer reads again: it had stopped for too long. */
  | { readonly _tag: "AwaitingReader" }
  | { readonly _tag: "Closed" }

const mostCauses = 100

/**
 * Turns statuses into warnings for programs without `onStatus`: one for each cause until data comes again. Texts that
 * differ only in digits are one cause.
 */
export const makeWarnings = (host: string, warn: (message: string) => void): (status: Status) => void => {
  const seen = new Set<string>()
  return (status) => {
    if (status._tag === "Live") return seen.clear()
    const text = warningOf(status, host)
    if (text === undefined) return
    const cause = text.replace(/\d+/g, "0")
    if (seen.has(cause) || seen.size >= mostCauses) return
    seen.add(cause)
    warn(text)
  }
}

const warningOf = (status: Status, host: string): string | undefined => {
  if (status._tag === "BackingOff") return `boltodds: no connection to ${host}: ${status.why}. Trying again`
  if (status._tag !== "Stale") return undefined
  const reason = status.reason === "silent" ? "nothing comes" : "the program does not read in time"
  return `boltodds: the data of ${host} is not live: ${reason}`
}
