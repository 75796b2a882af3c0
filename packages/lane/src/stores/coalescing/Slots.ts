/** The two parts of what waits in a lane that coalesces, by key and by owner. */
import type { Slot } from "./Slot.ts"

/** Slots by their key, in the order in which they are to be sent. */
export type SlotGroup<A> = Map<string, Slot<A>>

/** In front what overtakes, after it the rest; a key is at most once in each. */
export class Slots<A> {
  readonly front: SlotGroup<A> = new Map()
  readonly rest: SlotGroup<A> = new Map()
  /** The keys that wait, by the key of their owner. */
  readonly #owned = new Map<string, Set<string>>()
  weight = 0
  /** Nothing that waits arrived before this. */
  oldest = Infinity

  get size(): number {
    return this.front.size + this.rest.size
  }

  *[Symbol.iterator](): Iterator<Slot<A>> {
    yield* this.front.values()
    yield* this.rest.values()
  }

  /** In the place of what has its key there, or after all. */
  put(part: SlotGroup<A>, slot: Slot<A>): void {
    const previous = part.get(slot.key)
    part.set(slot.key, slot)
    if (slot.at < this.oldest) this.oldest = slot.at
    this.weight += slot.weight - (previous?.weight ?? 0)
    if (previous !== undefined || slot.owner === undefined) return
    const owned = this.#owned.get(slot.owner)
    if (owned === undefined) this.#owned.set(slot.owner, new Set([slot.key]))
    else owned.add(slot.key)
  }

  /** After all, wherever it was. */
  append(part: SlotGroup<A>, slot: Slot<A>): void {
    this.remove(part, slot.key)
    this.put(part, slot)
  }

  remove(part: SlotGroup<A>, key: string): void {
    const slot = part.get(key)
    if (slot === undefined) return
    part.delete(key)
    this.weight -= slot.weight
    if (slot.owner === undefined || this.front.has(key) || this.rest.has(key)) return
    const owned = this.#owned.get(slot.owner)
    owned?.delete(key)
    if (owned?.size === 0) this.#owned.delete(slot.owner)
  }

  /** The keys that wait and belong to this key: a copy. */
  ownedBy(owner: string): ReadonlyArray<string> {
    return [...this.#owned.get(owner) ?? []]
  }

  /** Everything, which waits no longer. */
  clear(): { readonly front: ReadonlyArray<Slot<A>>; readonly rest: ReadonlyArray<Slot<A>> } {
    const all = { front: [...this.front.values()], rest: [...this.rest.values()] }
    this.front.clear()
    this.rest.clear()
    this.#owned.clear()
    this.weight = 0
    this.oldest = Infinity
    return all
  }
}
