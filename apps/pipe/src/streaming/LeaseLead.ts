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

/** The time in which this process leads, up to its loss. The same lease may be held again later: that is another lead. */
export class LeaseLead implements Lead {
  readonly #lease: OpenLease
  readonly #ended = Deferred.makeUnsafe<string>()
  #why: string | undefined
  #hasLapsed = false
  /** Whether another process wrote where this one writes. */
  isFenced = false
  readonly over: Effect.Effect<string> = Deferred.await(this.#ended)

  constructor(lease: OpenLease) {
    this.#lease = lease
    // Watched once and from the beginning: `lost` of a lease that is held again is the end of the next lead.
    Effect.runFork(Effect.raceFirst(Effect.map(lease.lost, (why) => this.#end(why)), this.over))
  }

  whyOver(): string | undefined {
    this.#hasLapsed ||= !this.#lease.holds()
    return this.#why ?? (this.#hasLapsed ? "the lease has ended" : undefined)
  }

  /**
   * A sink that writes only while this process leads. What is not written waits for the end of the run, which follows: a
   * process that wakes up after a stop comes here before anything notices. What waited is not written either once the
   * lease is held again: it is of a run that ended.
   */
  around(sink: Sink<never>): Sink<never> {
    return {
      ...sink,
      write: (batch) =>
        Effect.suspend(() =>
          this.whyOver() === undefined
            ? Effect.tapError(sink.write(batch), (error) => Effect.sync(() => this.#onError(error)))
            : Effect.never
        ),
    }
  }

  #end(why: string): void {
    this.#why ??= why
    Deferred.doneUnsafe(this.#ended, Exit.succeed(this.#why))
  }

  /** A store that fences has other records than this run knows: what readers have must be read again. */
  #onError({ rest, cause }: SinkError): void {
    const isFenced = rest === "disable" && typeof cause === "object" && cause !== null && "reason" in cause &&
      cause.reason === "fenced"
    if (!isFenced) return
    this.isFenced = true
    this.#end(`the book of the readers is another one: ${errorMessage(cause)}`)
  }

  /** Without a lease nothing may be delivered any more. */
  drainWithin(usual: Duration.Duration | undefined): Duration.Duration | undefined {
    return this.whyOver() === undefined ? usual : Duration.millis(drainMillis)
  }
}
