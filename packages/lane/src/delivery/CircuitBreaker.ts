/** The circuit breaker of one lane. */
import * as Duration from "effect/Duration"
import type { BreakerPolicy } from "./BreakerPolicy.ts"

/** Counts failures in a row, and says when the next attempt may be made. */
export class CircuitBreaker {
  readonly #policy: BreakerPolicy
  #failures = 0
  #openUntil = -Infinity
  isOpen = false

  constructor(policy: BreakerPolicy) {
    this.#policy = policy
  }

  /** How long the next attempt has to wait, in milliseconds: 0 while the breaker is closed, or half open. */
  wait(now: number): number {
    return Math.max(0, this.#openUntil - now)
  }

  /** Returns whether this one opened the breaker: once for each time that it was closed before. */
  failed(now: number): boolean {
    this.#failures += 1
    if (this.#failures < this.#policy.failures) return false
    const opens = !this.isOpen
    this.isOpen = true
    this.#openUntil = now + Duration.toMillis(this.#policy.cool)
    return opens
  }

  succeeded(): void {
    this.#failures = 0
    this.#openUntil = -Infinity
    this.isOpen = false
  }
}
