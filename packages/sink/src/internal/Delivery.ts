/** One batch at a time, through all its attempts. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type { Envelope } from "../Envelope.ts"
import type { LaneEnd } from "../Lane.ts"
import type { LaneEvent } from "../LaneEvent.ts"
import { retryDelay, type RetryPolicy } from "../Retry.ts"
import { type Sink, SinkError, type SinkFailure, type SinkOutcome } from "../Sink.ts"
import type { Ledger } from "./Ledger.ts"

interface DeliveryOptions {
  readonly run: string
  readonly retry: RetryPolicy
  readonly onEvent: (event: LaneEvent) => void
  readonly onSettled: () => void
}

/** Delivers batches to a sink and enters what becomes of them. */
export class Delivery<A> {
  readonly #sink: Sink<A>
  readonly #ledger: Ledger<A>
  readonly #options: DeliveryOptions
  #troubled = false

  constructor(sink: Sink<A>, ledger: Ledger<A>, options: DeliveryOptions) {
    this.#sink = sink
    this.#ledger = ledger
    this.#options = options
  }

  /**
   * Returns when every envelope has its place in the books; with an end where the sink takes no more.
   *
   * No generator here: V8 gives every new generator function a hidden class of its own in the old space, which would
   * hold each batch until a full collection.
   */
  deliver(envelopes: ReadonlyArray<Envelope<A>>, attempt = 1): Effect.Effect<LaneEnd | undefined> {
    return Effect.matchCauseEffect(this.#write(envelopes, attempt), {
      onSuccess: () => {
        this.#delivered(envelopes)
        return Effect.undefined
      },
      onFailure: (cause) => this.#failed(envelopes, attempt, errorOf(cause)),
    })
  }

  #failed(
    envelopes: ReadonlyArray<Envelope<A>>,
    attempt: number,
    error: SinkError,
  ): Effect.Effect<LaneEnd | undefined> {
    const rest = this.#enter(envelopes, error)
    switch (error.rest) {
      case "retry": {
        const { retry } = this.#options
        if (rest.length === 0) return Effect.undefined
        if (attempt >= retry.attempts) {
          this.#ledger.deadLettered(rest)
          this.#trouble({ _tag: "DeadLettered", error, lost: rest.length })
          return Effect.undefined
        }
        return Effect.flatMap(retryDelay(retry, attempt, error.retryAfter), (delay) => {
          this.#ledger.retries += 1
          this.#trouble({ _tag: "Retrying", error, attempt, delay })
          return Effect.andThen(Effect.sleep(delay), Effect.suspend(() => this.deliver(rest, attempt + 1)))
        })
      }
      case "degrade":
        this.#ledger.lost(rest, "degraded")
        this.#trouble({ _tag: "Degraded", error, lost: rest.length })
        return Effect.undefined
      case "disable":
      case "end": {
        const lost = rest.length + this.#ledger.store.waiting
        const _tag = error.rest === "end" ? "Ended" : "Disabled"
        this.#ledger.lost(rest, _tag === "Ended" ? "ended" : "disabled")
        this.#options.onEvent({ _tag, error, lost })
        return Effect.succeed<LaneEnd>({ _tag, error })
      }
    }
  }

  #write(envelopes: ReadonlyArray<Envelope<A>>, attempt: number): Effect.Effect<void, SinkError> {
    return Effect.suspend(() => this.#sink.write({ id: this.#idOf(envelopes), attempt, envelopes }))
  }

  /** The same envelopes have the same id: in every attempt, and in a later process that finds them in a durable store. */
  #idOf(envelopes: ReadonlyArray<Envelope<A>>): string {
    return `${this.#options.run}.${envelopes[0]!.seq}-${envelopes[envelopes.length - 1]!.seq}.${envelopes.length}`
  }

  /** Enters what an error says of delivered and rejected envelopes; gives the others. */
  #enter(envelopes: ReadonlyArray<Envelope<A>>, error: SinkError): ReadonlyArray<Envelope<A>> {
    const count = Math.max(0, Math.min(envelopes.length, Math.trunc(error.delivered)))
    if (count > 0) this.#ledger.delivered(envelopes.slice(0, count))
    const rejected = new Set(error.rejected)
    const dead: Array<Envelope<A>> = []
    const rest: Array<Envelope<A>> = []
    for (let index = count; index < envelopes.length; index++) {
      ;(rejected.has(index) ? dead : rest).push(envelopes[index]!)
    }
    if (dead.length > 0) {
      this.#ledger.deadLettered(dead)
      this.#trouble({ _tag: "DeadLettered", error, lost: dead.length })
    }
    this.#options.onSettled()
    return rest
  }

  #delivered(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#ledger.delivered(envelopes)
    this.#options.onSettled()
    if (!this.#troubled) return
    this.#troubled = false
    this.#options.onEvent({ _tag: "Recovered" })
  }

  #trouble(event: LaneEvent): void {
    this.#troubled = true
    this.#options.onSettled()
    this.#options.onEvent(event)
  }
}

/**
 * A sink that breaks its contract by a defect is broken: trying it again would not mend it. A sink from another copy of
 * this package has another class, so the shape decides.
 */
const errorOf = (cause: Cause.Cause<SinkError>): SinkError => {
  const failure: unknown = Cause.squash(cause)
  if (failure instanceof SinkError) return failure
  return new SinkError(isSinkFailure(failure) ? failure : { rest: "disable", cause: failure })
}

const outcomes: ReadonlyArray<unknown> = ["retry", "degrade", "disable", "end"] satisfies ReadonlyArray<SinkOutcome>

const isSinkFailure = (value: unknown): value is SinkFailure =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "SinkError" && "rest" in value &&
  outcomes.includes(value.rest)
