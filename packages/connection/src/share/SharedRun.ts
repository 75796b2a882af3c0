/** One running of a shared source, from its first consumer on. */
import type { Source } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { Consumer, type ConsumerOptions } from "./Consumer.ts"
import type { FeedView } from "./FeedView.ts"

/** Reads a source, and gives every turn to each consumer. */
export class SharedRun<A, E> {
  readonly #view: FeedView<A>
  readonly #consumers = new Set<Consumer<A, E>>()
  #fiber: Fiber.Fiber<void, E> | undefined
  #ended = false
  #joins = 0
  #changes = 0
  #waiter: (() => void) | undefined

  constructor(view: FeedView<A>) {
    this.#view = view
  }

  get hasEnded(): boolean {
    return this.#ended
  }

  get size(): number {
    return this.#consumers.size
  }

  /** How many consumers have ever joined. */
  get joins(): number {
    return this.#joins
  }

  /** Starts to read, in a fiber that outlives each consumer. */
  start(source: Source<E>): Effect.Effect<void> {
    const reading = Stream.runForEachArray(source.events, (events) => this.#handOver(this.#view.turn(events)))
    return Effect.map(
      Effect.forkDetach(Effect.onExit(reading, (exit) => Effect.sync(() => this.#end(exit)))),
      (fiber) => {
        this.#fiber = fiber
      },
    )
  }

  /** Stops reading. Returns when the source has released everything. */
  readonly stop: Effect.Effect<void> = Effect.suspend(() =>
    this.#fiber === undefined ? Effect.void : Fiber.interrupt(this.#fiber)
  )

  join(options: ConsumerOptions): Consumer<A, E> {
    const consumer = new Consumer<A, E>(options, () => this.#changed())
    // Without weight: none of it can be left out, and the bound is for what follows.
    consumer.push(this.#view.snapshot(), 0)
    this.#consumers.add(consumer)
    this.#joins++
    return consumer
  }

  leave(consumer: Consumer<A, E>): void {
    this.#consumers.delete(consumer)
    this.#changed()
  }

  #handOver(items: ReadonlyArray<A>): Effect.Effect<void> {
    if (this.#push(items)) return this.#room
    // Consumers run before the source does.
    return Effect.yieldNow
  }

  /** Returns whether a consumer is full now. */
  #push(items: ReadonlyArray<A>): boolean {
    let bytes = 0
    for (let index = 0; index < items.length; index++) bytes += this.#view.weigh(items[index]!)
    let full = false
    for (const consumer of this.#consumers) {
      consumer.push(items, bytes)
      full ||= consumer.isFull
    }
    return full
  }

  /** Waits until no consumer is full. Cuts off those for which the others have waited too long. */
  readonly #room: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    for (;;) {
      const all = [...this.#consumers]
      const full = all.filter((consumer) => consumer.isFull)
      if (full.length === 0) return yield* Effect.yieldNow
      const change = this.#change
      // Time counts only while another consumer has nothing to do.
      const timed = all.some((consumer) => consumer.isIdle) ? full.filter((consumer) => consumer.cutsOff) : []
      if (timed.length === 0) {
        yield* change
        continue
      }
      const untilCut = Math.min(...timed.map(({ cutAfterMillis, keptMillis }) => cutAfterMillis - keptMillis))
      const before = yield* Clock.monotonicTimeNanos
      yield* Effect.timeoutOption(change, untilCut)
      const passed = Number((yield* Clock.monotonicTimeNanos) - before) / 1e6
      for (const consumer of timed) {
        // A consumer that has caught up in the meantime starts at 0 again.
        if (!consumer.isIdle) consumer.keptMillis += passed
        if (consumer.isFull && consumer.keptMillis >= consumer.cutAfterMillis) consumer.cutOff()
      }
    }
  })

  /** Returns once anything has changed since this was read, so that no change between a check and a wait is missed. */
  get #change(): Effect.Effect<void> {
    const seen = this.#changes
    return Effect.callback((resume) => {
      if (this.#changes !== seen) return resume(Effect.void)
      this.#waiter = () => resume(Effect.void)
      return Effect.sync(() => {
        this.#waiter = undefined
      })
    })
  }

  #changed(): void {
    this.#changes++
    const waiter = this.#waiter
    this.#waiter = undefined
    waiter?.()
  }

  #end(exit: Exit.Exit<void, E>): void {
    this.#ended = true
    const closed = Exit.isSuccess(exit) || Cause.hasInterruptsOnly(exit.cause)
    const reason = Exit.isSuccess(exit) ? "source ended" : closed ? "closed" : "source failed"
    const isBroken = Exit.isFailure(exit) && Cause.hasDies(exit.cause)
    // A view that threw is not called again.
    const last = isBroken ? [] : this.#view.end?.(reason) ?? []
    for (const consumer of this.#consumers) {
      consumer.push(last, 0)
      consumer.end(closed || Exit.isSuccess(exit) ? Cause.done() : Effect.failCause(exit.cause))
    }
  }
}
