/** The allowance of a host, over all sessions of a process. */
import { promised } from "./sessionDocument.ts"

export class LimiterModel {
  readonly #taken: Array<{ readonly at: number; readonly isDial: boolean }> = []

  /** Someone asked the host for something. Gives what is wrong with that. */
  take(at: number, isDial: boolean): string | undefined {
    this.#taken.push({ at, isDial })
    const { total, dials } = this.#within(at)
    if (total > promised.requests) return `${total} requests within a minute`
    return dials > promised.dials ? `${dials} dials within a minute` : undefined
  }

  /** Whether nobody may dial now. */
  isExhausted(at: number): boolean {
    const { total, dials } = this.#within(at)
    return total >= promised.requests || dials >= promised.dials
  }

  #within(at: number): { readonly total: number; readonly dials: number } {
    let total = 0
    let dials = 0
    for (let index = this.#taken.length - 1; index >= 0; index--) {
      const one = this.#taken[index]!
      if (one.at <= at - promised.minute) break
      total++
      if (one.isDial) dials++
    }
    return { total, dials }
  }
}
