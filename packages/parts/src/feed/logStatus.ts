/** The life of a session, as log lines. */
import type { Log } from "@boltodds/config"
import type { Status } from "@boltodds/connection"

/** Logs each status of one session; routine ones only at `debug`. `feed` is how the session is called. */
export const logStatus = (log: Log, feed: string, now: () => number): (status: Status) => void => {
  let live = false
  return (status) => {
    switch (status._tag) {
      case "Dialing":
        return log(status.attempt === 1 ? "debug" : "info", `dialing ${feed}`, {
          event: "dialing",
          attempt: status.attempt,
        })
      case "Syncing":
        return log("info", `connected to ${feed}`, { event: "connected", connection: status.epoch })
      case "Live":
        if (!live) log("info", `receiving from ${feed}`, { event: "live", connection: status.epoch })
        live = true
        return
      case "Stale":
        live = false
        return log(
          "warn",
          status.reason === "silent"
            ? `${feed} sends nothing: all prices are stale`
            : `data from ${feed} is processed too late (a slow reader of the output, a slow network or proxy, or ` +
              "a busy machine): all prices are stale",
          { event: "stale" },
        )
      case "BackingOff":
        live = false
        // The session clock differs from wall time only by jumps of the clock.
        return log("warn", `no connection: ${status.why}`, {
          event: "no_connection",
          feed,
          again_in_s: Math.max(0, Math.round((status.until - now()) / 100) / 10),
        })
      case "AwaitingReader":
        live = false
        return log("warn", "the reader of stdout has stopped; dialing again when it reads on", {
          event: "waiting_for_reader",
        })
      case "Idle":
      case "AwaitingAck":
      case "Closed":
        return log("debug", `session ${status._tag}`, { event: "session" })
    }
  }
}
