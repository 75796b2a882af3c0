/** What the consumers of a shared source receive: the port, and the view that passes the events on. */
import type { Connected, DisconnectReason, FeedEvent, Millis, Subscribed } from "@boltodds/protocol"
import { weighEvent } from "../session/EventQueue.ts"

/**
 * Turns events into the items that consumers receive, and makes the snapshot for a consumer that joins later. One view
 * is made for each running of the source, and kept as long. It may hold a book.
 */
export interface FeedView<A> {
  /** The items of a turn of events. All consumers receive the same. */
  readonly turn: (events: ReadonlyArray<FeedEvent>) => ReadonlyArray<A>
  /** What a consumer that joins now needs to read everything after it as the others do. Empty at the beginning. */
  readonly snapshot: () => ReadonlyArray<A>
  /** The last items for all consumers when the source has ended, failed or was closed. @default none */
  readonly end?: (reason: string) => ReadonlyArray<A>
  /** About how much memory an item takes while it waits, in bytes. */
  readonly weigh: (item: A) => number
}

/**
 * The default view of `share`: every event as it is.
 *
 * A consumer that joins later has missed the snapshot, which cannot be sent again. For each session that is connected
 * it receives a `Disconnected` of the epoch before (kind `shutdown`, with the reason as its detail), then the `Connected`
 * and `Subscribed` of this epoch, and the `Paused` or `Silent` where one holds. Its reducer begins in a gap: its book is
 * empty, and holds only what comes from then on, until the next connection brings everything. A consumer that joins
 * before the first frame after `Subscribed` has missed nothing, and receives no gap.
 *
 * A consumer that joins again and kept its reducer begins in a gap as well: a repeated connection counts as one.
 *
 * A consumer that joins during a snapshot receives the rest of it, and its reducer takes that for everything (`synced`),
 * because nothing marks the end of a snapshot. Its prices are right, but games may be missing until the next connection.
 * A view that keeps a book does not have this limit.
 */
export const eventView = (): FeedView<FeedEvent> => {
  const sessions = new Map<string, SessionState>()
  let last: SessionState | undefined
  const stateOf = (name: string): SessionState => {
    if (last?.name === name) return last
    last = sessions.get(name)
    if (last === undefined) sessions.set(name, last = new SessionState(name))
    return last
  }
  return {
    turn: (events) => {
      for (let index = 0; index < events.length; index++) {
        const event = events[index]!
        stateOf(event.session).note(event)
      }
      return events
    },
    // In the order of time: a session that paused long ago must not seem to have paused now.
    snapshot: () => [...sessions.values()].sort((a, b) => a.since - b.since).flatMap((session) => session.replay()),
    end: (detail) => [...sessions.values()].flatMap((session) => session.disconnected(0, { kind: "shutdown", detail })),
    weigh: weighEvent,
  }
}

/** The state of one session, from its events. */
class SessionState {
  readonly name: string
  #at: Millis = 0
  #connected: Connected | undefined
  #subscribed: Subscribed | undefined
  /** Whether a frame of this epoch has come that a later consumer misses. */
  #hasMissed = false
  /** The `Paused`, `Resumed` and `Silent` that hold now. */
  #notices: Array<FeedEvent> = []

  constructor(name: string) {
    this.name = name
  }

  note(event: FeedEvent): void {
    this.#at = event.at
    switch (event._tag) {
      case "Frame":
        if (this.#subscribed !== undefined) this.#hasMissed = true
        return
      case "Tick":
        return
      case "Connected":
        this.#connected = event
        this.#subscribed = undefined
        this.#hasMissed = false
        this.#notices = []
        return
      case "Subscribed":
        this.#subscribed = event
        return
      case "Disconnected":
        this.#connected = undefined
        return
      case "Heard":
        this.#notices = []
        return
      case "Paused":
      case "Resumed":
      case "Silent":
        this.#notices.push(event)
    }
  }

  /** When its replay begins. Now, or every deadline of the time before would fire first. */
  get since(): Millis {
    return this.#notices[0]?.at ?? this.#at
  }

  replay(): ReadonlyArray<FeedEvent> {
    if (this.#connected === undefined) return []
    const at = this.since
    const reason: DisconnectReason = { kind: "shutdown", detail: "joined while the session was running" }
    return [
      ...(this.#hasMissed ? this.disconnected(1, reason, at) : []),
      { ...this.#connected, at },
      ...(this.#subscribed === undefined ? [] : [{ ...this.#subscribed, at }]),
      ...this.#notices,
    ]
  }

  /** A `Disconnected` of `before` epochs ago. None where there is no connection. */
  disconnected(before: number, reason: DisconnectReason, at: Millis = this.#at): ReadonlyArray<FeedEvent> {
    if (this.#connected === undefined) return []
    const { session, epoch } = this.#connected
    return [{ _tag: "Disconnected", session, epoch: epoch - before, at, reason }]
  }
}
