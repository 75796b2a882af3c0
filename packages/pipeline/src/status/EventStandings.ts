/** What sessions are doing, from their events alone: for a run whose messages are not read. */
import type { FeedEvent, Millis } from "@boltodds/protocol"
import type { Standing } from "./Standing.ts"

type Known = { -readonly [K in keyof Standing]: Standing[K] }

/** Follows the events of sessions. Without messages nothing is known of a snapshot: a subscription counts as settled. */
export class EventStandings {
  readonly #sessions = new Map<string, Known>()

  get standings(): ReadonlyArray<Standing> {
    return Array.from(this.#sessions.values(), (known) => ({ ...known }))
  }

  take(event: FeedEvent): void {
    const { session, epoch, at } = event
    let known = this.#sessions.get(session)
    if (known === undefined) this.#sessions.set(session, known = standingOf(session))
    switch (event._tag) {
      case "Connected":
        known.epoch = epoch
        known.isConnected = true
        known.isSettled = false
        known.stale = undefined
        return
      case "Frame":
        known.epoch = epoch
        known.isConnected = true
        known.frameAt = at
        return
      case "Subscribed":
        known.isSettled = true
        return
      case "Disconnected":
        known.isConnected = false
        known.isSettled = false
        known.stale = undefined
        known.pausedSince = undefined
        return
      case "Silent":
        known.stale = "silent"
        return
      case "Heard":
        known.stale = undefined
        return
      case "Paused":
        known.pausedSince = at
        return
      case "Resumed":
        known.pausedSince = undefined
        return
      case "Tick":
        known.stale ??= isPausedFor(known, at) ? "paused" : undefined
    }
  }
}

/** A pause of this length makes what is read stale. */
const pausedMillis = 5_000

const isPausedFor = ({ pausedSince }: Known, at: Millis): boolean =>
  pausedSince !== undefined && at - pausedSince >= pausedMillis

const standingOf = (session: string): Known => ({
  session,
  epoch: 0,
  isConnected: false,
  isSettled: false,
  stale: undefined,
  frameAt: undefined,
  pausedSince: undefined,
  lagMillis: null,
})
