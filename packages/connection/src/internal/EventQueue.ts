/** Where the session's events wait for the consumer. */
import type { FeedEvent, Frame } from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"

/** Beside the bytes of frames, an event costs about this much. */
const eventBytes = 200

/** A queue bounded by whoever fills it: `full` says when to stop. One puller and one waiter for room at a time. */
export class EventQueue<E> {
  /** Takes all that waits. */
  readonly pull: Pull<NonEmptyReadonlyArray<FeedEvent>, E>
  /** Waits until the consumer has taken what made the queue full. */
  readonly room: Effect.Effect<void>
  readonly #bound: number
  #events: Array<FeedEvent> = []
  #bytes = 0
  #end: Effect.Effect<never, E | Cause.Done> | undefined
  #puller: ((events: Effect.Effect<NonEmptyReadonlyArray<FeedEvent>, E | Cause.Done>) => void) | undefined
  #waiter: ((room: Effect.Effect<void>) => void) | undefined

  constructor(boundBytes: number) {
    this.#bound = boundBytes
    this.pull = Effect.callback((resume) => {
      const ready = this.#take()
      if (ready !== undefined) return resume(ready)
      this.#puller = resume
      return Effect.sync(() => {
        this.#puller = undefined
      })
    })
    this.room = Effect.callback((resume) => {
      if (!this.full) return resume(Effect.void)
      this.#waiter = resume
      return Effect.sync(() => {
        this.#waiter = undefined
      })
    })
  }

  /** Whether what waits is over the bound. Never while the consumer waits. */
  get full(): boolean {
    return this.#bytes > this.#bound
  }

  /** Adds an event, for the next `flush`. A Tick takes the place of one that nobody has taken yet. */
  push(event: Exclude<FeedEvent, Frame>): void {
    const last = this.#events.length - 1
    if (event._tag === "Tick" && last >= 0) {
      const waiting = this.#events[last]!
      // A Tick that tells of a clock's jump stays.
      if (waiting._tag === "Tick" && waiting.epoch === event.epoch && Math.abs(waiting.wall - waiting.at) < 1000) {
        this.#events[last] = event
        return
      }
    }
    this.#events.push(event)
    this.#bytes += eventBytes
  }

  /** Adds a frame, for the next `flush`. */
  pushFrame(frame: Frame): void {
    this.#events.push(frame)
    this.#bytes += eventBytes + frame.raw.length
  }

  /** Hands what waits to the consumer, if it is waiting. */
  flush(): void {
    const puller = this.#puller
    if (puller === undefined) return
    const ready = this.#take()
    if (ready === undefined) return
    this.#puller = undefined
    puller(ready)
  }

  /** Ends the stream behind what waits. The first end counts. */
  end(how: Effect.Effect<never, E | Cause.Done>): void {
    this.#end ??= how
    this.flush()
  }

  #take(): Effect.Effect<NonEmptyReadonlyArray<FeedEvent>, E | Cause.Done> | undefined {
    if (this.#events.length === 0) return this.#end
    const events = this.#events as unknown as NonEmptyReadonlyArray<FeedEvent>
    this.#events = []
    this.#bytes = 0
    const waiter = this.#waiter
    if (waiter !== undefined) {
      this.#waiter = undefined
      // After the consumer has got its events: what follows must not come in between.
      queueMicrotask(() => waiter(Effect.void))
    }
    return Effect.succeed(events)
  }
}
