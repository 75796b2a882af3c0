/** One running of a shared source: from its first consumer on. */
import type { Source } from "@boltodds/protocol"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import type { ConsumerOptions } from "./ConsumerOptions.ts"
import type { FeedView } from "./FeedView.ts"
import { Consumer } from "./Consumer.ts"

/** Reads a source, and gives each consumer everything. */
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

  /** How many have ever joined. */
  get joins(): number {
    return this.#joins
  }

  /** Begins to read, in a fiber that no consumer's end interrupts. */
  start(source: Source<E>): Effect.Effect<void> {
    const reading = Stream.runForEachArray(source.events, (events) => this.#hand(this.#view.turn(events)))
    return Effect.map(
      Effect.forkDetach(Effect.onExit(reading, (exit) => Effect.sync(() => this.#end(exit)))),
      (fiber) => {
        this.#fiber = fiber
      },
    )
  }

  /** Stops reading; returns when the source has let go of all it held. */
  readonly stop: Effect.Effect<void> = Effect.suspend(() =>
    this.#fiber === undefined ? Effect.void : Fiber.interrupt(this.#fiber)
  )

  join(options: ConsumerOptions): Consumer<A, E> {
    const consumer = new Consumer<A, E>(options, () => this.#changed())
    // Whatever it weighs: none of it can be left out, and the room is for what comes.
    consumer.push(this.#view.snapshot(), 0)
    this.#consumers.add(consumer)
    this.#joins++
    return consumer
  }

  leave(consumer: Consumer<A, E>): void {
    this.#consumers.delete(consumer)
    this.#changed()
  }

  #hand(items: ReadonlyArray<A>): Effect.Effect<void> {
    if (this.#give(items)) return this.#room
    // Consumers get their turn before the source does.
    return Effect.yieldNow
  }

  /** Whether someone is full now. */
  #give(items: ReadonlyArray<A>): boolean {
    let bytes = 0
    for (let index = 0; index < items.length; index++) bytes += this.#view.weigh(items[index]!)
    let full = false
    for (const consumer of this.#consumers) {
      consumer.push(items, bytes)
      full ||= consumer.isFull
    }
    return full
  }

  /** Waits until no one is full; cuts off those for whom the others have waited too long. */
  readonly #room: Effect.Effect<void> = Effect.gen({ self: this }, function* () {
    for (;;) {
      const all = [...this.#consumers]
      const full = all.filter((consumer) => consumer.isFull)
      if (full.length === 0) return yield* Effect.yieldNow
      const change = this.#change
      const keeping = all.some((consumer) => consumer.isIdle) ? full.filter((consumer) => consumer.cutsOff) : []
      if (keeping.length === 0) {
        yield* change
        continue
      }
      const patience = Math.min(...keeping.map(({ patienceMillis, keptMillis }) => patienceMillis - keptMillis))
      const before = yield* Clock.monotonicTimeNanos
      yield* Effect.timeoutOption(change, patience)
      const passed = Number((yield* Clock.monotonicTimeNanos) - before) / 1e6
      for (const consumer of keeping) {
        // One that has caught up meanwhile begins at nothing again.
        if (!consumer.isIdle) consumer.keptMillis += passed
        if (consumer.isFull && consumer.keptMillis >= consumer.patienceMillis) consumer.cutOff()
      }
    }
  })

  /** Returns when anything has changed since this was made: looks and waiting must not miss each other. */
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
    // A view that threw is not asked again.
    const words = isBroken ? [] : this.#view.end?.(reason) ?? []
    for (const consumer of this.#consumers) {
      consumer.push(words, 0)
      consumer.end(closed || Exit.isSuccess(exit) ? Cause.done() : Effect.failCause(exit.cause))
    }
  }
}
