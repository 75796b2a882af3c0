/** Where a change or a control goes in a lane that coalesces, and what it does to what waits. */
import { type Control, type GameChange, gameId, isLineChange, type LineChange } from "@boltodds/protocol"
import { alone, asUnverified, changeOf, inPlaceOf, mergeSlots, type Slot } from "./Slot.ts"
import { type SlotGroup, Slots } from "./Slots.ts"
import { controlKey, overtakes, precedenceOf, touches } from "./precedence.ts"

/** What makes a reader forget that a session is stale. */
const endsStale: ReadonlySet<Control["control"]> = new Set(["stream_started", "stream_resumed", "gap_opened"])

/** The rules of `coalescingStore`. */
export class MergingSlots extends Slots {
  admit(slot: Slot): void {
    const { _tag, value } = slot.envelope
    if (_tag === "Record") {
      if (isLineChange(value)) this.#line(slot)
      else this.#game(slot, value)
    } else if ("control" in value) this.#control(slot, value)
    else this.put(this.rest, slot)
  }

  #line(slot: Slot): void {
    const { key } = slot
    const { front, rest } = this
    const behind = rest.get(key)
    const merged = behind === undefined ? slot : mergeSlots(behind, slot)
    if (merged === undefined) return this.remove(rest, key)
    const change = changeOf(merged) as LineChange
    const ahead = front.get(key)
    const suspended = change.odds === null && change.change !== "line_opened" && ahead !== undefined
    if (overtakes(change) || suspended) {
      this.remove(rest, key)
      this.#advance(ahead === undefined ? merged : mergeSlots(ahead, merged) ?? merged)
    } else this.put(rest, behind === undefined ? merged : inPlaceOf(behind, merged))
  }

  #game(slot: Slot, value: GameChange): void {
    const { key } = slot
    const { front, rest } = this
    const behind = rest.get(key)
    const merged = behind === undefined ? slot : mergeSlots(behind, slot)
    switch (value.change) {
      case "game_closed": {
        this.remove(rest, key)
        this.remove(rest, controlKey("game_verified", value.session, key))
        this.#forgetLines(key, [front, rest])
        if (merged === undefined) return
        const ahead = front.get(key)
        return this.#advance(ahead === undefined ? merged : mergeSlots(ahead, merged) ?? merged)
      }
      case "game_opened":
        this.remove(rest, key)
        this.#forgetLines(key, [rest])
        if (merged !== undefined) this.put(rest, merged)
        return
      case "game_amended":
        if (merged !== undefined) this.put(rest, behind === undefined ? merged : inPlaceOf(behind, merged))
    }
  }

  #control(slot: Slot, control: Control): void {
    const { rest } = this
    const { place, ends, invalidates } = precedenceOf(control)
    if (control.control === "stream_started") this.clear()
    if (ends.length > 0) this.#end(control, ends)
    if (invalidates) this.#doubt(control)
    if (control.control === "stale" && this.#isStillStale(slot.key)) return this.put(this.front, alone(slot))
    if (place === "front") return this.#advance(slot)
    if (place === "end") this.remove(rest, slot.key)
    const behind = rest.get(slot.key)
    this.put(rest, behind === undefined ? slot : inPlaceOf(behind, slot))
  }

  /**
   * Whether a `stale` waits in front that nothing after it there takes back. The next one takes its place: a suspension
   * between the two was made while nothing was live, and its reader must know that.
   */
  #isStillStale(key: string): boolean {
    if (!this.front.has(key)) return false
    let isStale = false
    for (const [waiting, { envelope: { value } }] of this.front) {
      if (waiting === key) isStale = true
      else if ("control" in value && endsStale.has(value.control)) isStale = false
    }
    return isStale
  }

  /** Puts bad news in front, behind all that is there: what it tells may end a doubt that stands there. */
  #advance(slot: Slot): void {
    this.append(this.front, alone(slot))
  }

  /** Deletes the controls of these kinds, in the scope of another, that wait behind. */
  #end(control: Control, kinds: ReadonlyArray<Control["control"]>): void {
    const { rest } = this
    for (const { key, envelope: { value } } of this.#within(rest, control)) {
      if ("control" in value && kinds.includes(value.control) && touches(control, value)) this.remove(rest, key)
    }
  }

  /** What was told before a doubt, and arrives behind it, is not known to be live. */
  #doubt(control: Control): void {
    for (const part of [this.front, this.rest]) {
      for (const slot of this.#within(part, control)) {
        if (slot.envelope._tag === "Record" && touches(control, changeOf(slot))) this.put(part, asUnverified(slot))
      }
    }
  }

  /** What may be in the scope of a control. A feed may send much that cannot be read: one game is not looked for in all. */
  #within(part: SlotGroup, control: Control): Iterable<Slot> {
    if (control.control !== "quarantined" || control.touches !== "game") return part.values()
    const game = gameId(control.sportsbook ?? "", control.game ?? "")
    const keys = [game, controlKey("game_verified", control.session, game), ...this.linesOf(game)]
    return keys.flatMap((key) => part.get(key) ?? [])
  }

  #forgetLines(game: string, parts: ReadonlyArray<SlotGroup>): void {
    for (const key of this.linesOf(game)) for (const part of parts) this.remove(part, key)
  }
}
