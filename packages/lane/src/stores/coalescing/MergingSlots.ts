/** Where a record or a control goes in a lane that coalesces, and what it does to what waits. */
import { type Control, gameId } from "@boltodds/protocol"
import { type Coalescing, controlKey } from "./Coalescing.ts"
import { afterControl, alone, inPlaceOf, mergeSlots, type Slot } from "./Slot.ts"
import { type SlotGroup, Slots } from "./Slots.ts"
import { precedenceOf, touches } from "./precedence.ts"

/** The controls that make a reader forget that a session is stale. */
const endsStale: ReadonlySet<Control["control"]> = new Set(["stream_started", "stream_resumed", "gap_opened"])

/** The rules of `coalescingStore`: those of the emit for records, and those of all emits for controls. */
export class MergingSlots<A> extends Slots<A> {
  readonly #rules: Coalescing<A>

  constructor(rules: Coalescing<A>) {
    super()
    this.#rules = rules
  }

  admit(slot: Slot<A>): void {
    const { _tag, value } = slot.envelope
    if (_tag === "Record") this.#record(slot, value)
    else if ("control" in value) this.#control(slot, value)
    else this.put(this.rest, slot)
  }

  #record(slot: Slot<A>, arrived: A): void {
    const { key } = slot
    const { front, rest } = this
    const waiting = rest.get(key)
    const merged = waiting === undefined ? slot : mergeSlots(this.#rules, waiting, slot)
    if (slot.owner === undefined) this.#supersede(key, arrived)
    if (merged === undefined) return this.remove(rest, key)
    const ahead = front.get(key)
    const { envelope } = merged
    const value = envelope._tag === "Record" ? envelope.value : arrived
    switch (this.#rules.place(value, arrived, ahead !== undefined)) {
      case "front":
        this.remove(rest, key)
        return this.#advance(ahead === undefined ? merged : mergeSlots(this.#rules, ahead, merged) ?? merged)
      case "end":
        this.remove(rest, key)
        return this.put(rest, merged)
      case "keep":
        return this.put(rest, waiting === undefined ? merged : inPlaceOf(waiting, merged))
    }
  }

  /** Deletes what is obsolete after a record that others belong to. */
  #supersede(key: string, arrived: A): void {
    const which = this.#rules.supersedes?.(arrived)
    if (which !== undefined) {
      for (const owned of this.ownedBy(key)) {
        if (which === "all") this.remove(this.front, owned)
        this.remove(this.rest, owned)
      }
    }
    for (const control of this.#rules.outdates?.(arrived) ?? none) this.remove(this.rest, control)
  }

  #control(slot: Slot<A>, control: Control): void {
    const { rest } = this
    const { place, ends, invalidates } = precedenceOf(control)
    if (control.control === "stream_started") this.clear()
    if (ends.length > 0) this.#end(control, ends)
    if (invalidates) this.#invalidate(control)
    if (control.control === "stale" && this.#isStillStale(slot.key)) return this.put(this.front, alone(slot))
    if (place === "front") return this.#advance(slot)
    if (place === "end") this.remove(rest, slot.key)
    const waiting = rest.get(slot.key)
    this.put(rest, waiting === undefined ? slot : inPlaceOf(waiting, slot))
  }

  /**
   * Whether a `stale` waits in front that no later control there ends. The next one takes its place: a suspension
   * between the two was made while nothing was live, and its reader must know that.
   */
  #isStillStale(key: string): boolean {
    if (!this.front.has(key)) return false
    let isStale = false
    for (const [waiting, { envelope }] of this.front) {
      if (waiting === key) isStale = true
      else if (envelope._tag === "Control" && "control" in envelope.value && endsStale.has(envelope.value.control)) {
        isStale = false
      }
    }
    return isStale
  }

  /** Puts what overtakes to the front, after all that is there: it may end what an invalidation there begins. */
  #advance(slot: Slot<A>): void {
    this.append(this.front, alone(slot))
  }

  /** Deletes the controls of these kinds, in the scope of another, that wait in their turn. */
  #end(control: Control, kinds: ReadonlyArray<Control["control"]>): void {
    const { rest } = this
    for (const { key, envelope: { _tag, value } } of this.#within(rest, control)) {
      if (_tag !== "Control" || !("control" in value)) continue
      if (kinds.includes(value.control) && touches(control, value)) this.remove(rest, key)
    }
  }

  /** What was sent before an invalidation, and arrives after it, is not known to be live. */
  #invalidate(control: Control): void {
    for (const part of [this.front, this.rest]) {
      for (const slot of this.#within(part, control)) {
        const after = afterControl(this.#rules, slot, control)
        if (after !== slot) this.put(part, after)
      }
    }
  }

  /** What may be in the scope of a control. A feed may send much that cannot be read: one game is not searched in all. */
  #within(part: SlotGroup<A>, control: Control): Iterable<Slot<A>> {
    const scope = this.#rules.scope?.(control)
    if (scope === undefined) return part.values()
    const keys = [scope, ...this.ownedBy(scope), ...verifiedKey(control)]
    return keys.flatMap((key) => part.get(key) ?? [])
  }
}

/** Controls wait under keys of their own, whatever the emit calls the game. */
const verifiedKey = (control: Control): ReadonlyArray<string> =>
  "game" in control && typeof control.game === "string" && typeof control.sportsbook === "string"
    ? [controlKey("game_verified", control.session, gameId(control.sportsbook, control.game))]
    : []

const none: ReadonlyArray<never> = []
