/** The events that an archive of frames stands for. */
import { type FeedEvent, makeFrame } from "@boltodds/protocol"
import type { ArchivedFrame } from "./frameOf.ts"

const session = "import"
/** As a session does: then nothing is known to be live. */
const silentMillis = 25_000

/** Counts connections, and orders times. */
export class ArchivedEvents {
  readonly #gapMillis: number
  #last: number | undefined
  connections = 0
  /** Frames whose time was before that of the frame before. */
  moved = 0

  constructor(gapMillis: number) {
    this.#gapMillis = gapMillis
  }

  /** The events up to a frame. */
  of(frame: ArchivedFrame): ReadonlyArray<FeedEvent> {
    const last = this.#last
    const at = last === undefined ? frame.at : Math.max(last, frame.at)
    if (at > frame.at) this.moved += 1
    this.#last = at
    return [
      ...last === undefined ? this.#connect(at) : this.#between(last, at),
      makeFrame(session, this.connections, at, frame.text),
    ]
  }

  #connect(at: number): ReadonlyArray<FeedEvent> {
    this.connections += 1
    const head = { session, epoch: this.connections, at }
    return [{ _tag: "Connected", ...head, plan: undefined }, { _tag: "Subscribed", ...head, filters: {} }]
  }

  #between(last: number, at: number): ReadonlyArray<FeedEvent> {
    const events: Array<FeedEvent> = []
    const epoch = this.connections
    if (at - last > silentMillis) events.push({ _tag: "Silent", session, epoch, at: last + silentMillis })
    if (at - last > this.#gapMillis) {
      const reason = { kind: "silent", detail: "no frames in the archive" } as const
      events.push({
        _tag: "Disconnected",
        session,
        epoch,
        at: Math.max(last + silentMillis, last + this.#gapMillis),
        reason,
      })
      events.push(...this.#connect(at))
    } else if (events.length > 0) events.push({ _tag: "Heard", session, epoch, at })
    return events
  }
}
