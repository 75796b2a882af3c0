/** What becomes of tries: entered in the books, and told to those who listen. */
import type { BreakerPolicy } from "./BreakerPolicy.ts"
import type { Envelope, SinkError } from "@boltodds/sink"
import type { LaneEvent } from "../LaneEvent.ts"
import type { Intake } from "../input/Intake.ts"
import { CircuitBreaker } from "./CircuitBreaker.ts"

/** Enters the outcomes of one lane. Each of them may make room, and so run the source. */
export class DeliveryAccounting<A> {
  readonly #intake: Intake<A>
  readonly #breaker: BreakerPolicy
  readonly #strikes: CircuitBreaker
  #troubled = false

  constructor(intake: Intake<A>, breaker: BreakerPolicy) {
    this.#intake = intake
    this.#breaker = breaker
    this.#strikes = new CircuitBreaker(breaker)
  }

  /** How long nothing may be tried, in milliseconds. */
  get wait(): number {
    return this.#strikes.wait(this.#intake.now())
  }

  delivered(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#intake.ledger.delivered(envelopes)
    this.#intake.blockTimeout.delivered()
    this.#strikes.succeeded()
    this.#intake.makeRoom()
    if (!this.#troubled) return
    this.#troubled = false
    this.#intake.onEvent({ _tag: "Recovered" })
  }

  /** Enters what an error says of delivered and rejected envelopes; gives the others. */
  enter(envelopes: ReadonlyArray<Envelope<A>>, error: SinkError): ReadonlyArray<Envelope<A>> {
    const count = Math.max(0, Math.min(envelopes.length, Math.trunc(error.delivered)))
    if (count > 0) {
      this.#intake.ledger.delivered(envelopes.slice(0, count))
      this.#intake.blockTimeout.delivered()
    }
    const rejected = new Set(error.rejected)
    const dead: Array<Envelope<A>> = []
    const rest: Array<Envelope<A>> = []
    for (let index = count; index < envelopes.length; index++) {
      ;(rejected.has(index) ? dead : rest).push(envelopes[index]!)
    }
    if (dead.length > 0) {
      this.deadLetter(dead, error)
      if (rest.length === 0) this.countFailure(error)
    }
    this.#intake.makeRoom()
    return rest
  }

  deadLetter(dead: ReadonlyArray<Envelope<A>>, error: SinkError): void {
    this.#intake.ledger.deadLettered(dead, error.message, this.#intake.wall())
    this.trouble({ _tag: "DeadLettered", error, lost: dead.length })
  }

  /** Of a resnapshot: the destination will never take these records. */
  leaveOut(records: ReadonlyArray<Envelope<A>>, error: SinkError): void {
    this.#intake.ledger.forgone(records)
    this.trouble({ _tag: "DeadLettered", error, lost: records.length })
  }

  /** A try has failed, or a batch was refused. */
  countFailure(error: SinkError): void {
    if (!this.#strikes.failed(this.#intake.now())) return
    this.#intake.onEvent({ _tag: "BreakerOpened", error, ...this.#breaker })
  }

  /** Something that ends with `Recovered`. */
  trouble(event: LaneEvent): void {
    this.#troubled = true
    this.#intake.makeRoom()
    this.#intake.onEvent(event)
  }
}
