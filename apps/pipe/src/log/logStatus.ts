/** The session's life, for the log. */
import type { Status } from "@boltodds/connection"
import type { CommandLog } from "./Log.ts"

/** What each session does now, by its name in the log: for whoever asks this process. */
export const sessionStatuses: Map<string, string> = new Map()

/** Logs what a status means to the one who waits for data; what is routine only at `debug`. */
export const logStatus = (
  log: CommandLog,
  host: string,
  now: () => number,
): (status: Status) => void => {
  let live = false
  return (status) => {
    sessionStatuses.set(host, "epoch" in status ? `${status._tag}, connection ${status.epoch}` : status._tag)
    switch (status._tag) {
      case "Dialing":
        log.log(status.attempt === 1 ? "debug" : "info", `dialing ${host}`, {
          attempt: status.attempt,
        })
        return
      case "Syncing":
        log.log("info", `connected to ${host}`, { connection: status.epoch })
        return
      case "Live":
        if (!live) log.log("info", `receiving from ${host}`, { connection: status.epoch })
        live = true
        return
      case "Stale":
        log.log(
          "warn",
          status.reason === "silent"
            ? `nothing comes from ${host}: what is known is not live`
            : `we are behind ${host} (a slow reader of the output, a slow network or proxy, or no time to run): ` +
              "what comes out is not live",
        )
        live = false
        return
      case "BackingOff":
        live = false
        // Session time is wall time but for jumps of the clock.
        log.log("warn", `no connection: ${status.why}`, {
          feed: host,
          again_in_s: Math.max(0, Math.round((status.until - now()) / 100) / 10),
        })
        return
      case "AwaitingReader":
        live = false
        log.log(
          "warn",
          "the reader of stdout has stopped: dialing again when it goes on",
        )
        return
      case "Idle":
      case "AwaitingAck":
      case "Closed":
        log.log("debug", `session ${status._tag}`)
    }
  }
}
