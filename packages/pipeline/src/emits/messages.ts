/** The emit `messages`: the feed's own messages, as they came. */
import type { Change, Control, FeedMessage, Frame, Item } from "@boltodds/protocol"
import { type Envelope, type Form, makeControl } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit, EmitContext, EmitOptions } from "./Emit.ts"
import { Epochs } from "./Epochs.ts"
import { isGameGone, precedesMessages, wireForm } from "./forms.ts"
import { Groups } from "./Groups.ts"

/** A message whose `action` nobody has seen yet. */
export interface PassedMessage {
  readonly action: string
  readonly [field: string]: unknown
}

/** Options of {@link messages}. */
export interface MessagesOptions extends EmitOptions {
  /**
   * Puts each line into `{"run", "seq", "part", "at", "session", "epoch", "message"}`, in which the message keeps its own bytes.
   * `seq` counts the lines of the run; `at` is when it came, UTC by the session clock. Default false.
   */
  readonly meta?: boolean | undefined
}

/** What the emit {@link messages} tells. */
export type MessageRecord = FeedMessage | PassedMessage

/**
 * Each message of the wire as it came, byte for byte, one a line; pings and acknowledgements are left out, messages
 * nobody knows are not. A message written over several lines is put on one: between the tokens of JSON a line break is
 * a space.
 *
 * Controls stand between them in the wire's own envelope, `{"timestamp", "action": "pipe_gap_opened", "data"}`; what
 * could not be read is told as `pipe_quarantined`, and a game that settling or new filters closed as `pipe_game_gone`.
 * Messages of a frame come before the controls that it caused, but for those that open a gap. Where no route asks for
 * the book, counts of lines in them are 0.
 *
 * This is not a book: after a gap, and in a game's full update, what is not named any more is gone. `changes` tells
 * that. The `seq` of an envelope counts the lines of this emit.
 */
export const messages = (options: MessagesOptions = {}): Emit<MessageRecord> => {
  const emit: Emit<MessageRecord> = {
    name: "messages",
    needs: "sync",
    open: (context) => new Messages(options.control ?? true, context),
  }
  return options.meta === true ? withMeta(emit) : emit
}

/** Only for messages without a text of their own, of which there are none on the wire. */
const messageForm: Form<MessageRecord> = { encode: JSON.stringify }

class Messages implements Emission<MessageRecord> {
  readonly #withControls: boolean
  readonly #epochs: Epochs
  #seq = 0

  constructor(withControls: boolean, { state }: EmitContext) {
    this.#epochs = new Epochs(state)
    this.#withControls = withControls
  }

  of(steps: ReadonlyArray<Step>): ReturnType<Emission<MessageRecord>["of"]> {
    const groups = new Groups<MessageRecord>()
    for (let index = 0; index < steps.length; index++) {
      const { event, records } = steps[index]!
      const counts = this.#epochs.counts(event)
      const isFrame = event._tag === "Frame"
      if (!isFrame && records.length === 0) continue
      groups.begin(event.session, event.epoch, event.at)
      let record = 0
      if (isFrame) {
        while (record < records.length && precedesMessages(records[record]!)) this.#tell(groups, records[record++]!)
        if (counts) this.#frame(groups, event, record === records.length)
      }
      while (record < records.length) this.#tell(groups, records[record++]!)
      groups.end()
    }
    return groups.envelopes
  }

  control(control: Control): ReturnType<typeof makeControl> {
    return makeControl({ ...control, at: Date.parse(control.at), last: true }, control, wireForm)
  }

  #frame(groups: Groups<MessageRecord>, frame: Frame, isAll: boolean): void {
    const { items } = frame
    groups.begin(frame.session, frame.epoch, frame.at)
    let final = items.length - 1
    while (final >= 0 && !isTold(items[final]!)) final--
    for (let index = 0; index <= final; index++) {
      const item = items[index]!
      if (!isTold(item)) continue
      const value = item._tag === "Message" ? item.message : item.value as PassedMessage
      groups.record(++this.#seq, isAll && index === final, value, messageForm, item.text)
    }
  }

  #tell(groups: Groups<MessageRecord>, record: Change | Control): void {
    if (this.#withControls && ("control" in record || isGameGone(record))) {
      groups.at(record.at)
      groups.control(++this.#seq, record.last === true, record, wireForm)
    } else if (record.last === true) groups.end()
  }
}

/** Whether an item is data: everything that could be read, but for what only keeps the connection. */
const isTold = (item: Item): item is Exclude<Item, { _tag: "Quarantined" }> => {
  if (item._tag !== "Message") return item._tag === "Unknown"
  const { action } = item.message
  return action !== "ping" && action !== "socket_connected" && action !== "subscription_updated"
}

/**
 * The same emit, each line put into `{"run", "seq", "part", "at", "session", "epoch", "message"}`. The message keeps its own
 * bytes; `seq` counts the lines of the run; `part` is 0, except where `origin` (a lane) made the line; `at` is when it came, UTC by the session clock.
 */
const withMeta = <A>(emit: Emit<A>): Emit<A> => ({
  ...emit,
  open: (context) => {
    const run = JSON.stringify(context.state.run)
    const emission = emit.open(context)
    const { control } = emission
    return {
      of: (steps) => emission.of(steps).map((envelope) => wrap(run, envelope)),
      ...control === undefined ? {} : { control: (value) => wrap(run, control.call(emission, value)) },
    }
  },
})

const wrap = <A>(run: string, envelope: Envelope<A>): Envelope<A> => {
  const { seq, part = 0, origin, at, session, epoch } = envelope
  const made = origin === undefined ? {} : { origin }
  const place = JSON.stringify({ seq, part, ...made, at: new Date(at).toISOString(), session }).slice(1, -1)
  const head = `{"run":${run},${place}`
  const text = `${head},"epoch":${epoch},"message":${envelope.text}}`
  const stamp = { seq, part, ...made, at, session, epoch, last: envelope.last, text }
  return envelope._tag === "Record"
    ? { ...stamp, _tag: "Record", value: envelope.value }
    : { ...stamp, _tag: "Control", value: envelope.value }
}
