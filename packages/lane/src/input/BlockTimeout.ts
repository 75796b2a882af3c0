/** How long a full lane may hold up the source. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"

interface BlockTimeoutOptions {
  /** Default: without end. */
  readonly span: Duration.Duration | undefined
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly onLost: (after: Duration.Duration) => void
}

/**
 * Times out when the source has waited this long without a break. Ends when the sink has caught up: it has delivered
 * something since, and nothing waits. Room in the lane is no sign of that: dropping records makes room too.
 */
export class BlockTimeout {
  readonly #options: BlockTimeoutOptions
  readonly #waiting = Latch.makeUnsafe(false)
  /** When the source began to wait, and the number of this wait. */
  #since = 0
  #wait = 0
  #hasDelivered = false
  isLost = false

  constructor(options: BlockTimeoutOptions) {
    this.#options = options
  }

  /** The source begins to wait. */
  waits(): void {
    if (this.#options.span === undefined || this.#waiting.isOpen()) return
    this.#since = this.#options.now()
    this.#wait += 1
    this.#waiting.openUnsafe()
  }

  /** The source continues. */
  goesOn(): void {
    this.#waiting.closeUnsafe()
  }

  /** The sink has delivered something. */
  delivered(): void {
    this.#hasDelivered = true
  }

  /** Nothing waits in the lane. */
  emptied(): void {
    if (this.#hasDelivered) this.isLost = false
  }

  /** Checks the clock, in the background of a scope. */
  get watch(): Effect.Effect<void, never, Scope.Scope> {
    const { span, now, onLost } = this.#options
    if (span === undefined) return Effect.void
    const look = Effect.gen({ self: this }, function* () {
      yield* this.#waiting.await
      const wait = this.#wait
      const left = this.#since + Duration.toMillis(span) - now()
      if (left > 0) yield* Effect.sleep(Duration.millis(Math.ceil(left)))
      // A later wait is timed from its own beginning.
      if (!this.#waiting.isOpen() || wait !== this.#wait) return
      this.goesOn()
      this.isLost = true
      this.#hasDelivered = false
      onLost(span)
    })
    return Effect.asVoid(Effect.forkScoped(Effect.forever(look)))
  }
}
