/** A limit on how often each address may do something. */

/** Counts per address over the last minute. */
export class MinuteWindow {
  readonly #most: number
  readonly #times = new Map<string, Array<number>>()

  constructor(most: number) {
    this.#most = most
  }

  /** Counts one and returns 0 if the last minute has room for it; otherwise returns the whole seconds until it has. */
  take(address: string, nowMillis: number): number {
    const recent = (this.#times.get(address) ?? []).filter((time) => time > nowMillis - 60_000)
    this.#times.set(address, recent)
    if (recent.length >= this.#most) return Math.max(1, Math.ceil((recent[0]! + 60_000 - nowMillis) / 1000))
    recent.push(nowMillis)
    return 0
  }
}
