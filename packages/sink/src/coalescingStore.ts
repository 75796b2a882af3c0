/** The store of a lane whose sink is slower than the feed: the newest of each line, bad news first. */
import {
  type Change,
  changeKey,
  compose,
  type GameChange,
  gameId,
  isLineChange,
  type LineChange,
} from "@boltodds/protocol"
import type { Control, Millis } from "@boltodds/protocol"
import { type Envelope, withLast, withValue } from "./Envelope.ts"
import { controlKey, isUrgent, standingOf, touches } from "./internal/standing.ts"
import { bytesOf, type Limits, type Store } from "./Store.ts"

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
 */
export const coalescingStore = (): Store<Change> => new CoalescingStore()

interface Slot {
  readonly envelope: Envelope<Change>
  /** When the newest in it arrived. */
  readonly at: Millis
  /** It was in a batch that failed: the destination may have it all the same. */
  readonly offered: boolean
}

type Part = Map<string, Slot>

class CoalescingStore implements Store<Change> {
  readonly restored = 0
  waitingBytes = 0
  readonly #front: Part = new Map()
  readonly #rest: Part = new Map()
  /** The keys of the lines that may wait, by their game. */
  readonly #lines = new Map<string, Set<string>>()
  readonly #taken = new Map<Envelope<Change>, Millis>()
  #takenBytes = 0
  /** Nothing that waits arrived before this. */
  #oldest = Infinity

  get waiting(): number {
    return this.#front.size + this.#rest.size
  }
  get records(): number {
    return this.waiting + this.#taken.size
  }
  get bytes(): number {
    return this.waitingBytes + this.#takenBytes
  }

  add(envelopes: ReadonlyArray<Envelope<Change>>, now: Millis): number {
    const before = this.waiting
    for (const envelope of envelopes) this.#admit({ envelope, at: now, offered: false })
    return before + envelopes.length - this.waiting
  }

  take(limits: Limits): ReadonlyArray<Envelope<Change>> {
    const slots: Array<Slot> = []
    let bytes = 0
    let cut = 0
    for (const slot of this.#slots()) {
      bytes += bytesOf(slot.envelope)
      if (slots.length > 0 && (slots.length >= limits.records || bytes > limits.bytes)) break
      slots.push(slot)
      if (slot.envelope.last) cut = slots.length
    }
    // Where no group ends in time, the limits do.
    const taken = slots.slice(0, cut === 0 || slots.length === this.waiting ? slots.length : cut)
    const parts = this.#front.size
    taken.forEach(({ envelope }, index) => this.#remove(index < parts ? this.#front : this.#rest, keyOf(envelope)))
    return taken.map(({ envelope, at }, index) => {
      const given = index === taken.length - 1 ? withLast(envelope, true) : envelope
      this.#taken.set(given, at)
      this.#takenBytes += bytesOf(given)
      return given
    })
  }

  settle(envelopes: ReadonlyArray<Envelope<Change>>): void {
    for (const envelope of envelopes) if (this.#taken.delete(envelope)) this.#takenBytes -= bytesOf(envelope)
  }

  giveBack(envelopes: ReadonlyArray<Envelope<Change>>): number {
    const waiting = [...this.#slots()]
    const given = envelopes.map((envelope) => ({ envelope, at: this.#taken.get(envelope) ?? 0, offered: true }))
    this.settle(envelopes)
    this.#empty()
    for (const slot of given) this.#admit(slot)
    for (const slot of waiting) this.#admit(slot)
    return given.length + waiting.length - this.waiting
  }

  /** All of it: with a part lost, what is left would tell a reader nothing that it could rely on. */
  shed(bounds: Limits): ReadonlyArray<Envelope<Change>> {
    return this.records > bounds.records || this.bytes > bounds.bytes ? this.clear() : []
  }

  expire(before: Millis): ReadonlyArray<Envelope<Change>> {
    if (this.#oldest >= before) return []
    const old: Array<Envelope<Change>> = []
    let oldest = Infinity
    for (const part of [this.#front, this.#rest]) {
      for (const [key, { envelope, at }] of part) {
        if (at >= before) oldest = Math.min(oldest, at)
        else {
          old.push(envelope)
          this.#remove(part, key)
        }
      }
    }
    this.#oldest = oldest
    return old
  }

  older(envelopes: ReadonlyArray<Envelope<Change>>, before: Millis): ReadonlyArray<Envelope<Change>> {
    return envelopes.filter((envelope) => (this.#taken.get(envelope) ?? before) < before)
  }

  clear(): ReadonlyArray<Envelope<Change>> {
    const all = [...this.#slots()].map(({ envelope }) => envelope)
    this.#empty()
    return all
  }

  #admit(slot: Slot): void {
    const { envelope } = slot
    this.#oldest = Math.min(this.#oldest, slot.at)
    if (envelope._tag === "Control") {
      if ("control" in envelope.value) this.#control(slot, envelope.value)
      else this.#put(this.#rest, keyOf(envelope), slot)
    } else if (isLineChange(envelope.value)) this.#line(slot, envelope.value)
    else this.#game(slot, envelope.value)
  }

  #line(slot: Slot, value: LineChange): void {
    const key = changeKey(value)
    const behind = this.#rest.get(key)
    const merged = behind === undefined ? slot : mergeSlots(behind, slot)
    if (merged === undefined) {
      this.#remove(this.#rest, key)
      return
    }
    const change = recordOf(merged) as LineChange
    const ahead = this.#front.get(key)
    const suspended = change.odds === null && change.change !== "line_opened" && ahead !== undefined
    if (isUrgent(change) || suspended) {
      this.#remove(this.#rest, key)
      this.#advance(key, ahead === undefined ? merged : mergeSlots(ahead, merged) ?? merged)
    } else this.#put(this.#rest, key, behind === undefined ? merged : inPlaceOf(behind, merged))
  }

  #game(slot: Slot, value: GameChange): void {
    const key = changeKey(value)
    const behind = this.#rest.get(key)
    const merged = behind === undefined ? slot : mergeSlots(behind, slot)
    switch (value.change) {
      case "game_closed": {
        this.#remove(this.#rest, key)
        this.#remove(this.#rest, controlKey("game_verified", value.session, key))
        this.#forgetLines(key, [this.#front, this.#rest])
        if (merged === undefined) return
        const ahead = this.#front.get(key)
        this.#advance(key, ahead === undefined ? merged : mergeSlots(ahead, merged) ?? merged)
        return
      }
      case "game_opened":
        this.#remove(this.#rest, key)
        this.#forgetLines(key, [this.#rest])
        if (merged !== undefined) this.#put(this.#rest, key, merged)
        return
      case "game_amended":
        if (merged !== undefined) this.#put(this.#rest, key, behind === undefined ? merged : inPlaceOf(behind, merged))
    }
  }

  #control(slot: Slot, control: Control): void {
    const key = keyOf(slot.envelope)
    const { place, ends, doubts } = standingOf(control)
    if (control.control === "stream_started") this.#empty()
    if (ends.length > 0) this.#end(control, ends)
    if (doubts) this.#doubt(control)
    if (place === "front") {
      this.#advance(key, slot)
    } else {
      if (place === "end") this.#remove(this.#rest, key)
      const behind = this.#rest.get(key)
      this.#put(this.#rest, key, behind === undefined ? slot : inPlaceOf(behind, slot))
    }
  }

  /** Puts bad news in front, behind all that is there: what it tells may end a doubt that stands there. */
  #advance(key: string, slot: Slot): void {
    this.#remove(this.#front, key)
    this.#put(this.#front, key, alone(slot))
  }

  /** Deletes the controls of these kinds, in the scope of another, that wait behind. */
  #end(control: Control, kinds: ReadonlyArray<Control["control"]>): void {
    for (const [key, { envelope }] of this.#rest) {
      const { value } = envelope
      if ("control" in value && kinds.includes(value.control) && touches(control, value)) this.#remove(this.#rest, key)
    }
  }

  /** What was told before a doubt, and arrives behind it, is not known to be live. */
  #doubt(control: Control): void {
    for (const part of [this.#front, this.#rest]) {
      for (const [key, slot] of part) {
        const { envelope } = slot
        if (envelope._tag !== "Record" || envelope.value.unverified === true || isClosing(envelope.value)) continue
        if (!touches(control, envelope.value)) continue
        this.#put(part, key, { ...slot, envelope: withValue(envelope, { ...envelope.value, unverified: true }) })
      }
    }
  }

  #forgetLines(game: string, parts: ReadonlyArray<Part>): void {
    for (const key of this.#lines.get(game) ?? []) for (const part of parts) this.#remove(part, key)
  }

  *#slots(): Iterable<Slot> {
    yield* this.#front.values()
    yield* this.#rest.values()
  }

  #put(part: Part, key: string, slot: Slot): void {
    const previous = part.get(key)
    if (previous !== undefined) this.waitingBytes -= bytesOf(previous.envelope)
    part.set(key, slot)
    this.waitingBytes += bytesOf(slot.envelope)
    const { value } = slot.envelope
    if (!("outcome" in value) || !("change" in value)) return
    const game = gameId(value.sportsbook, value.game)
    const lines = this.#lines.get(game)
    if (lines === undefined) this.#lines.set(game, new Set([key]))
    else lines.add(key)
  }

  #remove(part: Part, key: string): void {
    const slot = part.get(key)
    if (slot === undefined) return
    part.delete(key)
    this.waitingBytes -= bytesOf(slot.envelope)
    const { value } = slot.envelope
    if (!("outcome" in value) || !("change" in value) || this.#front.has(key) || this.#rest.has(key)) return
    const game = gameId(value.sportsbook, value.game)
    const lines = this.#lines.get(game)
    lines?.delete(key)
    if (lines?.size === 0) this.#lines.delete(game)
  }

  #empty(): void {
    this.#front.clear()
    this.#rest.clear()
    this.#lines.clear()
    this.waitingBytes = 0
    this.#oldest = Infinity
  }
}

/** By the record's own session: what a deadline brings travels with the event of any. */
const keyOf = ({ value }: Envelope<Change>): string =>
  "change" in value ? changeKey(value) : controlKey(value.control, value.session, ...scopeOf(value))

const scopeOf = (control: Control): ReadonlyArray<string> => {
  switch (control.control) {
    case "game_verified":
      return [gameId(control.sportsbook, control.game)]
    case "stale":
    case "fresh":
      return [control.sportsbook ?? ""]
    case "quarantined":
      return [control.touches, control.sportsbook ?? "", control.game ?? "", control.outcome ?? ""]
    default:
      return []
  }
}

const recordOf = ({ envelope }: Slot): Change => envelope.value as Change

const isClosing = (change: Change): boolean => change.change === "line_closed" || change.change === "game_closed"

/** One slot for two. Undefined where they cancel, and the destination cannot have seen the older one. */
const mergeSlots = (older: Slot, newer: Slot): Slot | undefined => {
  const value = compose(recordOf(older), recordOf(newer))
  const offered = older.offered || newer.offered
  if (value === undefined) return older.offered ? { ...newer, offered } : undefined
  if (newer.envelope._tag !== "Record") return newer
  return { envelope: withValue(newer.envelope, value), at: newer.at, offered }
}

/** In the place of another: it ends a group where that one did. */
const inPlaceOf = (older: Slot, newer: Slot): Slot => ({
  ...newer,
  envelope: withLast(newer.envelope, older.envelope.last),
})

/** Bad news is a group of its own: to act on it early does no harm. */
const alone = (slot: Slot): Slot => ({ ...slot, envelope: withLast(slot.envelope, true) })
