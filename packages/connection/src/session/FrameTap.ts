/** The way of frames to `onFrame`, ahead of the stream. */
import type { Frame, Millis } from "@boltodds/protocol"

/** How a {@link FrameTap} makes frames and shows them. */
export interface FrameTapOptions {
  readonly make: (at: Millis, raw: string | Uint8Array) => Frame
  /** Session time. May end the connection. */
  readonly now: () => Millis
  readonly show: (frame: Frame) => void
}

/** Shows the frames of one connection to a callback as they arrive, and keeps them for the stream. */
export class FrameTap {
  readonly #options: FrameTapOptions
  #waiting: Array<Frame> = []
  /** The time of the current turn, read once. */
  #at: Millis | undefined
  #closed = false

  constructor(options: FrameTapOptions) {
    this.#options = options
  }

  /** A frame arrived. */
  arrived(raw: string | Uint8Array): void {
    if (this.#closed) return
    const at = this.#at ??= this.#options.now()
    // Reading the time may have ended the connection.
    if (this.#isClosed()) return
    const frame = this.#options.make(at, raw)
    this.#waiting.push(frame)
    this.#options.show(frame)
  }

  /** The oldest `count` frames that were shown, in the order of the link. */
  take(count: number): ReadonlyArray<Frame> {
    this.#at = undefined
    if (this.#waiting.length > count) return this.#waiting.splice(0, count)
    const all = this.#waiting
    this.#waiting = []
    return all
  }

  /** The connection is over: later frames are not shown. */
  close(): void {
    this.#closed = true
    this.#waiting = []
  }

  /** A method, so that the compiler does not take the value as known. */
  #isClosed(): boolean {
    return this.#closed
  }
}
