/** What the plans allow. */

/** The vendor's plans. Source: PROTOCOL, "Endpoints". */
export type PlanName = "Starter" | "Growth" | "Pro"

/** Dials and REST requests a minute, together, per address. */
export const requestsPerMinute = 12

/** Counts over the last minute. */
export class MinuteWindow {
  readonly #most: number
  readonly #times = new Map<string, Array<number>>()

  constructor(most: number) {
    this.#most = most
  }

  /** Takes one, if the last minute has room for it: 0; otherwise the whole seconds until it has. */
  take(who: string, nowMillis: number): number {
    const recent = (this.#times.get(who) ?? []).filter((time) => time > nowMillis - 60_000)
    this.#times.set(who, recent)
    if (recent.length >= this.#most) return Math.max(1, Math.ceil((recent[0]! + 60_000 - nowMillis) / 1000))
    recent.push(nowMillis)
    return 0
  }
}
