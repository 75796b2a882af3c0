/** `--exit-on-stale`: an end for those who would rather be started again than wait. */
import type { Status } from "@boltodds/connection"
import type { Step } from "@boltodds/state"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Watches a session's statuses. */
export interface StaleWatch {
  readonly onStatus: (status: Status) => void
  /** What comes and cannot be read is not live either. Without a reducer (emit `raw` alone) nobody knows. */
  readonly onStep: (step: Step) => void
  /** Returns once nothing has been live for the whole time, saying what came instead; otherwise never. */
  readonly expired: Effect.Effect<string>
}

/** Live is a session whose data comes; connecting, waiting and silence are not. The start counts from the first look. */
export const watchStale = (limitMillis: number): StaleWatch => {
  let status: Status = { _tag: "Idle" }
  let look = (): void => {}
  const sessions = new Set<string>()
  /** Sessions of which nothing has been read since something was not, and what that was. */
  const unread = new Map<string, string>()
  const isLive = (): boolean => status._tag === "Live" && (unread.size === 0 || unread.size < sessions.size)
  const until = (live: boolean): Effect.Effect<void> =>
    Effect.callback<void>((resume) => {
      look = () => {
        if (isLive() === live) resume(Effect.void)
      }
      look()
    })
  const expired: Effect.Effect<string> = Effect.gen(function* () {
    for (;;) {
      yield* until(false)
      const since = yield* Clock.currentTimeMillis
      const back = yield* Effect.timeoutOption(until(true), limitMillis)
      if (back._tag === "Some") continue
      const millis = (yield* Clock.currentTimeMillis) - since
      return `nothing was live for ${Math.round(millis / 1000)} s: ${wordsOf(status, [...unread.values()][0])}`
    }
  })
  return {
    onStatus: (next) => {
      status = next
      look()
    },
    onStep: ({ event, records }) => {
      sessions.add(event.session)
      for (let index = 0; index < records.length; index++) {
        const record = records[index]!
        if ("change" in record) {
          if (unread.size === 0 || record.unverified === true || record.frame === null) continue
          if (unread.delete(record.session)) look()
        } else if (record.control === "quarantined" && record.touches === "session") {
          unread.set(record.session, record.reason)
          look()
        } else if (record.control === "game_verified" || record.control === "gap_opened") {
          if (unread.delete(record.session)) look()
        }
      }
    },
    expired,
  }
}

const wordsOf = (status: Status, unread: string | undefined): string => {
  if (status._tag === "Live" && unread !== undefined) return `connected, but nothing that came can be read (${unread})`
  switch (status._tag) {
    case "BackingOff":
      return `no connection (${status.why})`
    case "Syncing":
      return "connected, but no data came"
    case "Stale":
      return status.reason === "silent"
        ? "connected, but nothing came"
        : "what comes is old (a slow reader of the output, or a slow network or proxy)"
    case "AwaitingReader":
      return "the reader of stdout has stopped"
    case "AwaitingAck":
      return "connected, but the server said nothing"
    case "Idle":
    case "Dialing":
    case "Live":
    case "Closed":
      return "no connection"
  }
}
