/** A sink that takes over when another is disabled. */
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"

/** A sink that is not open yet. */
export type SinkEffect = Effect.Effect<Sink<never>, SinkError, Scope.Scope>

/** Called with the reason when a sink is given up. Must not throw. */
export type OnTakeover = (why: string) => void

/**
 * A sink with another that takes over: from the moment the first is disabled (or cannot be opened, or dies of a defect) every
 * envelope that it did not deliver goes to the second. The second is opened only then, and there is no way back.
 *
 * *The second's reader* knows nothing of what the first has delivered. Where that was anything, the error says so to the
 * lane (`isNewReader`), which reports it before the rest and then sends a resnapshot.
 *
 * *Guarantee*: at most once, since it is not known which of the two it is when the lane asks. What the first rejected stays
 * a dead letter. A sink that ends (`rest: "end"`) has no successor: its reader wanted no more.
 */
export const withFallback = (first: SinkEffect, second: SinkEffect, onTakeover: OnTakeover): SinkEffect =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const opened = yield* Effect.result(Scope.provide(first, scope))
    if (opened._tag === "Failure") {
      onTakeover(opened.failure.message)
      return yield* Scope.provide(second, scope)
    }
    const primary = opened.success
    let current = primary
    let hasDelivered = false
    // Opened once, though several deliveries side by side may find the first disabled.
    const successor = yield* Effect.cached(Scope.provide(second, scope))
    const takeOver = (batch: Batch<never>, error: SinkError): Effect.Effect<void, SinkError> =>
      Effect.flatMap(successor, (sink) => {
        if (current !== sink) onTakeover(error.message)
        current = sink
        const { delivered, rejected, cause } = error
        hasDelivered ||= delivered > 0
        if (!hasDelivered && rejected.length === 0) return sink.write(batch)
        // The lane enters what is settled, and comes back with the rest, and what the new reader must know before it.
        return Effect.fail(new SinkError({ rest: "retry", delivered, rejected, cause, isNewReader: true }))
      })
    const write = (batch: Batch<never>): Effect.Effect<void, SinkError> =>
      Effect.suspend(() => {
        const used = current
        if (used !== primary) return used.write(batch)
        return used.write(batch).pipe(
          Effect.catchDefect((cause) => Effect.fail(new SinkError({ rest: "disable", cause }))),
          Effect.catch((error) => {
            if (error.rest === "disable") return takeOver(batch, error)
            hasDelivered ||= error.delivered > 0
            return Effect.fail(error)
          }),
          Effect.tap(() => Effect.sync(() => hasDelivered = true)),
        )
      })
    return {
      guarantee: "at-most-once",
      write,
      ...primary.check === undefined ? {} : { check: primary.check },
      reopen: Effect.suspend(() => current.reopen ?? Effect.void),
    }
  })
