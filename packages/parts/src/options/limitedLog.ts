/** Warnings that would be repeated for as long as something cannot be reached. */
import type { Log } from "@boltodds/config"

const everyMillis = 60_000

/** Logs a warning, the same words at most once a minute. */
export const limitedLog = (log: Log): (message: string) => void => {
  const said = new Map<string, number>()
  return (message) => {
    const now = performance.now()
    if (now - (said.get(message) ?? -Infinity) < everyMillis) return
    if (said.size > 100) said.clear()
    said.set(message, now)
    log("warn", message)
  }
}
