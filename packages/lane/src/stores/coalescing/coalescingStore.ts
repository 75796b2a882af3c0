/** The store of a lane whose sink is slower than the feed: the newest of each line, bad news first. */
import type { Change, Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, type Store, type StoreLimits } from "@boltodds/sink"
import { MergingSlots } from "./MergingSlots.ts"
import { alone, type Slot, slotOf, takenOf } from "./Slot.ts"
import type { SlotGroup } from "./Slots.ts"

/**
 * A store in memory that holds, of each line and game, what is newest, merged by `compose`.
 *
 * *Places.* What waits has two parts. In front stand the bad news, in their order: suspensions, closings, and controls
 * that put something in doubt (`gap_opened`, `stale`, `clock_jumped`, `quarantined`). They overtake everything, and
 * delete what they make obsolete. Behind stands the rest. A change of a line that waits there is merged into it and
 * keeps its place, so that a line that moves all the time gets its turn; openings, resumptions of what was suspended in
 * front, and controls that end a doubt go to the end. So a line has at most one record in each part.
 *
 * *What a reader may believe.* Numbers (`seq`) no longer rise along the lane; for each line they do. Whatever the reader
 * believes of a line was so at the highest `seq` it has received about that line, its game, sportsbook or session. Records
 * that a doubt has overtaken are marked `unverified`: they were told before it.
 *
 * *Groups.* Records that are not merged stay with their group; a batch ends behind a group where it can, and its final
 * record is always the `last` of one. What one frame brought may be divided between batches.
 *
 * *Bytes* of what waits are estimated, within a tenth or two: nothing is written down before it is taken.
 */
export const coalescingStore = (): Store<Change> => new CoalescingStore()

interface Taken {
  readonly at: Millis
  readonly bytes: number
}

class CoalescingStore implements Store<Change> {
  readonly restored = 0
  readonly #slots = new MergingSlots()
  readonly #taken = new Map<Envelope<Change>, Taken>()
  #takenBytes = 0

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

  add(envelopes: ReadonlyArray<Envelope<Change>>, now: Millis): number {
    const before = this.waiting
    for (const envelope of envelopes) this.#slots.admit(slotOf(envelope, now, false))
    return before + envelopes.length - this.waiting
  }

  take(limits: StoreLimits): ReadonlyArray<Envelope<Change>> {
    const slots: Array<Slot> = []
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

  settle(envelopes: ReadonlyArray<Envelope<Change>>): void {
    for (const envelope of envelopes) {
      this.#takenBytes -= this.#taken.get(envelope)?.bytes ?? 0
      this.#taken.delete(envelope)
    }
  }

  /** What waits is put behind it again. Only what has to do with it is merged anew: a book may wait. */
  requeue(envelopes: ReadonlyArray<Envelope<Change>>): number {
    const given = envelopes.map((envelope) => slotOf(envelope, this.#taken.get(envelope)?.at ?? 0, true))
    this.settle(envelopes)
    const { front, rest } = this.#slots.clear()
    const games = new Set(given.map(({ game, key }) => game ?? key))
    for (const slot of given) this.#slots.admit(slot)
    const behind = (part: SlotGroup) => (slot: Slot): void => {
      if (slot.game === undefined || games.has(slot.game)) this.#slots.admit(slot)
      else this.#slots.put(part, slot)
    }
    front.forEach(behind(this.#slots.front))
    rest.forEach(behind(this.#slots.rest))
    return given.length + front.length + rest.length - this.waiting
  }

  /** All of it: with a part lost, what is left would tell a reader nothing that it could rely on. */
  dropUntil(bounds: StoreLimits): ReadonlyArray<Envelope<Change>> {
    return this.records > bounds.records || this.bytes > bounds.bytes ? this.clear() : []
  }

  expire(before: Millis): ReadonlyArray<Envelope<Change>> {
    if (this.#slots.oldest >= before) return []
    const old: Array<Envelope<Change>> = []
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

  older(envelopes: ReadonlyArray<Envelope<Change>>, before: Millis): ReadonlyArray<Envelope<Change>> {
    return envelopes.filter((envelope) => (this.#taken.get(envelope)?.at ?? before) < before)
  }

  clear(): ReadonlyArray<Envelope<Change>> {
    const { front, rest } = this.#slots.clear()
    return [...front, ...rest].map(({ envelope }) => envelope)
  }
}
