/** The queue under all that waits in this package: weighed items, one reader that pulls them, and a bound. */
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"

/** How a {@link PullQueue} measures and hands out its items. */
export interface PullQueueOptions<A> {
  /** The weight of an item, in bytes. */
  readonly weigh: (item: A) => number
  /** The queue is full above this weight, in bytes. */
  readonly boundBytes: number
  /** A pull takes at least one item, and more until they weigh this, in bytes. */
  readonly pullBytes: number
  /** Called once the queue is full. */
  readonly onFull?: (() => void) | undefined
  /** Called once a full queue is down to half of its bound. */
  readonly onRoom?: (() => void) | undefined
  /** Called when a pull finds nothing and waits. */
  readonly onIdle?: (() => void) | undefined
}

/**
 * A first-in, first-out queue that accepts every item: the writer stops when it is full. One pull at a time.
 *
 * A pull that waits gets items with the next `flush`, not with `push`: a turn of the event loop is handed over at once.
 */
export class PullQueue<A, E> {
  /** Takes the oldest items. Waits while there are none, and fails once the queue has ended and is empty. */
  readonly pull: Effect.Effect<NonEmptyReadonlyArray<A>, E>
  readonly #options: PullQueueOptions<A>
  #items: Array<A> = []
  /** The index of the oldest item. */
  #head = 0
  #bytes = 0
  #isFull = false
  #end: Effect.Effect<never, E> | undefined
  #reader: ((items: Effect.Effect<NonEmptyReadonlyArray<A>, E>) => void) | undefined

  constructor(options: PullQueueOptions<A>) {
    this.#options = options
    this.pull = Effect.callback((resume) => {
      const ready = this.#take()
      if (ready !== undefined) return resume(ready)
      this.#reader = resume
      options.onIdle?.()
      return Effect.sync(() => {
        this.#reader = undefined
      })
    })
  }

  /** The weight of what waits. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether the queue was over its bound, and is not yet down to half of it. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** Whether a pull waits. */
  get isIdle(): boolean {
    return this.#reader !== undefined
  }

  /** The newest item that waits. */
  get last(): A | undefined {
    return this.#items.length > this.#head ? this.#items[this.#items.length - 1] : undefined
  }

  /** Adds an item. Ignored once the queue has ended. */
  push(item: A): void {
    if (this.#end !== undefined) return
    this.#items.push(item)
    this.#bytes += this.#options.weigh(item)
    if (this.#bytes > this.#options.boundBytes && !this.#isFull) {
      this.#isFull = true
      this.#options.onFull?.()
    }
  }

  /** Replaces `last` with an item of the same weight. */
  replaceLast(item: A): void {
    this.#items[this.#items.length - 1] = item
  }

  /** Gives items to a pull that waits. */
  flush(): void {
    const reader = this.#reader
    if (reader === undefined) return
    const ready = this.#take()
    if (ready === undefined) return
    this.#reader = undefined
    reader(ready)
  }

  /** Ends the queue after what waits, for the next `flush`. The first end counts. */
  end(how: Effect.Effect<never, E>): void {
    this.#end ??= how
  }

  /** Drops what waits. */
  clear(): void {
    this.#items = []
    this.#head = 0
    this.#bytes = 0
    this.#isFull = false
  }

  #take(): Effect.Effect<NonEmptyReadonlyArray<A>, E> | undefined {
    const { weigh, pullBytes, boundBytes, onRoom } = this.#options
    const all = this.#items
    if (all.length === this.#head) return this.#end
    let end = this.#head
    let bytes = 0
    do bytes += weigh(all[end++]!)
    while (end < all.length && bytes < pullBytes)
    const items = this.#detach(end)
    this.#bytes -= bytes
    if (this.#isFull && this.#bytes <= boundBytes / 2) {
      this.#isFull = false
      onRoom?.()
    }
    return Effect.succeed(items as unknown as NonEmptyReadonlyArray<A>)
  }

  /** Takes all items before `end`, and drops the references to them: a frame may hold all that was decoded from it. */
  #detach(end: number): ReadonlyArray<A> {
    const all = this.#items
    if (end === all.length) {
      this.#items = []
      const items = this.#head === 0 ? all : all.slice(this.#head)
      this.#head = 0
      return items
    }
    const items = all.slice(this.#head, end)
    if (end * 2 >= all.length) {
      this.#items = all.slice(end)
      this.#head = 0
    } else {
      all.fill(undefined as never, this.#head, end)
      this.#head = end
    }
    return items
  }
}
