/** Warnings for programs that listen to nothing: a session that cannot connect is not mute. */
import type { Status } from "./Status.ts"

const mostCauses = 100

/** Turns statuses into warnings: one for each cause until data comes again. Texts that differ in digits are one cause. */
export const makeWarnings = (host: string, warn: (message: string) => void): (status: Status) => void => {
  const seen = new Set<string>()
  return (status) => {
    if (status._tag === "Live") return seen.clear()
    const text = status._tag === "BackingOff"
      ? `boltodds: no connection to ${host}: ${status.why}. It is tried again`
      : status._tag === "Stale"
      ? `boltodds: what is known of ${host} is not live: ${
        status.reason === "silent" ? "nothing comes" : "what comes is not read in time"
      }`
      : undefined
    if (text === undefined) return
    const cause = text.replace(/\d+/g, "0")
    if (seen.has(cause) || seen.size >= mostCauses) return
    seen.add(cause)
    warn(text)
  }
}
