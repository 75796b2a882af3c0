/** The buffer between the callbacks of a socket and the session's pulls: bounded, with one handover per turn. */
import * as Effect from "effect/Effect"
import { PullQueue } from "../PullQueue.ts"
import type { LinkClosed, Turn } from "./Transport.ts"

/** What an adapter must be able to do for its buffer. */
export interface TurnBufferOptions {
  readonly bufferBytes: number
  /** Calls back once everything of this turn of the event loop has been received. */
  readonly atEndOfTurn: (flush: () => void) => void
  /** Stops reading. Called once the bound is passed. Returns a close to end the link instead. */
  readonly onFull: () => LinkClosed | undefined
  /** Reads again. Called when a pull has emptied a full buffer. */
  readonly onDrained: () => void
}

/** A frame, or the number of a ping that was answered. */
type Received = string | Uint8Array | number

/** What an item costs in memory besides the bytes of a frame: a server can send any number of empty frames and pongs. */
const itemBytes = 64

const isFrame = (item: Received): item is string | Uint8Array => typeof item !== "number"

/** A bounded buffer of frames. One pull at a time, which takes all that waits. */
export class TurnBuffer {
  readonly pull: Effect.Effect<Turn, LinkClosed>
  readonly #atEndOfTurn: TurnBufferOptions["atEndOfTurn"]
  readonly #queue: PullQueue<Received, LinkClosed>
  /** The last pong that a pull has taken. */
  #pong: number | undefined
  #newestPong: number | undefined
  #isFlushing = false

  constructor({ bufferBytes, atEndOfTurn, onFull, onDrained }: TurnBufferOptions) {
    this.#atEndOfTurn = atEndOfTurn
    this.#queue = new PullQueue({
      weigh: (item) => itemBytes + (typeof item === "number" ? 0 : item.length),
      boundBytes: bufferBytes,
      pullBytes: Infinity,
      onFull: () => {
        const closed = onFull()
        if (closed !== undefined) this.close(closed)
      },
      onRoom: onDrained,
    })
    this.pull = Effect.map(this.#queue.pull, (items) => this.#turnOf(items))
  }

  /** Takes in a frame. Ignored after a close. */
  push(raw: string | Uint8Array): void {
    this.#queue.push(raw)
    this.#flushSoon()
  }

  /** The peer answered this ping. */
  pong(number: number): void {
    if (number === this.#newestPong) return
    this.#newestPong = number
    this.#queue.push(number)
    this.#flushSoon()
  }

  /** Ends the link after what waits. The first close counts. */
  close(reason: LinkClosed): void {
    this.#queue.end(Effect.fail(reason))
    this.#flushSoon()
  }

  #flushSoon(): void {
    if (this.#isFlushing || !this.#queue.isIdle) return
    this.#isFlushing = true
    this.#atEndOfTurn(() => {
      this.#isFlushing = false
      this.#queue.flush()
    })
  }

  #turnOf(items: ReadonlyArray<Received>): Turn {
    if (items.every(isFrame)) return { frames: items, pong: this.#pong }
    this.#pong = items.findLast((item) => typeof item === "number")
    return { frames: items.filter(isFrame), pong: this.#pong }
  }
}
