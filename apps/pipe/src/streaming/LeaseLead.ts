/** The time in which a process leads, and what that means for its sinks. */
import type { OpenLease } from "@boltodds/config"
import type { Sink, SinkError } from "@boltodds/sink"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { errorMessage } from "../process/ExitCode.ts"
import type { Lead } from "./runPipeline.ts"

/** Lanes drain for no longer once a lead is over: they deliver nothing. */
const drainMillis = 200

/** The time in which this process leads, up to its loss. */
export class LeaseLead implements Lead {
  readonly #lease: OpenLease
  readonly #fenced = Deferred.makeUnsafe<string>()
  #why: string | undefined
  /** Whether another process wrote where this one writes. */
  isFenced = false
  readonly over: Effect.Effect<string>

  constructor(lease: OpenLease) {
    this.#lease = lease
    this.over = Effect.tap(
      Effect.raceFirst(lease.lost, Deferred.await(this.#fenced)),
      (why) => Effect.sync(() => this.#why = why),
    )
  }

  whyOver(): string | undefined {
    return this.#why ?? (this.#lease.holds() ? undefined : "the lease has ended")
  }

  /**
   * A sink that writes only while this process leads. What is not written waits for the end of the run, which follows: a
   * process that wakes up after a stop comes here before anything notices.
   */
  around(sink: Sink<never>): Sink<never> {
    return {
      ...sink,
      write: (batch) =>
        Effect.suspend(() =>
          this.#lease.holds()
            ? Effect.tapError(sink.write(batch), (error) => Effect.sync(() => this.#onError(error)))
            : Effect.never
        ),
    }
  }

  /** A store that fences has other records than this run knows: what readers have must be read again. */
  #onError({ rest, cause }: SinkError): void {
    const isFenced = rest === "disable" && typeof cause === "object" && cause !== null && "reason" in cause &&
      cause.reason === "fenced"
    if (!isFenced) return
    this.isFenced = true
    this.#why = `the book of the readers is another one: ${errorMessage(cause)}`
    Deferred.doneUnsafe(this.#fenced, Exit.succeed(this.#why))
  }

  /** Without a lease nothing may be delivered any more. */
  drainWithin(usual: Duration.Duration | undefined): Duration.Duration | undefined {
    return this.whyOver() === undefined ? usual : Duration.millis(drainMillis)
  }
}
