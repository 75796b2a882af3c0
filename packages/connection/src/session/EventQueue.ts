/** Where the session's events wait for the consumer. */
import type { FeedEvent, Frame } from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"

/** Beside the bytes of frames, an event costs about this much. */
const eventBytes = 200

/**
 * A pull takes at least one event, and more up to this. What a consumer makes of one pull is garbage before much of the
 * next one is made, and dies young: taking megabytes at once had a third of the time spent on collecting them.
 */
const pullBytes = 64 * 1024

const weigh = (event: FeedEvent): number => event._tag === "Frame" ? eventBytes + event.raw.length : eventBytes

/** A queue bounded by whoever fills it: `full` says when to stop. One puller and one waiter for room at a time. */
export class EventQueue<E> {
  /** Takes the oldest of what waits. */
  readonly pull: Pull<NonEmptyReadonlyArray<FeedEvent>, E>
  /** Waits until the consumer has taken half of what makes the queue full. */
  readonly room: Effect.Effect<void>
  readonly #bound: number
  #events: Array<FeedEvent> = []
  /** Where what waits begins. */
  #head = 0
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
    if (event._tag === "Tick" && last >= this.#head) {
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
    const waiting = this.#events
    if (waiting.length === this.#head) return this.#end
    let end = this.#head
    let bytes = 0
    do bytes += weigh(waiting[end++]!)
    while (end < waiting.length && bytes < pullBytes)
    const events = this.#detach(end)
    this.#bytes -= bytes
    const waiter = this.#waiter
    if (waiter !== undefined && this.#bytes <= this.#bound / 2) {
      this.#waiter = undefined
      // After the consumer has got its events: what follows must not come in between.
      queueMicrotask(() => waiter(Effect.void))
    }
    return Effect.succeed(events as unknown as NonEmptyReadonlyArray<FeedEvent>)
  }

  /** Takes everything before `end`, and lets go of it: a frame may hold all that was decoded from it. */
  #detach(end: number): ReadonlyArray<FeedEvent> {
    const waiting = this.#events
    if (end === waiting.length) {
      this.#events = []
      const events = this.#head === 0 ? waiting : waiting.slice(this.#head)
      this.#head = 0
      return events
    }
    const events = waiting.slice(this.#head, end)
    if (end * 2 >= waiting.length) {
      this.#events = waiting.slice(end)
      this.#head = 0
    } else {
      waiting.fill(undefined as never, this.#head, end)
      this.#head = end
    }
    return events
  }
}
