/** The store of a lane whose sink is slower than the feed: the newest record of each key, suspensions and closings first. */
import type { Change, Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, type Store, type StoreLimits } from "@boltodds/sink"
import { changeCoalescing } from "./changeCoalescing.ts"
import type { Coalescing } from "./Coalescing.ts"
import { MergingSlots } from "./MergingSlots.ts"
import { alone, type Slot, slotOf, takenOf } from "./Slot.ts"
import type { SlotGroup } from "./Slots.ts"

/**
 * A store in memory that holds the newest record of each key, merged by the rules of an emit. Without rules it holds
 * changes, merged by {@link changeCoalescing}.
 *
 * *Places.* What waits has two parts. In front are the records that overtake, in their order: of changes suspensions and
 * closings; of controls those that invalidate (`gap_opened`, `stale`, `clock_jumped`, `quarantined`). They overtake
 * everything, and delete what they make obsolete. The rest follows in its turn. A record of a key that waits there is
 * merged into it and keeps its place, so that a line that moves all the time gets its turn; openings, resumptions of what
 * was suspended in front, and controls that end an invalidation go to the end. So a key has at most one record in each
 * part.
 *
 * *What a reader may believe.* Numbers (`seq`) no longer rise along the lane; for each key they do. Whatever the reader
 * believes of a line was so at the highest `seq` it has received about that line, its game, sportsbook or session. Records
 * that an invalidation has overtaken are marked `unverified`.
 *
 * *Groups.* Records that are not merged stay with their group; a batch ends after a group where it can, and its final
 * record is always the `last` of one. What one frame brought may be divided between batches.
 *
 * *Bytes* of what waits are estimated, within a tenth or two: nothing is written down before it is taken.
 */
export function coalescingStore(): Store<Change>
export function coalescingStore<A>(rules: Coalescing<A>): Store<A>
export function coalescingStore(rules: Coalescing<Change> = changeCoalescing): Store<Change> {
  return new CoalescingStore(rules)
}

interface Taken {
  readonly at: Millis
  readonly bytes: number
}

class CoalescingStore<A> implements Store<A> {
  readonly restored = 0
  readonly #rules: Coalescing<A>
  readonly #slots: MergingSlots<A>
  readonly #taken = new Map<Envelope<A>, Taken>()
  #takenBytes = 0

  constructor(rules: Coalescing<A>) {
    this.#rules = rules
    this.#slots = new MergingSlots(rules)
  }

  get waiting(): number {
    return this.#slots.size
  }
  get waitingBytes(): number {
    return this.#slots.weight
  }
  get records(): number {
    return this.#slots.size + this.#taken.size
  }
  get bytes(): number {
    return this.#slots.weight + this.#takenBytes
  }

  /** By the first in front and the first of the rest, of which a merged one counts from its newest arrival. */
  oldest(): Millis | undefined {
    let oldest = Infinity
    for (const { at } of this.#taken.values()) oldest = Math.min(oldest, at)
    for (const part of [this.#slots.front, this.#slots.rest]) {
      for (const { at } of part.values()) {
        oldest = Math.min(oldest, at)
        break
      }
    }
    return oldest === Infinity ? undefined : oldest
  }

  add(envelopes: ReadonlyArray<Envelope<A>>, now: Millis): number {
    const before = this.waiting
    for (const envelope of envelopes) this.#slots.admit(slotOf(this.#rules, envelope, now, false))
    return before + envelopes.length - this.waiting
  }

  take(limits: StoreLimits): ReadonlyArray<Envelope<A>> {
    const slots: Array<Slot<A>> = []
    let bytes = 0
    let cut = 0
    for (const slot of this.#slots) {
      bytes += slot.weight
      if (slots.length > 0 && (slots.length >= limits.records || bytes > limits.bytes)) break
      slots.push(slot)
      if (slot.last) cut = slots.length
    }
    // Where no group ends in time, the limits do.
    const taken = slots.slice(0, cut === 0 || slots.length === this.waiting ? slots.length : cut)
    const { front, rest } = this.#slots
    const ahead = front.size
    taken.forEach(({ key }, index) => this.#slots.remove(index < ahead ? front : rest, key))
    return taken.map((slot, index) => {
      const given = takenOf(index === taken.length - 1 ? alone(slot) : slot)
      const entry = { at: slot.at, bytes: envelopeBytes(given) }
      this.#taken.set(given, entry)
      this.#takenBytes += entry.bytes
      return given
    })
  }

  settle(envelopes: ReadonlyArray<Envelope<A>>): void {
    for (const envelope of envelopes) {
      this.#takenBytes -= this.#taken.get(envelope)?.bytes ?? 0
      this.#taken.delete(envelope)
    }
  }

  /** What waits is put after it again. Only what has to do with it is merged anew: a book may wait. */
  requeue(envelopes: ReadonlyArray<Envelope<A>>): number {
    const given = envelopes.map((envelope) => slotOf(this.#rules, envelope, this.#taken.get(envelope)?.at ?? 0, true))
    this.settle(envelopes)
    const { front, rest } = this.#slots.clear()
    const owners = new Set(given.map(({ owner, key }) => owner ?? key))
    for (const slot of given) this.#slots.admit(slot)
    const after = (part: SlotGroup<A>) => (slot: Slot<A>): void => {
      if (slot.owner === undefined || owners.has(slot.owner)) this.#slots.admit(slot)
      else this.#slots.put(part, slot)
    }
    front.forEach(after(this.#slots.front))
    rest.forEach(after(this.#slots.rest))
    return given.length + front.length + rest.length - this.waiting
  }

  /** All of it: with a part lost, a reader could not rely on what is left. */
  dropUntil(bounds: StoreLimits): ReadonlyArray<Envelope<A>> {
    return this.records > bounds.records || this.bytes > bounds.bytes ? this.clear() : []
  }

  expire(before: Millis): ReadonlyArray<Envelope<A>> {
    if (this.#slots.oldest >= before) return []
    const old: Array<Envelope<A>> = []
    let oldest = Infinity
    for (const part of [this.#slots.front, this.#slots.rest]) {
      for (const { key, envelope, at } of part.values()) {
        if (at >= before) oldest = Math.min(oldest, at)
        else {
          old.push(envelope)
          this.#slots.remove(part, key)
        }
      }
    }
    this.#slots.oldest = oldest
    return old
  }

  older(envelopes: ReadonlyArray<Envelope<A>>, before: Millis): ReadonlyArray<Envelope<A>> {
    return envelopes.filter((envelope) => (this.#taken.get(envelope)?.at ?? before) < before)
  }

  clear(): ReadonlyArray<Envelope<A>> {
    const { front, rest } = this.#slots.clear()
    return [...front, ...rest].map(({ envelope }) => envelope)
  }
}
