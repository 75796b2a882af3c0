/** A record or a control on its way to a sink, with the facts that a lane needs. */
import type { Control, GameChange, Millis } from "@boltodds/protocol"

/** What every envelope carries. */
export interface Stamped {
  /**
   * From 1, counted by the emit. 0 is a preamble, such as the header of a recording: no data, and not counted as such. It
   * is no position: a lane that coalesces, a resnapshot and a redriven dead letter come out of its order. To keep a position,
   * count deliveries.
   */
  readonly seq: number
  /**
   * 0 for the record that `seq` counts, from 1 for those made beside it: a snapshot's, a lane's own. Run, origin, `seq` and
   * part are the identity: no two records of an emit share it, and one that is delivered again has the same. Default 0.
   */
  readonly part?: number | undefined
  /** The lane that made it, where the run did not. Default: the run. */
  readonly origin?: string | undefined
  /** When it happened, by the session clock. */
  readonly at: Millis
  readonly session: string
  readonly epoch: number
  /** The run it belongs to. Default: the lane's own; one that a durable store kept may be of an earlier run. */
  readonly run?: string | undefined
  /** The opening of the durable store in which it was added: see `Store`. Default: not known. */
  readonly term?: number | undefined
  /** The last envelope of what happened at once (a frame, a deadline): lanes cut batches only after one of these. */
  readonly last: boolean
}

/**
 * A control as an emit sends it. An emit without changes of the book sends the closing of a game that no message
 * announced (`cause` `absent` or `filters`) as a control too: filters must not remove it.
 */
export type ControlValue = Control | GameChange

/**
 * One record or control on its way to a sink.
 *
 * `text` is its JSON without a newline, made on first use and kept. `value` is what a processor or a sink inside this
 * process looks at; it is shared by all routes, and nobody changes it. Make envelopes with {@link makeRecord} and
 * {@link makeControl}: then all have one hidden class, and the hot path stays fast.
 */
export type Envelope<A> =
  & Stamped
  & { readonly text: string }
  & ({ readonly _tag: "Record"; readonly value: A } | { readonly _tag: "Control"; readonly value: ControlValue })

/** How a kind of value is written down. One object per kind, shared by all its envelopes. */
export interface Form<in out V> {
  /** The JSON text, without a newline. */
  readonly encode: (value: V) => string
  /** The value saying that it is, or is not, the last of its group. Left out where values do not say so. */
  readonly mark?: (value: V, last: boolean) => V
}

class FormedEnvelope<V, Tag extends "Record" | "Control"> {
  readonly _tag: Tag
  readonly seq: number
  readonly part: number
  readonly origin: string | undefined
  readonly run: string | undefined
  readonly at: Millis
  readonly session: string
  readonly epoch: number
  readonly last: boolean
  readonly value: V
  readonly form: Form<V>
  known: string | undefined

  constructor(tag: Tag, stamp: Stamped, last: boolean, value: V, form: Form<V>, known: string | undefined) {
    this._tag = tag
    this.seq = stamp.seq
    this.part = stamp.part ?? 0
    this.origin = stamp.origin
    this.run = stamp.run
    this.at = stamp.at
    this.session = stamp.session
    this.epoch = stamp.epoch
    this.last = last
    this.value = value
    this.form = form
    this.known = known
  }

  get text(): string {
    return this.known ??= this.form.encode(this.value)
  }

  /** The same about another value. */
  holding(value: V): FormedEnvelope<V, Tag> {
    return new FormedEnvelope(this._tag, this, this.last, value, this.form, undefined)
  }

  /** The same, as the last of its group or not. */
  ending(last: boolean): FormedEnvelope<V, Tag> {
    const { mark } = this.form
    return mark === undefined
      ? new FormedEnvelope(this._tag, this, last, this.value, this.form, this.known)
      : new FormedEnvelope(this._tag, this, last, mark(this.value, last), this.form, undefined)
  }
}

/**
 * An envelope around a record.
 *
 * `text` is given where it is known already (a wire message has its own). `value` must agree with `stamp.last` where
 * its form can `mark`.
 */
export const makeRecord = <A>(stamp: Stamped, value: A, form: Form<A>, text?: string): Envelope<A> =>
  new FormedEnvelope<A, "Record">("Record", stamp, stamp.last, value, form, text)

/** An envelope around a control. */
export const makeControl = (stamp: Stamped, value: ControlValue, form: Form<ControlValue>): Envelope<never> =>
  new FormedEnvelope<ControlValue, "Control">("Control", stamp, stamp.last, value, form, undefined)

/** The same envelope as the last of its group, or not: itself where it is so already. */
export const withLast = <A>(envelope: Envelope<A>, last: boolean): Envelope<A> => {
  if (envelope.last === last) return envelope
  if (envelope instanceof FormedEnvelope) return envelope.ending(last)
  // Made by hand: its text is all that is known of its form.
  const { _tag, value, text } = envelope
  const stamp = { ...stampOf(envelope), text, last }
  return _tag === "Record" ? { ...stamp, _tag, value } : { ...stamp, _tag, value }
}

/**
 * The same envelope around another value, written down by the same form; `value` must say of `last` what the envelope
 * does. Of one that was made by hand the form is not known: its text becomes the JSON of the value.
 */
export const withValue = <A>(envelope: Envelope<A> & { readonly _tag: "Record" }, value: A): Envelope<A> => {
  if (envelope instanceof FormedEnvelope) return envelope.holding(value)
  return { ...stampOf(envelope), text: JSON.stringify(value), _tag: "Record", value }
}

const stampOf = ({ seq, part, origin, at, session, epoch, last, run, term }: Stamped): Stamped => ({
  seq,
  ...part === undefined ? {} : { part },
  ...origin === undefined ? {} : { origin },
  at,
  session,
  epoch,
  last,
  ...run === undefined ? {} : { run },
  ...term === undefined ? {} : { term },
})
