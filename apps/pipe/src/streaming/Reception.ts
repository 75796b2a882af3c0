/** Whether a run had a connection and data, and how one without them ends. */
import type { Status } from "@boltodds/connection"
import { type FeedEvent, mayHoldNotice } from "@boltodds/protocol"
import type { Report } from "@boltodds/pipeline"
import * as Duration from "effect/Duration"
import { ExitCode, Failure } from "../process/ExitCode.ts"
import type { CommandLog } from "../log/Log.ts"

/** What a run received, for its end. */
export interface Received {
  /** Whether the server ever accepted a connection. */
  readonly connected: boolean
  /** Whether any data came, within the filters or not. */
  readonly data: boolean
  /** Without a connection or data: what is known of the reason. */
  readonly why: string | null
}

/** Watches the statuses and the events of a feed. */
export class Reception {
  #isFeed = false
  #connected = false
  #data = false
  #frames = 0
  #why: string | undefined
  #waits: string | undefined
  #ended: string | undefined

  readonly onStatus = (status: Status): void => {
    this.#isFeed = true
    this.#waits = undefined
    if (status._tag === "AwaitingAck") this.#why = "the connection opened, and nothing came"
    if (status._tag !== "BackingOff") return
    // The limiter only delays: what failed before it is the reason.
    if (status.why.startsWith("the limit of")) this.#waits = `waiting for ${status.why}`
    else this.#why = status.why
  }

  readonly onEvent = (event: FeedEvent): void => {
    if (this.#data) return
    if (event._tag === "Connected") this.#connected = true
    else if (event._tag === "Disconnected" && event.reason.kind !== "shutdown") {
      this.#ended = `${event.reason.kind}${event.reason.detail === undefined ? "" : `: ${event.reason.detail}`}`
    } else if (event._tag === "Frame") {
      this.#frames++
      this.#data = !mayHoldNotice(event.raw) ||
        event.items.some((item) => item._tag === "Message" && "data" in item.message && item.message.action !== "error")
    }
  }

  /** Undefined where the source is no feed: a recording needs no connection. */
  get received(): Received | undefined {
    if (!this.#isFeed) return undefined
    const { connected, data } = { connected: this.#connected, data: this.#data }
    return { connected, data, why: data ? null : connected ? this.#noData : this.#noConnection }
  }

  get #noConnection(): string {
    const reasons = [this.#why, this.#waits].filter((reason) => reason !== undefined)
    return reasons.length === 0 ? "no dial was answered" : reasons.join("; ")
  }

  get #noData(): string {
    const frames = `${this.#frames} ${this.#frames === 1 ? "frame" : "frames"} of acknowledgements, pings and notices`
    return this.#ended === undefined
      ? `only ${frames} came`
      : `only ${frames} came, and the connection ended (${this.#ended})`
  }
}

/** A run without any data says so, however it ended. One that never had a connection throws a `Failure`. */
export const endWithoutData = (
  { reason, duration, notices }: Report,
  received: Received | undefined,
  log: CommandLog,
): void => {
  // A reader that goes away has seen what it wanted.
  if (received === undefined || received.data || reason === "reader gone") return
  const span = `${(Duration.toMillis(duration) / 1000).toFixed(1)} s`
  const said = notices.length === 0 ? "" : `; the feed said: ${notices.map(({ message }) => message).join("; ")}`
  if (received.connected) return log.log("warn", `no data came in ${span}: ${received.why}${said}`)
  throw new Failure(ExitCode.feedUnavailable, `Never connected to the feed in ${span}: ${received.why}`)
}
