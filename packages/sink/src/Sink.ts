/** The contract of a sink: all that somebody who writes one depends on. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Envelope } from "./Envelope.ts"

/** Envelopes to deliver together: one or more whole groups, in order, never empty. */
export interface Batch<out A> {
  /** The same at every attempt, and after a crash: it is made of the identities of the records it holds. */
  readonly id: string
  /** The run of the envelopes that do not name another. The lane always gives it. */
  readonly run?: string
  /**
   * Where the lane has a durable store: the opening of the store in which these were added, counted from 1. It orders runs,
   * which no clock does; 0 is a store of a version that did not count.
   */
  readonly term?: number
  /** From 1. */
  readonly attempt: number
  readonly envelopes: ReadonlyArray<Envelope<A>>
  /**
   * Indices of records about a line of which a newer record was waiting, in this batch or after it, when it was first
   * tried: true, but history. The same at every attempt. Left out where the lane's store does not know.
   */
  readonly superseded?: ReadonlyArray<number>
}

/**
 * A destination.
 *
 * A sink is `write` and the scope it was made in: what it opened is closed, and what it holds is flushed, when that
 * scope closes. Batching, order, retries, bounds and accounting are the work of the lane around it; `write` is never
 * called before the one before it has returned.
 */
export interface Sink<in A> {
  /**
   * What a delivered batch means. `at-most-once`: handed over once, and perhaps lost after that point.
   * `at-least-once`: the destination has acknowledged it, and may see it again.
   */
  readonly guarantee: "at-most-once" | "at-least-once"
  /** Returns when the batch is delivered. Interrupted when a lane's time to drain is over. */
  readonly write: (batch: Batch<A>) => Effect.Effect<void, SinkError>
  /** Whether the destination can be reached, without delivering anything. */
  readonly check?: Effect.Effect<void, SinkError>
  /** Opens the destination again (a file after its rotation by others). */
  readonly reopen?: Effect.Effect<void, SinkError>
}

/**
 * What becomes of the part of a batch that was neither delivered nor rejected.
 *
 * `retry`: it is tried again, after a while · `degrade`: it is lost and counted, and the lane goes on with the next
 * batch · `disable`: something is wrong that trying cannot mend; the lane takes nothing more, and what it holds is
 * lost and counted · `end`: the same in peace: the reader has gone.
 */
export type SinkOutcome = "retry" | "degrade" | "disable" | "end"

/** What a sink says of a batch that it did not deliver whole. */
export interface SinkFailure {
  readonly rest: SinkOutcome
  /** Why. Never holds a secret. */
  readonly cause: unknown
  /** How many envelopes from the beginning of the batch are delivered. Default 0. */
  readonly delivered?: number
  /** Indices of envelopes that the destination will never take: dead letters. Default none. */
  readonly rejected?: ReadonlyArray<number>
  /** With `retry`: not sooner than this. */
  readonly retryAfter?: Duration.Duration
  /**
   * With `retry`: the destination refuses this many envelopes, those after `delivered`, for the size of what they were
   * sent in. The lane sends them again in halves, down to one; one that is refused alone is a dead letter. For a while
   * the lane sends nothing as large. Default: the size is not the reason.
   */
  readonly tooLarge?: number
  /**
   * From the rest of this batch on there is another reader, which knows nothing of what was delivered before. With
   * `retry` the rest is tried again at once, after a report of that. Default false.
   */
  readonly isNewReader?: boolean
}

/** A batch was not, or not wholly, delivered. */
export class SinkError implements SinkFailure {
  readonly _tag = "SinkError"
  readonly rest: SinkOutcome
  readonly cause: unknown
  readonly delivered: number
  readonly rejected: ReadonlyArray<number>
  readonly retryAfter?: Duration.Duration
  readonly tooLarge?: number
  readonly isNewReader?: boolean

  constructor(failure: SinkFailure) {
    this.rest = failure.rest
    this.cause = failure.cause
    this.delivered = failure.delivered ?? 0
    this.rejected = failure.rejected ?? []
    if (failure.retryAfter !== undefined) this.retryAfter = failure.retryAfter
    if (failure.tooLarge !== undefined) this.tooLarge = failure.tooLarge
    if (failure.isNewReader !== undefined) this.isNewReader = failure.isNewReader
  }

  /** What happened, in one line. */
  get message(): string {
    const why = this.cause instanceof Error ? this.cause.message : String(this.cause)
    return `Cannot deliver (${this.rest}): ${why}`
  }
}

/** A {@link Sink} in the words of promises. */
export interface PromiseSink<in A> {
  /** Default `at-most-once`. */
  readonly guarantee?: Sink<A>["guarantee"]
  /** Resolves when the batch is delivered. `signal` aborts when a lane's time to drain is over. */
  readonly write: (batch: Batch<A>, signal: AbortSignal) => PromiseLike<void>
  /** What a rejection means. A rejection with a {@link SinkError} says so itself. Default: `retry` all of it. */
  readonly failure?: (cause: unknown) => SinkFailure
}

/**
 * Makes a sink of a function that returns a promise.
 *
 * @example
 * ```ts
 * import { sinkFromPromise } from "@boltodds/sink"
 *
 * const sink = sinkFromPromise({
 *   write: async (batch) => {
 *     for (const envelope of batch.envelopes) process.stderr.write(envelope.text + "\n")
 *   },
 * })
 * ```
 */
export const sinkFromPromise = <A>(sink: PromiseSink<A>): Sink<A> => ({
  guarantee: sink.guarantee ?? "at-most-once",
  write: (batch) =>
    Effect.tryPromise({
      try: (signal) => sink.write(batch, signal),
      catch: (cause) =>
        cause instanceof SinkError ? cause : new SinkError(sink.failure?.(cause) ?? { rest: "retry", cause }),
    }),
})
