/** Writes the session's events: the one place that makes, stamps and orders them. */
import { type DisconnectReason, type Filters, type Frame, makeFrame, type Millis } from "@boltodds/protocol"
import type { SessionError } from "./SessionError.ts"
import type { WatchNotice } from "./Watch.ts"
import type { EventQueue } from "./EventQueue.ts"
import type { KeyGuard } from "../key/KeyGuard.ts"
import type { Timeline } from "./Timeline.ts"

/** Writes the events of one run into its queue. `flush` hands them to the consumer. */
export class EventWriter {
  readonly queue: EventQueue<SessionError>
  readonly timeline: Timeline
  readonly #session: string
  /** The number of the last accepted connection; 0 before the first. */
  #epoch = 0

  constructor(session: string, queue: EventQueue<SessionError>, timeline: Timeline) {
    this.#session = session
    this.queue = queue
    this.timeline = timeline
  }

  get epoch(): number {
    return this.#epoch
  }

  connected(epoch: number, at: Millis, plan: string | undefined): void {
    this.#epoch = epoch
    this.queue.push({ _tag: "Connected", ...this.#base(at), plan })
  }

  subscribed(at: Millis, filters: Filters): void {
    this.queue.push({ _tag: "Subscribed", ...this.#base(at), filters })
  }

  disconnected(at: Millis, reason: DisconnectReason): void {
    this.queue.push({ _tag: "Disconnected", ...this.#base(at), reason })
  }

  notice({ _tag, at }: WatchNotice): void {
    this.queue.push({ _tag, ...this.#base(at) })
  }

  tick(at: Millis, wall: Millis): void {
    this.queue.push({ _tag: "Tick", ...this.#base(at), wall })
  }

  /** Writes the frames of a turn from this index on. Hot path: runs for every frame of the feed. */
  frames(raws: ReadonlyArray<string | Uint8Array>, from: number, at: Millis, guard: KeyGuard): void {
    const stamped = this.timeline.stamp(at)
    for (let index = from; index < raws.length; index++) {
      this.queue.pushFrame(makeFrame(this.#session, this.#epoch, stamped, guard.clean(raws[index]!)))
    }
  }

  /** Makes a frame of this epoch, to be written with `frame`. */
  makeFrame(epoch: number, at: Millis, raw: string | Uint8Array): Frame {
    return makeFrame(this.#session, epoch, this.timeline.stamp(at), raw)
  }

  frame(frame: Frame): void {
    this.queue.pushFrame(frame)
  }

  flush(): void {
    this.queue.flush()
  }

  #base(at: Millis): { readonly session: string; readonly epoch: number; readonly at: Millis } {
    return { session: this.#session, epoch: this.#epoch, at: this.timeline.stamp(at) }
  }
}
