/** Where an adapter's callbacks meet the session's pulls: bounded, and one crossing per turn. */
import * as Effect from "effect/Effect"
import type { LinkClosed, Turn } from "./Transport.ts"

/** What an adapter must be able to do for its buffer. */
export interface TurnBufferOptions {
  readonly bufferBytes: number
  /** Calls back once all that this turn of the event loop brings has been received. */
  readonly atEndOfTurn: (flush: () => void) => void
  /** Stop reading; called once the bound is passed. Where it gives a close, the link ends with it. */
  readonly onFull: () => LinkClosed | undefined
  /** Read again; called when a pull has emptied a full buffer. */
  readonly onDrained: () => void
}

const noFrames: ReadonlyArray<string | Uint8Array> = []

/** A bounded buffer of frames; one puller at a time. */
export class TurnBuffer {
  readonly pull: Effect.Effect<Turn, LinkClosed>
  readonly #options: TurnBufferOptions
  #frames: Array<string | Uint8Array> = []
  #bytes = 0
  #full = false
  #pong: number | undefined
  /** The last pong that a pull has told. */
  #toldPong: number | undefined
  #closed: LinkClosed | undefined
  #flushing = false
  #waiting: ((turn: Effect.Effect<Turn, LinkClosed>) => void) | undefined

  constructor(options: TurnBufferOptions) {
    this.#options = options
    this.pull = Effect.callback((resume) => {
      const ready = this.#take()
      if (ready !== undefined) return resume(ready)
      this.#waiting = resume
      return Effect.sync(() => {
        this.#waiting = undefined
      })
    })
  }

  /** Takes in a frame. Dropped after a close. */
  push(raw: string | Uint8Array): void {
    if (this.#closed !== undefined) return
    this.#frames.push(raw)
    this.#bytes += raw.length
    if (!this.#full && this.#bytes > this.#options.bufferBytes) {
      this.#full = true
      const end = this.#options.onFull()
      if (end !== undefined) this.#closed = end
    }
    this.#flushSoon()
  }

  /** The peer answered this ping. */
  pong(number: number): void {
    this.#pong = number
    this.#flushSoon()
  }

  /** Ends the link; what waits is still pulled before. Only the first close counts. */
  close(reason: LinkClosed): void {
    this.#closed ??= reason
    this.#flushSoon()
  }

  #flushSoon(): void {
    if (this.#flushing || this.#waiting === undefined) return
    this.#flushing = true
    this.#options.atEndOfTurn(() => {
      this.#flushing = false
      const resume = this.#waiting
      if (resume === undefined) return
      const ready = this.#take()
      if (ready === undefined) return
      this.#waiting = undefined
      resume(ready)
    })
  }

  #take(): Effect.Effect<Turn, LinkClosed> | undefined {
    if (this.#frames.length > 0 || this.#pong !== this.#toldPong) {
      const turn: Turn = { frames: this.#frames.length === 0 ? noFrames : this.#frames, pong: this.#pong }
      this.#frames = []
      this.#bytes = 0
      this.#toldPong = this.#pong
      if (this.#full) {
        this.#full = false
        this.#options.onDrained()
      }
      return Effect.succeed(turn)
    }
    return this.#closed === undefined ? undefined : Effect.fail(this.#closed)
  }
}
