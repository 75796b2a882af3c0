/** How long a source waits for one lane. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"

/** Lost after so long without room, and found again when the sink has caught up. */
export class Patience {
  readonly #span: Duration.Duration | undefined
  readonly #onLost: (after: Duration.Duration) => void
  readonly #waiting = Latch.makeUnsafe(false)
  readonly #over = Latch.makeUnsafe(true)
  isLost = false

  constructor(span: Duration.Duration | undefined, on: { readonly onLost: (after: Duration.Duration) => void }) {
    this.#span = span
    this.#onLost = on.onLost
  }

  /** The source waits. */
  waits(): void {
    if (this.#span === undefined) return
    this.#over.closeUnsafe()
    this.#waiting.openUnsafe()
  }

  /** The lane has room. */
  caughtUp(): void {
    this.isLost = false
    this.#waiting.closeUnsafe()
    this.#over.openUnsafe()
  }

  /** Looks at the clock, in the background of a scope. */
  get watch(): Effect.Effect<void, never, Scope.Scope> {
    const span = this.#span
    if (span === undefined) return Effect.void
    const look = Effect.gen({ self: this }, function* () {
      yield* this.#waiting.await
      yield* Effect.timeoutOption(this.#over.await, span)
      if (this.#over.isOpen()) return
      this.isLost = true
      this.#onLost(span)
      yield* this.#over.await
    })
    return Effect.asVoid(Effect.forkScoped(Effect.forever(look)))
  }
}
