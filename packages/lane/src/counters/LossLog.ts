/** Losses as events of the lane: not one for each, which would be a flood. */
import type { LaneEvent } from "../LaneEvent.ts"

const everyMillis = 1_000

interface Kept {
  at: number
  lost: number
  eventOf: (lost: number) => LaneEvent
}

/** Reports the first loss of a reason at once, and later ones at most once a second: with the next loss, or in `settle`. */
export class LossLog {
  readonly #onEvent: (event: LaneEvent) => void
  readonly #kept = new Map<string, Kept>()

  constructor(onEvent: (event: LaneEvent) => void) {
    this.#onEvent = onEvent
  }

  lost(count: number, reason: string, now: number): void {
    this.#add(count, reason, now, (lost) => ({ _tag: "Lost", reason, lost }))
  }

  /** The same for what a store did not take. */
  refused(count: number, cause: unknown, now: number): void {
    this.#add(count, "store_failed", now, (lost) => ({ _tag: "StoreFailed", cause, lost }))
  }

  /** Reports losses that are due; at the end of a lane all that are left. */
  settle(now: number): void {
    for (const kept of this.#kept.values()) if (kept.lost > 0) this.#report(kept, now)
  }

  #add(count: number, reason: string, now: number, eventOf: Kept["eventOf"]): void {
    if (count === 0) return
    const kept = this.#kept.get(reason) ?? { at: -Infinity, lost: 0, eventOf }
    this.#kept.set(reason, kept)
    kept.lost += count
    kept.eventOf = eventOf
    this.#report(kept, now)
  }

  #report(kept: Kept, now: number): void {
    if (now - kept.at < everyMillis) return
    this.#onEvent(kept.eventOf(kept.lost))
    kept.at = now
    kept.lost = 0
  }
}
