/** Deadlines in order of time: the next one is known without looking at all of them. */

/** What is due at which time, in milliseconds since the epoch. Many things can share a time. */
export class Deadlines<A> {
  readonly #due = new Map<number, Set<A>>()
  /** A heap of times, the least first. Times of which nothing is left are dropped when they come to its top. */
  readonly #times: Array<number> = []

  add(at: number, what: A): void {
    const known = this.#due.get(at)
    if (known !== undefined) return void known.add(what)
    this.#due.set(at, new Set([what]))
    this.#push(at)
  }

  delete(at: number, what: A): void {
    const known = this.#due.get(at)
    known?.delete(what)
    if (known?.size === 0) this.#due.delete(at)
  }

  /** The time of the next deadline; undefined if there is none. */
  next(): number | undefined {
    while (this.#times.length > 0 && !this.#due.has(this.#times[0]!)) this.#pop()
    return this.#times[0]
  }

  /** What is due at this time, in the order in which it was added; it is due no more. */
  take(at: number): ReadonlySet<A> {
    const due = this.#due.get(at)
    this.#due.delete(at)
    return due ?? new Set()
  }

  #push(at: number): void {
    const times = this.#times
    let place = times.push(at) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (times[parent]! <= at) break
      times[place] = times[parent]!
      place = parent
    }
    times[place] = at
  }

  #pop(): void {
    const times = this.#times
    const at = times.pop()!
    if (times.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= times.length) break
      if (child + 1 < times.length && times[child + 1]! < times[child]!) child++
      if (times[child]! >= at) break
      times[place] = times[child]!
      place = child
    }
    times[place] = at
  }
}
