/** The queue of a session's events. */
import type { FeedEvent, Frame } from "@boltodds/protocol"
import type { NonEmptyReadonlyArray } from "effect/Array"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Pull } from "effect/Pull"
import { PullQueue } from "../PullQueue.ts"

/** What an event costs in memory, besides the bytes of a frame. */
const eventBytes = 200

/**
 * How much a pull takes. What a consumer makes of one pull becomes garbage before much of the next is made, and is cheap
 * to collect: with megabytes at once, a third of the time went into garbage collection.
 */
const pullBytes = 64 * 1024

/** The weight of an event that waits, in bytes. */
export const weighEvent = (event: FeedEvent): number =>
  event._tag === "Frame" ? eventBytes + event.raw.length : eventBytes

/** Events on their way to the consumer. The session stops reading while it is `full`. One waiter for room at a time. */
export class EventQueue<E> {
  /** Takes the oldest events. */
  readonly pull: Pull<NonEmptyReadonlyArray<FeedEvent>, E>
  /** Returns once there is room: at once unless full, otherwise when half of the bound is free. */
  readonly room: Effect.Effect<void>
  readonly #queue: PullQueue<FeedEvent, E | Cause.Done>
  readonly #boundBytes: number
  #waiter: ((room: Effect.Effect<void>) => void) | undefined

  constructor(boundBytes: number) {
    this.#boundBytes = boundBytes
    this.#queue = new PullQueue({
      weigh: weighEvent,
      boundBytes,
      pullBytes,
      // Resumed after the consumer has its events: later ones must not precede them.
      onRoom: () => {
        const waiter = this.#waiter
        this.#waiter = undefined
        if (waiter !== undefined) queueMicrotask(() => waiter(Effect.void))
      },
    })
    this.pull = this.#queue.pull
    this.room = Effect.callback((resume) => {
      if (!this.full) return resume(Effect.void)
      this.#waiter = resume
      return Effect.sync(() => {
        this.#waiter = undefined
      })
    })
  }

  /** Whether the events that wait are over the bound. */
  get full(): boolean {
    return this.#queue.bytes > this.#boundBytes
  }

  /** Adds an event, for the next `flush`. A `Tick` replaces one that still waits and is the newest event. */
  push(event: Exclude<FeedEvent, Frame>): void {
    const { last } = this.#queue
    // A `Tick` that reports a jump of the clock stays.
    const isReplaced = event._tag === "Tick" && last?._tag === "Tick" && last.epoch === event.epoch &&
      Math.abs(last.wall - last.at) < 1000
    if (isReplaced) this.#queue.replaceLast(event)
    else this.#queue.push(event)
  }

  /** Adds a frame, for the next `flush`. */
  pushFrame(frame: Frame): void {
    this.#queue.push(frame)
  }

  /** Gives events to the consumer if it waits. */
  flush(): void {
    this.#queue.flush()
  }

  /** Ends the stream after the events that wait. The first end counts. */
  end(how: Effect.Effect<never, E | Cause.Done>): void {
    this.#queue.end(how)
    this.#queue.flush()
  }
}
