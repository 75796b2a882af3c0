/** How long a source waits for one lane. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"

interface BlockTimeoutOptions {
  /** Default: for ever. */
  readonly span: Duration.Duration | undefined
  /** Monotonic, in milliseconds. */
  readonly now: () => number
  readonly onLost: (after: Duration.Duration) => void
}

/**
 * Lost when the source has waited so long at a stretch, and found again when the sink has caught up: it has delivered
 * something since, and nothing waits any more. Room alone says nothing, for it was made by giving things up.
 */
export class BlockTimeout {
  readonly #options: BlockTimeoutOptions
  readonly #waiting = Latch.makeUnsafe(false)
  /** When the source began to wait, and which wait of its life it is. */
  #since = 0
  #wait = 0
  #hasDelivered = false
  isLost = false

  constructor(options: BlockTimeoutOptions) {
    this.#options = options
  }

  /** The source waits. */
  waits(): void {
    if (this.#options.span === undefined || this.#waiting.isOpen()) return
    this.#since = this.#options.now()
    this.#wait += 1
    this.#waiting.openUnsafe()
  }

  /** The source goes on. */
  goesOn(): void {
    this.#waiting.closeUnsafe()
  }

  /** Something has arrived. */
  delivered(): void {
    this.#hasDelivered = true
  }

  /** Nothing waits any more. */
  emptied(): void {
    if (this.#hasDelivered) this.isLost = false
  }

  /** Looks at the clock, in the background of a scope. */
  get watch(): Effect.Effect<void, never, Scope.Scope> {
    const { span, now, onLost } = this.#options
    if (span === undefined) return Effect.void
    const look = Effect.gen({ self: this }, function* () {
      yield* this.#waiting.await
      const wait = this.#wait
      const left = this.#since + Duration.toMillis(span) - now()
      if (left > 0) yield* Effect.sleep(Duration.millis(Math.ceil(left)))
      // Another wait has a time of its own.
      if (!this.#waiting.isOpen() || wait !== this.#wait) return
      this.goesOn()
      this.isLost = true
      this.#hasDelivered = false
      onLost(span)
    })
    return Effect.asVoid(Effect.forkScoped(Effect.forever(look)))
  }
}
