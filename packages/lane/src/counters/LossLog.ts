/** Losses as events of the lane: not one for each, which would be a flood. */
import type { LaneEvent } from "../LaneEvent.ts"

const everyMillis = 1_000

interface Kept {
  at: number
  lost: number
  tell: (lost: number) => LaneEvent
}

/** Tells the first loss of a reason at once, and what follows it at most once a second: with the next, or in `settle`. */
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

  /** Tells what has not been told: what is due, or, at the end of a lane, all of it. */
  settle(now: number): void {
    for (const kept of this.#kept.values()) if (kept.lost > 0) this.#tell(kept, now)
  }

  #add(count: number, reason: string, now: number, tell: Kept["tell"]): void {
    if (count === 0) return
    const kept = this.#kept.get(reason) ?? { at: -Infinity, lost: 0, tell }
    this.#kept.set(reason, kept)
    kept.lost += count
    kept.tell = tell
    this.#tell(kept, now)
  }

  #tell(kept: Kept, now: number): void {
    if (now - kept.at < everyMillis) return
    this.#onEvent(kept.tell(kept.lost))
    kept.at = now
    kept.lost = 0
  }
}
