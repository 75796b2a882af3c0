/** Which records are history: a newer one about the same has been seen. */
import type { Stored } from "./StoredEnvelope.ts"

/** What is held of one key. */
interface Known {
  newest: number
  held: number
}

/**
 * The newest of every key of which records are held, and those whose state changes when a newer one arrives.
 *
 * Bounded by what is held and by the dead letters: a key that is in neither is forgotten, because nothing is left that
 * could be history.
 */
export class Keys {
  readonly #known = new Map<string, Known>()
  /** Given to the lane, and the newest of their key until now. One for each key: an older one is history already. */
  readonly #taken = new Map<string, Stored<unknown>>()
  /** Dead letters that were the newest of their key until now, by id. */
  readonly #dead = new Map<string, number>()

  /** One is held from now on. */
  hold(key: string, id: number): void {
    const known = this.#known.get(key)
    if (known === undefined) this.#known.set(key, { newest: id, held: 1 })
    else {
      known.newest = Math.max(known.newest, id)
      known.held += 1
    }
  }

  /** One is held no more. */
  release({ key, id }: { readonly key: string | undefined; readonly id: number }): void {
    if (key === undefined) return
    const known = this.#known.get(key)
    if (known !== undefined && --known.held === 0) this.#known.delete(key)
    if (this.#taken.get(key)?.id === id) this.#taken.delete(key)
  }

  /** Whether a newer one has been seen while this one was held. */
  hasNewer(key: string, id: number): boolean {
    return (this.#known.get(key)?.newest ?? id) > id
  }

  /** One is in the hands of the lane. */
  take(envelope: Stored<unknown>): void {
    if (envelope.key !== undefined && !envelope.newer) this.#taken.set(envelope.key, envelope)
  }

  /** One is a dead letter, and the newest of its key. */
  deadLetter(key: string, id: number): void {
    this.#dead.set(key, id)
  }

  /** A dead letter is gone. */
  forget(key: string, id: number): void {
    if (this.#dead.get(key) === id) this.#dead.delete(key)
  }

  /** The taken one that becomes history when a record of this key arrives. */
  takenOf(key: string): Stored<unknown> | undefined {
    return this.#taken.get(key)
  }

  /** The dead letter that becomes history when a record of this key arrives. */
  deadOf(key: string): number | undefined {
    return this.#dead.get(key)
  }

  /** A newer record of this key has arrived, and the file says so. */
  passed(key: string): void {
    const taken = this.#taken.get(key)
    if (taken !== undefined) {
      taken.newer = true
      this.#taken.delete(key)
    }
    this.#dead.delete(key)
  }
}
