/** The two parts of what waits in a lane that coalesces, by key and by game. */
import type { Slot } from "./Slot.ts"

/** Slots by their key, in the order in which they are to be told. */
export type SlotGroup = Map<string, Slot>

/** In front what overtakes, behind it the rest; a key is at most once in each. */
export class Slots {
  readonly front: SlotGroup = new Map()
  readonly rest: SlotGroup = new Map()
  /** The keys of the lines that wait, by their game. */
  readonly #lines = new Map<string, Set<string>>()
  weight = 0
  /** Nothing that waits arrived before this. */
  oldest = Infinity

  get size(): number {
    return this.front.size + this.rest.size
  }

  *[Symbol.iterator](): Iterator<Slot> {
    yield* this.front.values()
    yield* this.rest.values()
  }

  /** In the place of what has its key there, or behind all. */
  put(part: SlotGroup, slot: Slot): void {
    const previous = part.get(slot.key)
    part.set(slot.key, slot)
    if (slot.at < this.oldest) this.oldest = slot.at
    this.weight += slot.weight - (previous?.weight ?? 0)
    if (previous !== undefined || slot.game === undefined) return
    const lines = this.#lines.get(slot.game)
    if (lines === undefined) this.#lines.set(slot.game, new Set([slot.key]))
    else lines.add(slot.key)
  }

  /** Behind all, wherever it was. */
  append(part: SlotGroup, slot: Slot): void {
    this.remove(part, slot.key)
    this.put(part, slot)
  }

  remove(part: SlotGroup, key: string): void {
    const slot = part.get(key)
    if (slot === undefined) return
    part.delete(key)
    this.weight -= slot.weight
    if (slot.game === undefined || this.front.has(key) || this.rest.has(key)) return
    const lines = this.#lines.get(slot.game)
    lines?.delete(key)
    if (lines?.size === 0) this.#lines.delete(slot.game)
  }

  /** The keys of the lines of a game that wait: a copy. */
  linesOf(game: string): ReadonlyArray<string> {
    return [...this.#lines.get(game) ?? []]
  }

  /** Everything, which waits no longer. */
  clear(): { readonly front: ReadonlyArray<Slot>; readonly rest: ReadonlyArray<Slot> } {
    const all = { front: [...this.front.values()], rest: [...this.rest.values()] }
    this.front.clear()
    this.rest.clear()
    this.#lines.clear()
    this.weight = 0
    this.oldest = Infinity
    return all
  }
}
