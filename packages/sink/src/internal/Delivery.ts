/** One batch at a time, through all its attempts. */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BreakerPolicy } from "../Breaker.ts"
import type { Envelope } from "../Envelope.ts"
import type { LaneEnd } from "../Lane.ts"
import type { LaneEvent } from "../LaneEvent.ts"
import type { Partition } from "../Partition.ts"
import { retryDelay, type RetryPolicy } from "../Retry.ts"
import { type Batch, type Sink, SinkError, type SinkFailure, type SinkOutcome } from "../Sink.ts"
import type { Ledger } from "./Ledger.ts"
import { batchId } from "./batchId.ts"
import { partsOf } from "./partsOf.ts"
import { Strikes } from "./Strikes.ts"
import { hasStart, withNotices } from "./withNotices.ts"

interface DeliveryOptions<A> {
  readonly run: string
  readonly retry: RetryPolicy
  readonly breaker: BreakerPolicy
  readonly partition: Partition<A> | undefined
  /** In milliseconds of the wall clock. */
  readonly maxAge: number | undefined
  readonly onEvent: (event: LaneEvent) => void
  readonly onSettled: () => void
  /** Wall clock, in milliseconds. */
  readonly wall: () => number
  /** Monotonic, in milliseconds. */
  readonly now: () => number
}

/** Delivers batches to a sink and enters what becomes of them. */
export class Delivery<A> {
  readonly #sink: Sink<A>
  readonly #ledger: Ledger<A>
  readonly #options: DeliveryOptions<A>
  readonly #strikes: Strikes
  /** Some of what was to be delivered last waits again. */
  hasGivenBack = false
  #delivering: "records" | "news" = "records"
  #troubled = false
  #end: LaneEnd | undefined
  /** Of the batch that failed last: where what failed is merged with what waits, the next may be the same or not. */
  #failed: { readonly id: string; readonly attempt: number } | undefined

  constructor(sink: Sink<A>, ledger: Ledger<A>, options: DeliveryOptions<A>) {
    this.#sink = sink
    this.#ledger = ledger
    this.#options = options
    this.#strikes = new Strikes(options.breaker)
  }

  /**
   * Returns when every envelope has its place in the books; with an end where the sink takes no more.
   *
   * No generator here: V8 gives every new generator function a hidden class of its own in the old space, which would
   * hold each batch until a full collection.
   */
  deliver(envelopes: ReadonlyArray<Envelope<A>>): Effect.Effect<LaneEnd | undefined> {
    const { partition } = this.#options
    this.hasGivenBack = false
    this.#delivering = "records"
    if (this.#ledger.store.isDurable === true) return this.#deliverStored(envelopes)
    if (partition === undefined) return this.#attempt(envelopes, 1)
    return this.#deliverParts(envelopes, partition)
  }

  /** What a durable store gave goes alone: after a crash it must be the same batch again. News of losses goes by itself. */
  #deliverStored(envelopes: ReadonlyArray<Envelope<A>>): Effect.Effect<LaneEnd | undefined> {
    const { partition, now } = this.#options
    const tell = (notices: ReadonlyArray<Envelope<A>>): Effect.Effect<LaneEnd | undefined> =>
      notices.length === 0 ? Effect.undefined : this.#attempt(notices, 1)
    const all = Effect.suspend(() =>
      partition === undefined ? this.#attempt(envelopes, 1) : this.#deliverParts(envelopes, partition)
    )
    return Effect.flatMap(Effect.suspend(() => tell(this.#ledger.dueNotices(now()))), (end) => {
      if (end !== undefined) return Effect.succeed(end)
      if (!this.#ledger.isLossy || !hasStart(envelopes)) return all
      return Effect.flatMap(
        all,
        (end) => end === undefined ? tell(this.#ledger.noticesBehindStart(now())) : Effect.succeed(end),
      )
    })
  }

  #deliverParts(envelopes: ReadonlyArray<Envelope<A>>, partition: Partition<A>): Effect.Effect<LaneEnd | undefined> {
    const stage = (parts: ReadonlyArray<ReadonlyArray<Envelope<A>>>): Effect.Effect<void> =>
      Effect.suspend(() => {
        const notices = this.#ledger.dueNotices(this.#options.now())
        const all = Effect.forEach(parts, (part) => this.#attempt(part, 1), { concurrency: "unbounded", discard: true })
        return notices.length === 0 ? all : Effect.andThen(this.#attempt(notices, 1), all)
      })
    return Effect.map(Effect.forEach(partsOf(envelopes, partition), stage, { discard: true }), () => this.#end)
  }

  /**
   * The same for everything told again, which ends all doubt about earlier losses: losses since then must be told behind
   * it.
   */
  deliverNews(envelopes: ReadonlyArray<Envelope<A>>): Effect.Effect<LaneEnd | undefined> {
    this.hasGivenBack = false
    this.#delivering = "news"
    return this.#attempt(envelopes, 1)
  }

  /** Returns when something may be tried: taken before, a batch would grow old meanwhile. */
  get ready(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const wait = this.#strikes.wait(this.#options.now())
      return wait === 0 ? Effect.void : Effect.sleep(Duration.millis(wait))
    })
  }

  #attempt(envelopes: ReadonlyArray<Envelope<A>>, attempt: number): Effect.Effect<LaneEnd | undefined> {
    if (this.#end !== undefined) {
      this.#ledger.left(envelopes, reasonOf(this.#end._tag))
      return Effect.succeed(this.#end)
    }
    const wait = this.#strikes.wait(this.#options.now())
    if (wait > 0) {
      return Effect.andThen(
        Effect.sleep(Duration.millis(wait)),
        Effect.suspend(() => this.#attempt(envelopes, attempt)),
      )
    }
    const fresh = this.#delivering === "news" ? envelopes : this.#led(this.#fresh(envelopes))
    if (fresh.length === 0) return Effect.undefined
    return Effect.matchCauseEffect(Effect.suspend(() => this.#sink.write(this.#batchOf(fresh, attempt))), {
      onSuccess: () => {
        this.#delivered(fresh)
        return Effect.undefined
      },
      onFailure: (cause) => this.#failedWith(fresh, attempt, errorOf(cause)),
    })
  }

  /** With the news of a loss before them, where their readers have not heard of it: one among them, while they were tried. */
  #led(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const { partition } = this.#options
    if (envelopes.length === 0 || partition !== undefined || this.#ledger.store.isDurable === true) return envelopes
    return withNotices(this.#ledger, envelopes, this.#options.now())
  }

  /** Those that are not too old; the others are entered. */
  #fresh(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Envelope<A>> {
    const { maxAge, wall } = this.#options
    if (maxAge === undefined || envelopes.length === 0) return envelopes
    const old = this.#ledger.store.older(envelopes, wall() - maxAge)
    if (old.length === 0) return envelopes
    this.#ledger.outlived(old)
    this.#options.onSettled()
    const gone = new Set(old)
    return envelopes.filter((envelope) => !gone.has(envelope))
  }

  #failedWith(
    envelopes: ReadonlyArray<Envelope<A>>,
    attempt: number,
    error: SinkError,
  ): Effect.Effect<LaneEnd | undefined> {
    const rest = this.#enter(envelopes, error)
    switch (error.rest) {
      case "retry":
        return rest.length === 0 ? Effect.undefined : this.#again(rest, attempt, error)
      case "degrade":
        if (rest.length === 0) return Effect.undefined
        this.#ledger.lost(rest, "degraded")
        this.#trouble({ _tag: "Degraded", error, lost: rest.length })
        this.#strike(error)
        return Effect.undefined
      case "disable":
      case "end": {
        const lost = rest.length + this.#ledger.store.waiting
        const _tag = error.rest === "end" ? "Ended" : "Disabled"
        this.#ledger.left(rest, reasonOf(_tag))
        this.#end = { _tag, error }
        this.#options.onEvent({ _tag, error, lost })
        return Effect.succeed(this.#end)
      }
    }
  }

  #again(rest: ReadonlyArray<Envelope<A>>, attempt: number, error: SinkError): Effect.Effect<LaneEnd | undefined> {
    const { retry } = this.#options
    const merges = this.#ledger.store.giveBack !== undefined
    // What is merged with what waits is another batch each time; its tries are counted all the same.
    const tries = merges ? (this.#failed?.attempt ?? 0) + 1 : attempt
    this.#strike(error)
    if (tries >= retry.attempts) {
      this.#failed = undefined
      this.#bury(rest, error)
      return Effect.undefined
    }
    if (merges) this.#failed = { id: batchId(this.#options.run, rest), attempt: tries }
    return Effect.flatMap(retryDelay(retry, tries, error.retryAfter), (delay) => {
      this.#ledger.retries += 1
      this.#trouble({ _tag: "Retrying", error, attempt: tries, delay })
      return Effect.andThen(
        Effect.sleep(delay),
        Effect.suspend(() => {
          if (!merges) return this.#attempt(rest, attempt + 1)
          this.hasGivenBack = true
          this.#ledger.givenBack(rest)
          return Effect.undefined
        }),
      )
    })
  }

  #batchOf(envelopes: ReadonlyArray<Envelope<A>>, attempt: number): Batch<A> {
    const id = batchId(this.#options.run, envelopes)
    const superseded = this.#ledger.store.superseded?.(envelopes)
    return {
      id,
      attempt: this.#failed?.id === id ? this.#failed.attempt + 1 : attempt,
      envelopes,
      ...superseded === undefined ? {} : { superseded },
    }
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
      this.#bury(dead, error)
      if (rest.length === 0) this.#strike(error)
    }
    this.#options.onSettled()
    return rest
  }

  #bury(dead: ReadonlyArray<Envelope<A>>, error: SinkError): void {
    this.#ledger.deadLettered(dead, error.message, this.#options.wall())
    this.#trouble({ _tag: "DeadLettered", error, lost: dead.length })
  }

  #delivered(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#ledger.delivered(envelopes)
    this.#options.onSettled()
    this.#failed = undefined
    this.#strikes.succeeded()
    if (!this.#troubled) return
    this.#troubled = false
    this.#options.onEvent({ _tag: "Recovered" })
  }

  #strike(error: SinkError): void {
    const { breaker, now, onEvent } = this.#options
    if (this.#strikes.failed(now())) onEvent({ _tag: "BreakerOpened", error, ...breaker })
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

const reasonOf = (tag: LaneEnd["_tag"]): string => tag === "Ended" ? "ended" : "disabled"

const outcomes: ReadonlyArray<unknown> = ["retry", "degrade", "disable", "end"] satisfies ReadonlyArray<SinkOutcome>

const isSinkFailure = (value: unknown): value is SinkFailure =>
  typeof value === "object" && value !== null && "_tag" in value && value._tag === "SinkError" && "rest" in value &&
  outcomes.includes(value.rest)
