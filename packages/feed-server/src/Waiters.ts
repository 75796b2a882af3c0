/** Waiting for a condition without polling. */

/** Conditions that are asked again whenever something changed. */
export class Waiters {
  readonly #waiting = new Set<() => boolean>()

  /** Resolves once the condition holds; at once if it does. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const waiter = (): boolean => {
        try {
          if (!condition()) return false
        } catch (error) {
          reject(error)
          return true
        }
        resolve()
        return true
      }
      this.#waiting.add(waiter)
    })
  }

  /** Something changed. */
  check(): void {
    for (const waiter of this.#waiting) if (waiter()) this.#waiting.delete(waiter)
  }
}
