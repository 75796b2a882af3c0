/** Waits for conditions without polling. */

/** Conditions that tests wait for; the owner reports each change of what they read. */
export class Conditions {
  readonly #waiting = new Set<() => void>()

  /** Resolves when the condition holds; evaluated now and at each {@link Conditions.changed}. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      const evaluate = (): void => {
        if (!condition()) return
        this.#waiting.delete(evaluate)
        resolve()
      }
      this.#waiting.add(evaluate)
    })
  }

  /** Evaluates all conditions again. */
  changed(): void {
    for (const evaluate of this.#waiting) evaluate()
  }
}
