/** What a server counts. */
import type { Filters } from "@boltodds/protocol"

/** A WebSocket dial that was answered. */
export interface DialRecord {
  /** Milliseconds since the Unix epoch. */
  readonly atMillis: number
  /** 101 for an accepted dial; otherwise the HTTP status, or 0 if there was no answer. */
  readonly status: number
}

/** A REST request that was answered. */
export interface RequestRecord {
  readonly atMillis: number
  /** Without the query, which holds the key. */
  readonly path: string
  /** The HTTP status, or 0 if there was no answer. */
  readonly status: number
}

/** A subscribe message that was received. */
export interface SubscribeRecord {
  readonly atMillis: number
  readonly connection: number
  readonly filters: Filters
  /** The text as the client sent it. */
  readonly text: string
}

/** What happened so far. The lists hold the latest 10,000 entries; the counts include all. */
export interface ServerStats {
  readonly dials: ReadonlyArray<DialRecord>
  readonly requests: ReadonlyArray<RequestRecord>
  readonly subscribes: ReadonlyArray<SubscribeRecord>
  /** Connections accepted, over the server's life. */
  readonly accepted: number
  /** Connections open now. */
  readonly open: number
  /** Connections open now that have subscribed. */
  readonly subscribed: number
  /** Messages put into frames, over all clients; pings and answers are not counted. */
  readonly messagesSent: number
  /** Frames sent, of every kind. */
  readonly framesSent: number
  readonly pingsSent: number
  /** Texts received from clients that are not a subscribe message. */
  readonly notUnderstood: number
  /** Connections cut because their backlog grew too large. */
  readonly overflowed: number
}

const mostRecords = 10_000

/** Counts and keeps the lists. */
export class Counters {
  accepted = 0
  messagesSent = 0
  framesSent = 0
  pingsSent = 0
  notUnderstood = 0
  overflowed = 0
  readonly #dials: Array<DialRecord> = []
  readonly #requests: Array<RequestRecord> = []
  readonly #subscribes: Array<SubscribeRecord> = []

  dial(status: number): void {
    keep(this.#dials, { atMillis: Date.now(), status })
  }

  request(path: string, status: number): void {
    keep(this.#requests, { atMillis: Date.now(), path, status })
  }

  subscribe(connection: number, filters: Filters, text: string): void {
    keep(this.#subscribes, { atMillis: Date.now(), connection, filters, text })
  }

  /** A copy, which later events do not change. */
  snapshot(open: number, subscribed: number): ServerStats {
    const { accepted, messagesSent, framesSent, pingsSent, notUnderstood, overflowed } = this
    return {
      dials: [...this.#dials],
      requests: [...this.#requests],
      subscribes: [...this.#subscribes],
      accepted,
      open,
      subscribed,
      messagesSent,
      framesSent,
      pingsSent,
      notUnderstood,
      overflowed,
    }
  }
}

const keep = <A>(list: Array<A>, item: A): void => {
  list.push(item)
  if (list.length > mostRecords) list.shift()
}
