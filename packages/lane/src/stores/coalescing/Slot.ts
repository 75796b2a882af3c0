/** What waits of one thing in a lane that coalesces. */
import { type Control, gameId, type Millis } from "@boltodds/protocol"
import { type ControlValue, type Envelope, envelopeBytes, withLast, withValue } from "@boltodds/sink"
import { type Coalescing, controlKey } from "./Coalescing.ts"

/** What waits of one key. */
export interface Slot<A> {
  readonly key: string
  /** The key of the record that it belongs to, see {@link Coalescing}. */
  readonly owner: string | undefined
  readonly envelope: Envelope<A>
  /** Whether it ends a group. The envelope is marked when it is taken, once for all merges. */
  readonly last: boolean
  /** When the newest in it arrived. */
  readonly at: Millis
  /** It was in a batch that failed: the destination may have it all the same. */
  readonly offered: boolean
  readonly weight: number
}

/** What an envelope is about, and what it weighs. */
export const slotOf = <A>(rules: Coalescing<A>, envelope: Envelope<A>, at: Millis, offered: boolean): Slot<A> => {
  const { last } = envelope
  if (envelope._tag === "Control") {
    const key = keyOfControl(envelope.value)
    return { key, owner: undefined, envelope, last, at, offered, weight: envelopeBytes(envelope) }
  }
  const { value } = envelope
  const weight = rules.weigh?.(value) ?? envelopeBytes(envelope)
  return { key: rules.key(value), owner: rules.owner?.(value), envelope, last, at, offered, weight }
}

/** A change that is not merged any further must say so when it is taken. */
export const takenOf = <A>({ envelope, last }: Slot<A>): Envelope<A> => withLast(envelope, last)

/** One slot for two. Undefined where they cancel, and the destination cannot have seen the older one. */
export const mergeSlots = <A>(rules: Coalescing<A>, older: Slot<A>, newer: Slot<A>): Slot<A> | undefined => {
  if (older.envelope._tag !== "Record" || newer.envelope._tag !== "Record") return newer
  const value = rules.compose(older.envelope.value, newer.envelope.value)
  const offered = older.offered || newer.offered
  if (value === undefined) return older.offered ? { ...newer, offered } : undefined
  return { ...newer, envelope: withValue(newer.envelope, value), offered }
}

/** In the place of another: it ends a group where that one did. */
export const inPlaceOf = <A>(older: Slot<A>, newer: Slot<A>): Slot<A> =>
  older.last === newer.last ? newer : { ...newer, last: older.last }

/** What overtakes is a group of its own: to act on it early does no harm. */
export const alone = <A>(slot: Slot<A>): Slot<A> => slot.last ? slot : { ...slot, last: true }

/** The slot after a control that arrived after it and overtakes it. */
export const afterControl = <A>(rules: Coalescing<A>, slot: Slot<A>, control: Control): Slot<A> => {
  const { envelope } = slot
  if (envelope._tag !== "Record") return slot
  const value = rules.invalidated(envelope.value, control)
  return value === envelope.value ? slot : { ...slot, envelope: withValue(envelope, value) }
}

/** By the session of the control: a deadline travels with the event of any session. */
const keyOfControl = (value: ControlValue): string =>
  "control" in value
    ? controlKey(value.control, value.session, ...scopeOf(value))
    : controlKey(value.change, value.session, gameId(value.sportsbook, value.game))

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
