/** Losses as events of the lane: not one for each, which would be a flood. */
import type { LaneEvent } from "../LaneEvent.ts"

const everyMillis = 1_000

/** Tells the first loss of a reason at once, and what followed it a second later with the next. */
export class LossEvents {
  readonly #onEvent: (event: LaneEvent) => void
  readonly #kept = new Map<string, { at: number; lost: number }>()

  constructor(onEvent: (event: LaneEvent) => void) {
    this.#onEvent = onEvent
  }

  lost(count: number, reason: string, now: number): void {
    if (count === 0) return
    const kept = this.#kept.get(reason) ?? { at: -Infinity, lost: 0 }
    this.#kept.set(reason, kept)
    kept.lost += count
    if (now - kept.at < everyMillis) return
    this.#onEvent({ _tag: "Lost", reason, lost: kept.lost })
    kept.at = now
    kept.lost = 0
  }
}
