/** How long updates take from the feed's clock to ours, per sportsbook. */
import {
  type Change,
  type Control,
  type DataMessage,
  type FeedEvent,
  type Frame,
  type Millis,
  parseTimestamp,
} from "@boltodds/protocol"
import { defaultStateLimits, makeSync, thaw } from "@boltodds/state"
import { Spread } from "./Spread.ts"

/** What one sportsbook sent in a while of watching, and how old it was on arrival. */
export interface SportsbookLatency {
  readonly sportsbook: string
  /** Messages of any kind but initial states. */
  readonly messages: number
  readonly messagesPerSecond: number
  /** Initial states: as old as the last change of their game, so they say nothing of latency. */
  readonly initialStates: number
  /** Messages that waited because we were not reading: the delay is ours, and is not in the latency. */
  readonly delayed: number
  /** Messages without a time that can be read. */
  readonly untimed: number
  /**
   * Arrival by our clock minus the server's time, in milliseconds; null where no message had a time. The two clocks
   * differ, and that difference is in every figure: see {@link LatencyReport.skew}.
   */
  readonly latency: {
    readonly fastest: Millis
    readonly p50: Millis
    readonly p90: Millis
    readonly p99: Millis
    readonly slowest: Millis
  } | null
}

/** What was measured. */
export interface LatencyReport {
  /** Over how long, in milliseconds of the session clock: from the first data to the last event. */
  readonly watchedMillis: Millis
  /** By sportsbook, the busiest first. */
  readonly books: ReadonlyArray<SportsbookLatency>
  /** Messages of sportsbooks beyond the first 500, or with names of more than 1,000 characters: only counted. */
  readonly otherMessages: number
  /** Sportsbooks that were stale because their updates arrived late, by the reducer's default bounds. */
  readonly late: ReadonlyArray<LateSportsbook>
  /**
   * What the arrivals prove about the clocks. `server_ahead`: messages came before they were sent by at least this much,
   * so true latencies are larger by at least that. `unknown`: nothing contradicts that the clocks agree, which does not
   * prove it: a clock of ours that is ahead looks like latency.
   */
  readonly skew: { readonly kind: "server_ahead"; readonly atLeastMillis: Millis } | { readonly kind: "unknown" }
}

/** How long one sportsbook was late. */
export interface LateSportsbook {
  readonly sportsbook: string
  /** In all, in milliseconds. */
  readonly lateMillis: Millis
  /** Whether it is so still. */
  readonly isLate: boolean
}

interface Figures {
  messages: number
  initialStates: number
  delayed: number
  untimed: number
  readonly spread: Spread
}

/**
 * Collects the latency of every sportsbook from the events of one or more sessions.
 *
 * Percentiles are kept in steps of at most 2 %, in bounded memory, however long it runs.
 */
export class Latency {
  readonly #books = new Map<string, Figures>()
  readonly #behind = new Set<string>()
  /** The reducer is the judge of who is late. */
  readonly #draft = thaw(makeSync({ run: "latency" }))
  readonly #late = new Map<string, { millis: Millis; since: Millis | undefined }>()
  #otherMessages = 0
  #from: Millis | undefined
  #until: Millis = 0

  /** Takes events in the order they came. */
  take(events: ReadonlyArray<FeedEvent>): void {
    for (const { records } of this.#draft.apply(events)) for (const record of records) this.#note(record)
    for (const event of events) {
      this.#until = event.at
      switch (event._tag) {
        case "Frame":
          this.#frame(event)
          break
        case "Paused":
          this.#behind.add(event.session)
          break
        case "Heard":
        case "Connected":
        case "Disconnected":
          this.#behind.delete(event.session)
      }
    }
  }

  /** What was measured so far. */
  report(): LatencyReport {
    const watchedMillis = this.#from === undefined ? 0 : this.#until - this.#from
    const books = [...this.#books].map(([sportsbook, { spread, messages, ...counts }]): SportsbookLatency => ({
      sportsbook,
      messages,
      messagesPerSecond: watchedMillis === 0 ? 0 : messages / watchedMillis * 1000,
      ...counts,
      latency: spread.count === 0 ? null : {
        fastest: spread.least,
        p50: spread.percentile(50),
        p90: spread.percentile(90),
        p99: spread.percentile(99),
        slowest: spread.most,
      },
    }))
    books.sort((a, b) => b.messages - a.messages || (a.sportsbook < b.sportsbook ? -1 : 1))
    const fastest = Math.min(...books.map(({ latency }) => latency?.fastest ?? Infinity))
    return {
      watchedMillis,
      books,
      otherMessages: this.#otherMessages,
      late: [...this.#late].map(([sportsbook, { millis, since }]) => ({
        sportsbook,
        lateMillis: millis + (since === undefined ? 0 : this.#until - since),
        isLate: since !== undefined,
      })),
      skew: fastest < 0 ? { kind: "server_ahead", atLeastMillis: -fastest } : { kind: "unknown" },
    }
  }

  #note(record: Change | Control): void {
    if (!("control" in record) || (record.control !== "stale" && record.control !== "fresh")) return
    const { sportsbook } = record
    if (sportsbook === null) return
    const at = parseTimestamp(record.at) ?? this.#until
    const known = this.#late.get(sportsbook)
    if (record.control === "stale" && record.reason === "late") {
      this.#late.set(sportsbook, { millis: known?.millis ?? 0, since: known?.since ?? at })
    } else if (known?.since !== undefined) {
      this.#late.set(sportsbook, { millis: known.millis + at - known.since, since: undefined })
    }
  }

  #frame(frame: Frame): void {
    for (const item of frame.items) {
      if (item._tag !== "Message") continue
      const { message } = item
      switch (message.action) {
        case "ping":
        case "error":
        case "socket_connected":
        case "subscription_updated":
          break
        default:
          this.#from ??= frame.at
          this.#message(frame, message.data.sportsbook, message.action, message.timestamp)
      }
    }
  }

  #message(frame: Frame, sportsbook: string, action: DataAction, timestamp: unknown): void {
    const book = this.#book(sportsbook)
    if (book === undefined) {
      this.#otherMessages++
      return
    }
    if (action === "initial_state") {
      book.initialStates++
      return
    }
    book.messages++
    const sentAt = parseTimestamp(timestamp)
    if (sentAt === null) book.untimed++
    else if (this.#behind.has(frame.session)) book.delayed++
    else book.spread.add(frame.at - Math.floor(sentAt))
  }

  /** Its tally; undefined for one that does not fit: the feed decides which names exist. */
  #book(sportsbook: string): Figures | undefined {
    let book = this.#books.get(sportsbook)
    if (book === undefined) {
      const { sportsbooks, characters } = defaultStateLimits
      if (this.#books.size >= sportsbooks || sportsbook.length > characters) return undefined
      book = { messages: 0, initialStates: 0, delayed: 0, untimed: 0, spread: new Spread() }
      this.#books.set(sportsbook, book)
    }
    return book
  }
}

type DataAction = DataMessage["action"] | "book_clear" | "sport_clear"
