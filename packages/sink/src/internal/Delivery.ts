/** One batch at a time, through all its attempts. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
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

  /** Returns when every envelope has its place in the books; with an end where the sink takes no more. */
  readonly deliver: (envelopes: ReadonlyArray<Envelope<A>>) => Effect.Effect<LaneEnd | undefined> = (envelopes) => {
    const { onEvent, retry } = this.#options
    const attempts = Effect.fnUntraced(function* (self: Delivery<A>) {
      let rest = envelopes
      for (let attempt = 1;; attempt++) {
        const exit = yield* Effect.exit(self.#write(rest, attempt))
        if (Exit.isSuccess(exit)) {
          self.#delivered(rest)
          return undefined
        }
        const error = errorOf(exit.cause)
        rest = self.#enter(rest, error)
        switch (error.rest) {
          case "retry": {
            if (rest.length === 0) return undefined
            if (attempt >= retry.attempts) {
              self.#ledger.deadLettered(rest)
              self.#trouble({ _tag: "DeadLettered", error, lost: rest.length })
              return undefined
            }
            const delay = yield* retryDelay(retry, attempt, error.retryAfter)
            self.#ledger.retries += 1
            self.#trouble({ _tag: "Retrying", error, attempt, delay })
            yield* Effect.sleep(delay)
            break
          }
          case "degrade":
            self.#ledger.lost(rest, "degraded")
            self.#trouble({ _tag: "Degraded", error, lost: rest.length })
            return undefined
          case "disable":
          case "end": {
            const lost = rest.length + self.#ledger.store.waiting
            const _tag = error.rest === "end" ? "Ended" : "Disabled"
            self.#ledger.lost(rest, _tag === "Ended" ? "ended" : "disabled")
            onEvent({ _tag, error, lost })
            return { _tag, error } satisfies LaneEnd
          }
        }
      }
    })
    return attempts(this)
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
