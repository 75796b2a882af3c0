/** The way of frames to `onFrame`, ahead of the stream. */
import type { Frame, Millis } from "@boltodds/protocol"

/** Shows the frames of one connection to a callback as they arrive, and keeps them for the stream, which gives the same. */
export class FrameTap {
  readonly #make: (at: Millis, raw: string | Uint8Array) => Frame
  readonly #now: () => Millis
  readonly #show: (frame: Frame) => void
  #waiting: Array<Frame> = []
  /** The time of the turn that comes in: looked up once for all of it. */
  #at: Millis | undefined
  #closed = false

  constructor(
    make: (at: Millis, raw: string | Uint8Array) => Frame,
    now: () => Millis,
    show: (frame: Frame) => void,
  ) {
    this.#make = make
    this.#now = now
    this.#show = show
  }

  /** A frame arrived. */
  arrived(raw: string | Uint8Array): void {
    if (this.#closed) return
    this.#at ??= this.#now()
    // Looking at the time may have ended the connection.
    if (this.#isClosed()) return
    const frame = this.#make(this.#at, raw)
    this.#waiting.push(frame)
    this.#show(frame)
  }

  /** The frames shown, for as many as a turn brought; in the order the link gives them. */
  take(count: number): ReadonlyArray<Frame> {
    this.#at = undefined
    if (this.#waiting.length > count) return this.#waiting.splice(0, count)
    const all = this.#waiting
    this.#waiting = []
    return all
  }

  #isClosed(): boolean {
    return this.#closed
  }

  /** The connection is over: what its socket still brings is not shown. */
  close(): void {
    this.#closed = true
    this.#waiting = []
  }
}
