/** The events themselves, for many consumers. */
import type { Connected, DisconnectReason, FeedEvent, Millis, Subscribed } from "@boltodds/protocol"
import type { FeedView } from "./FeedView.ts"

/**
 * The view that `share` has by default: every event as it is.
 *
 * One who joins later has missed the snapshot, which nobody can send it again. It is told, for each session that is
 * connected, a `Disconnected` of the epoch before (kind `shutdown`, its detail says why), then `Connected` and
 * `Subscribed` of this one, and that it is paused or silent where it is. So its reducer begins in a gap: its book is
 * empty, and holds only what is told from then on, until the next connection brings all. Who joins before the first
 * frame behind `Subscribed` misses nothing, and is not told of a gap.
 *
 * One who was here before and kept its reducer begins in a gap as well: a connection told twice is one.
 *
 * Who joins in the middle of a snapshot is told the rest of it, and its reducer takes that for all there is (`synced`),
 * since snapshots have no end that can be known. Its prices are right, but games may be missing until the next
 * connection; a view that keeps a book has no such hole.
 */
export const eventView = (): FeedView<FeedEvent> => {
  const sessions = new Map<string, Standing>()
  let last: Standing | undefined
  const standingOf = (name: string): Standing => {
    if (last?.name === name) return last
    last = sessions.get(name)
    if (last === undefined) sessions.set(name, last = new Standing(name))
    return last
  }
  return {
    turn: (events) => {
      for (let index = 0; index < events.length; index++) {
        const event = events[index]!
        standingOf(event.session).note(event)
      }
      return events
    },
    // By their time, or one that paused long ago would seem to have paused now.
    snapshot: () =>
      [...sessions.values()].sort((one, other) => one.since - other.since).flatMap((standing) => standing.replay()),
    end: (detail) =>
      [...sessions.values()].flatMap((standing) => standing.disconnected(0, { kind: "shutdown", detail })),
    weigh: (event) => event._tag === "Frame" ? 200 + event.raw.length : 200,
  }
}

/** Where one session stands, by what it has told. */
class Standing {
  readonly name: string
  #at: Millis = 0
  #connected: Connected | undefined
  #subscribed: Subscribed | undefined
  /** Whether anything that a later one misses has come in this epoch. */
  #missed = false
  /** What puts it in doubt now: `Paused`, `Resumed`, `Silent`. */
  #doubts: Array<FeedEvent> = []

  constructor(name: string) {
    this.name = name
  }

  note(event: FeedEvent): void {
    this.#at = event.at
    switch (event._tag) {
      case "Frame":
        if (this.#subscribed !== undefined) this.#missed = true
        return
      case "Tick":
        return
      case "Connected":
        this.#connected = event
        this.#subscribed = undefined
        this.#missed = false
        this.#doubts = []
        return
      case "Subscribed":
        this.#subscribed = event
        return
      case "Disconnected":
        this.#connected = undefined
        return
      case "Heard":
        this.#doubts = []
        return
      case "Paused":
      case "Resumed":
      case "Silent":
        this.#doubts.push(event)
    }
  }

  /** When its replay begins: as if it had happened just now, or every deadline since would fire first. */
  get since(): Millis {
    return this.#doubts[0]?.at ?? this.#at
  }

  replay(): ReadonlyArray<FeedEvent> {
    if (this.#connected === undefined) return []
    const at = this.since
    const reason: DisconnectReason = { kind: "shutdown", detail: "joined while the session was running" }
    return [
      ...(this.#missed ? this.disconnected(1, reason, at) : []),
      { ...this.#connected, at },
      ...(this.#subscribed === undefined ? [] : [{ ...this.#subscribed, at }]),
      ...this.#doubts,
    ]
  }

  /** Of the epoch so many before this one; nothing where there is no connection. */
  disconnected(before: number, reason: DisconnectReason, at: Millis = this.#at): ReadonlyArray<FeedEvent> {
    if (this.#connected === undefined) return []
    const { session, epoch } = this.#connected
    return [{ _tag: "Disconnected", session, epoch: epoch - before, at, reason }]
  }
}
