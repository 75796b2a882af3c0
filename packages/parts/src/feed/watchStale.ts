/** `exit_on_stale`: ends a run once nothing has been live for some time. */
import type { Status } from "@boltodds/connection"
import type { Step } from "@boltodds/state"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Watches the sessions of a feed. */
export interface StaleWatch {
  /** Takes a status of the session of this name. */
  readonly onStatus: (status: Status, session: string) => void
  /** Takes a step: data that cannot be read is not live. Without a reducer (emit `raw` alone) this is not known. */
  readonly onStep: (step: Step) => void
  /** Returns once nothing has been live for the whole time, with the reason; otherwise never. */
  readonly expired: Effect.Effect<string>
}

/**
 * A feed is live while data of one of its sessions comes and can be read. Connecting, waiting and silence are not live.
 * The time begins when `expired` is first run.
 */
export const watchStale = (limitMillis: number): StaleWatch => {
  const statuses = new Map<string, Status>()
  let status: Status = { _tag: "Idle" }
  let look = (): void => {}
  const sessions = new Set<string>()
  /** Sessions whose data could not be read, with the reason, until something of theirs is read again. */
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
      return `nothing was live for ${Math.round(millis / 1000)} s: ${reasonOf(status, [...unread.values()][0])}`
    }
  })
  return {
    onStatus: (next, session) => {
      statuses.set(session, next)
      // One live session of several is enough.
      status = [...statuses.values()].find(({ _tag }) => _tag === "Live") ?? next
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

const reasonOf = (status: Status, unread: string | undefined): string => {
  if (status._tag === "Live" && unread !== undefined) return `connected, but the data cannot be read (${unread})`
  switch (status._tag) {
    case "BackingOff":
      return `no connection (${status.why})`
    case "Syncing":
      return "connected, but no data came"
    case "Stale":
      return status.reason === "silent"
        ? "connected, but nothing came"
        : "data is processed too late (a slow reader of the output, or a slow network or proxy)"
    case "AwaitingReader":
      return "the reader of stdout has stopped"
    case "AwaitingAck":
      return "connected, but the server sent nothing"
    case "Idle":
    case "Dialing":
    case "Live":
    case "Closed":
      return "no connection"
  }
}
