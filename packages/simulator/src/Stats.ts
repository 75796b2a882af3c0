/** Keeping count of what happened. */
import type { Filters } from "@boltodds/protocol"
import type { DialRecord, RequestRecord, SimulatorStats, SubscribeRecord } from "./Simulator.ts"

const mostRecords = 10_000

/** The counts and lists behind `Simulator.stats`. */
export class Stats {
  accepted = 0
  messagesSent = 0
  framesSent = 0
  pingsSent = 0
  notUnderstood = 0
  overflowed = 0
  /** Where the next spoiled outcome is taken from; told nowhere. */
  spoiled = 0
  readonly #struck = new Map<string, number>()
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

  strike(fault: string): void {
    this.#struck.set(fault, (this.#struck.get(fault) ?? 0) + 1)
  }

  /** A copy, which later events do not change. */
  snapshot(open: number, subscribed: number): SimulatorStats {
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
      struck: Object.fromEntries(this.#struck),
    }
  }
}

const keep = <A>(list: Array<A>, item: A): void => {
  list.push(item)
  if (list.length > mostRecords) list.shift()
}
