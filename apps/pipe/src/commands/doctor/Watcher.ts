/** What the doctor notes of a connection while it listens. */
import type { Status } from "@boltodds/connection"
import { Latency } from "@boltodds/pipeline"
import { defaultStateLimits } from "@boltodds/state"
import type { FeedEvent, FeedMessage, Filters } from "@boltodds/protocol"

/** What a sportsbook sent. */
export interface BookArrival {
  messages: number
  /** After the filters were sent, in milliseconds. */
  readonly firstAfterMillis: number
}

const mostTexts = 5
const { sportsbooks, characters } = defaultStateLimits

/** Fills itself with the events and statuses of one session. Times are milliseconds by a monotonic clock. */
export class Watcher {
  readonly latency = new Latency()
  readonly books = new Map<string, BookArrival>()
  readonly errors: Array<string> = []
  readonly ended: Array<string> = []
  /** Why an attempt brought no connection. */
  readonly waits: Array<string> = []
  dialedAt: number | undefined
  openAt: number | undefined
  acceptedAt: number | undefined
  subscribedAt: number | undefined
  confirmedAt: number | undefined
  firstDataAt: number | undefined
  plan: string | undefined
  asked: Filters | undefined
  frames = 0
  messages = 0
  pings = 0
  notUnderstood = 0
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  onStatus(status: Status): void {
    const now = this.#now()
    // What comes after the first connection does not change how that was made.
    if (this.acceptedAt !== undefined) return
    if (status._tag === "Dialing") {
      this.dialedAt = now
      this.openAt = undefined
    } else if (status._tag === "AwaitingAck") this.openAt = now
    else if (status._tag === "BackingOff" && this.waits.length < mostTexts) this.waits.push(status.why)
  }

  take(events: ReadonlyArray<FeedEvent>): void {
    this.latency.take(events)
    const now = this.#now()
    for (const event of events) {
      switch (event._tag) {
        case "Connected":
          this.acceptedAt ??= now
          this.plan = event.plan
          break
        case "Subscribed":
          this.subscribedAt ??= now
          this.asked = event.filters
          break
        case "Disconnected":
          if (event.reason.kind !== "shutdown" && this.ended.length < mostTexts) {
            const { kind, code, detail } = event.reason
            this.ended.push(
              `${kind}${code === undefined ? "" : ` (${code})`}${detail === undefined ? "" : `: ${detail}`}`,
            )
          }
          break
        case "Frame":
          this.frames++
          for (const item of event.items) {
            if (item._tag === "Message") this.#message(item.message, now)
            // A bare text is how one connection too many is refused (PROTOCOL, "Endpoints").
            else if (item._tag === "Quarantined" && item.touches === undefined) this.#error(item.text)
            else this.notUnderstood++
          }
      }
    }
  }

  #message(message: FeedMessage, now: number): void {
    switch (message.action) {
      case "socket_connected":
        return
      case "ping":
        this.pings++
        return
      case "subscription_updated":
        this.confirmedAt ??= now
        return
      case "error":
        return this.#error(
          typeof message.message === "string" ? message.message : JSON.stringify(message.message) ?? "",
        )
      default: {
        this.firstDataAt ??= now
        this.messages++
        const { sportsbook } = message.data
        const known = this.books.get(sportsbook)
        if (known !== undefined) known.messages++
        // The feed decides which names exist.
        else if (this.books.size < sportsbooks && sportsbook.length <= characters) {
          this.books.set(sportsbook, { messages: 1, firstAfterMillis: now - (this.subscribedAt ?? now) })
        }
      }
    }
  }

  #error(text: string): void {
    if (this.errors.length < mostTexts) this.errors.push(text.replace(/\p{Cc}+/gu, " ").slice(0, 300))
  }
}
