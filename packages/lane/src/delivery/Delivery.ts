/** One batch at a time, in the order and company that its readers and its store need. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Envelope, Sink } from "@boltodds/sink"
import type { LaneEnd } from "../LaneEnd.ts"
import type { Partition } from "./Partition.ts"
import { type AttemptOptions, DeliveryAttempts } from "./DeliveryAttempts.ts"
import type { Intake } from "../input/Intake.ts"
import { partitionsOf } from "./partitionsOf.ts"
import { startOf } from "../reader/startOf.ts"

interface DeliveryOptions<A> extends AttemptOptions {
  readonly parallel?: Partition<A> | undefined
}

type Delivered = Effect.Effect<LaneEnd | undefined>

/**
 * Delivers batches to a sink.
 *
 * No generators here: V8 gives every new generator function a hidden class of its own in the old space, which would hold
 * each batch until a full collection.
 */
export class Delivery<A> {
  readonly #intake: Intake<A>
  readonly #attempts: DeliveryAttempts<A>
  readonly #partition: Partition<A> | undefined
  /** Some of what was to be delivered last waits again. */
  hasGivenBack = false

  constructor(sink: Sink<A>, intake: Intake<A>, options: DeliveryOptions<A>) {
    this.#intake = intake
    this.#attempts = new DeliveryAttempts(sink, intake, options)
    this.#partition = options.parallel
  }

  /** Returns when every envelope has its place in the books; with an end where the sink takes no more. */
  deliver(envelopes: ReadonlyArray<Envelope<A>>): Delivered {
    const { ledger: { notices }, store } = this.#intake
    this.hasGivenBack = false
    // Where a stream begins readers forget which games they lack.
    if (notices.lacksGames && startOf(envelopes) !== -1) notices.loseEverything()
    const all = store.isDurable === true ? this.#stored(envelopes) : this.#all(envelopes)
    return store.requeue === undefined ? all : Effect.map(all, (end) => {
      this.#requeue(end)
      return end
    })
  }

  /** Delivers what is told again, which ends all doubt about the losses so far: later ones must be told behind it. */
  deliverNews(envelopes: ReadonlyArray<Envelope<A>>): Delivered {
    const since = this.#intake.wall()
    return Effect.map(this.#attempts.news(envelopes, since), (end) => {
      this.#requeue(end)
      return end
    })
  }

  /** Whether the destination has refused, for its size alone, something of the lane's own since this was last asked. */
  takeRefused(): boolean {
    const { isRefused } = this.#attempts
    this.#attempts.isRefused = false
    return isRefused
  }

  /** Returns when something may be tried: taken before, a batch would grow old meanwhile. */
  get ready(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const wait = this.#attempts.wait
      return wait === 0 ? Effect.void : Effect.sleep(Duration.millis(wait))
    })
  }

  /**
   * What a durable store gave goes alone: after a crash it must be the same batch again. News of losses goes by itself,
   * ahead of it. Where a stream begins in it, that makes readers forget the news: then the batch is cut behind it.
   */
  #stored(envelopes: ReadonlyArray<Envelope<A>>): Delivered {
    const { ledger: { notices } } = this.#intake
    const start = notices.isLossy ? startOf(envelopes) : -1
    if (start === -1) return this.#all(envelopes)
    const said = Effect.suspend(() => this.#attempts.made(notices.takeBehindStart(this.#intake.now())))
    const rest = Effect.suspend(() => this.#all(envelopes.slice(start + 1)))
    return Effect.andThen(this.#all(envelopes.slice(0, start + 1)), Effect.andThen(said, rest))
  }

  #all(envelopes: ReadonlyArray<Envelope<A>>): Delivered {
    return this.#partition === undefined ? this.#attempts.made(envelopes) : this.#parts(envelopes, this.#partition)
  }

  #parts(envelopes: ReadonlyArray<Envelope<A>>, partition: Partition<A>): Delivered {
    const stage = (parts: ReadonlyArray<ReadonlyArray<Envelope<A>>>): Effect.Effect<void> =>
      Effect.suspend(() => {
        // What stands before it was not delivered: it must not be overtaken.
        if (this.#attempts.unfinished.length > 0) {
          for (const envelope of parts.flat()) this.#attempts.unfinished.push(envelope)
          return Effect.void
        }
        const each = Effect.forEach(parts, (part: ReadonlyArray<Envelope<A>>) => this.#attempts.made(part), {
          concurrency: "unbounded",
          discard: true,
        })
        if (parts.length === 1) return each
        // Ahead of all of them; a single part has it at its head.
        const { ledger: { notices } } = this.#intake
        return Effect.andThen(this.#attempts.made(notices.takeDue(this.#intake.now())), each)
      })
    return Effect.map(
      Effect.forEach(partitionsOf(envelopes, partition), stage, { discard: true }),
      () => this.#attempts.end,
    )
  }

  /** In one go, so that it stands in its order. */
  #requeue(end: LaneEnd | undefined): void {
    const unfinished = this.#attempts.unfinished.splice(0)
    if (unfinished.length === 0) return
    this.hasGivenBack = true
    if (end === undefined) this.#intake.ledger.requeued(unfinished)
    else this.#intake.ledger.left(unfinished, end._tag === "Ended" ? "ended" : "disabled")
  }
}
