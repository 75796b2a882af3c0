/** The emit `messages`: the messages of the feed. */
import type { Change, Control, FeedMessage, Frame, Item } from "@boltodds/protocol"
import { type Envelope, type Form, makeControl } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit, EmitContext, EmitOptions } from "./Emit.ts"
import { Epochs } from "./Epochs.ts"
import { isGameEdge, isGameGone, precedesMessages, wireForm } from "./forms.ts"
import { Groups } from "./Groups.ts"

/** A message of an unknown action. */
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
  /**
   * Sends the opening and the closing of each game as controls (`pipe_game_opened`, `pipe_game_gone`), after the messages of
   * their frame: so a reader knows which games the book has. A message outside the filters, a late arrival, or one of
   * another session opens no game. Needs the book. Default false.
   */
  readonly games?: boolean | undefined
}

/** A record of the emit {@link messages}. */
export type MessageRecord = FeedMessage | PassedMessage

/**
 * Each message of the feed, byte for byte, one per line, without pings and acknowledgements. Messages of unknown
 * actions are included. A message that spans several lines is put on one: between the tokens of JSON, a line break is
 * a space.
 *
 * Controls come between them in the envelope of the wire, `{"timestamp", "action": "pipe_gap_opened", "data"}`. A
 * message that could not be read comes as `pipe_quarantined`, and a game that was closed by settling or new filters as
 * `pipe_game_gone`. The messages of a frame come before the controls that it caused, except for those that open a gap.
 * If no route needs the book, the counts of lines in controls are 0.
 *
 * This is not a book: after a gap, and in a full update of a game, lines that are no longer named are gone, which only
 * `changes` says. The `seq` of an envelope counts the lines of this emit.
 */
export const messages = (options: MessagesOptions = {}): Emit<MessageRecord> => {
  const emit: Emit<MessageRecord> = {
    name: "messages",
    needs: options.games === true ? "book" : "sync",
    open: (context) => new Messages(options, context),
  }
  return options.meta === true ? withMeta(emit) : emit
}

/** Only for messages without their own text; messages of the wire have one. */
const messageForm: Form<MessageRecord> = { encode: JSON.stringify }

class Messages implements Emission<MessageRecord> {
  readonly #withControls: boolean
  readonly #withGames: boolean
  readonly #epochs: Epochs
  #seq = 0

  constructor({ control = true, games = false }: MessagesOptions, { state }: EmitContext) {
    this.#epochs = new Epochs(state)
    this.#withControls = control
    this.#withGames = games
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
        while (record < records.length && precedesMessages(records[record]!)) this.#write(groups, records[record++]!)
        if (counts) this.#frame(groups, event, record === records.length)
      }
      while (record < records.length) this.#write(groups, records[record++]!)
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
    while (final >= 0 && !isData(items[final]!)) final--
    for (let index = 0; index <= final; index++) {
      const item = items[index]!
      if (!isData(item)) continue
      const value = item._tag === "Message" ? item.message : item.value as PassedMessage
      groups.record(++this.#seq, isAll && index === final, value, messageForm, item.text)
    }
  }

  #write(groups: Groups<MessageRecord>, record: Change | Control): void {
    const isSent = "control" in record || isGameGone(record) || (this.#withGames && isGameEdge(record))
    if (this.#withControls && isSent) {
      groups.at(record.at)
      groups.control(++this.#seq, record.last === true, record, wireForm)
    } else if (record.last === true) groups.end()
  }
}

/** Whether an item is data: readable, and not only for the connection. */
const isData = (item: Item): item is Exclude<Item, { _tag: "Quarantined" }> => {
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
