/** The emit `quotes`: one flat row per outcome and message, for data tools. */
import type { Change, Control, FeedMessage, Frame } from "@boltodds/protocol"
import { type Form, makeControl } from "@boltodds/sink"
import type { Step } from "@boltodds/state"
import type { Emission, Emit, EmitContext, EmitOptions } from "./Emit.ts"
import { Epochs } from "./Epochs.ts"
import { controlForm, isGameGone, precedesMessages } from "./forms.ts"
import { Groups } from "./Groups.ts"
import { type Quote, rowOfClear, rowOfGone, rowsOfGame } from "./Quote.ts"

/**
 * One flat row per outcome and message, see {@link Quote}. Stateless: a field that a message leaves out is null.
 *
 * Controls come between them as in `changes` (`control` names the kind). After `gap_opened`, `clock_jumped` or `stale`
 * all earlier rows are unverified; after `quarantined`, those in its scope. Messages outside the filters are included:
 * only `changes` leaves out messages that were in transit when the filters were replaced. The `seq` of an envelope
 * counts the rows of this emit.
 */
export const quotes = (options: EmitOptions = {}): Emit<Quote> => ({
  name: "quotes",
  needs: "sync",
  open: (context) => new Quotes(options.control ?? true, context),
})

const quoteForm: Form<Quote> = { encode: JSON.stringify }

class Quotes implements Emission<Quote> {
  readonly #withControls: boolean
  readonly #epochs: Epochs
  #seq = 0
  #at = NaN
  #iso = ""

  constructor(withControls: boolean, { state }: EmitContext) {
    this.#epochs = new Epochs(state)
    this.#withControls = withControls
  }

  of(steps: ReadonlyArray<Step>): ReturnType<Emission<Quote>["of"]> {
    const groups = new Groups<Quote>()
    for (const { event, records } of steps) {
      const counts = this.#epochs.counts(event)
      groups.begin(event.session, event.epoch, event.at)
      let record = 0
      if (event._tag === "Frame") {
        while (record < records.length && precedesMessages(records[record]!)) this.#write(groups, records[record++]!)
        if (counts) this.#frame(groups, event)
      }
      while (record < records.length) this.#write(groups, records[record++]!)
      groups.end()
    }
    return groups.envelopes
  }

  control(control: Control): ReturnType<typeof makeControl> {
    return makeControl({ ...control, at: Date.parse(control.at), last: true }, control, controlForm)
  }

  #frame(groups: Groups<Quote>, frame: Frame): void {
    if (frame.at !== this.#at) {
      this.#at = frame.at
      this.#iso = new Date(frame.at).toISOString()
    }
    groups.begin(frame.session, frame.epoch, frame.at)
    for (const item of frame.items) {
      if (item._tag !== "Message") continue
      for (const row of rowsOf(item.message, this.#iso)) groups.record(++this.#seq, false, row, quoteForm)
    }
  }

  #write(groups: Groups<Quote>, record: Change | Control): void {
    groups.at(record.at)
    if ("control" in record) {
      if (this.#withControls) groups.control(++this.#seq, false, record, controlForm)
    } else if (isGameGone(record)) groups.record(++this.#seq, false, rowOfGone(record), quoteForm)
    if (record.last === true) groups.end()
  }
}

const rowsOf = (message: FeedMessage, at: string): ReadonlyArray<Quote> => {
  switch (message.action) {
    case "line_update":
    case "initial_state":
    case "game_update":
    case "game_added":
    case "game_removed":
      return rowsOfGame(message, at)
    case "book_clear":
    case "sport_clear":
      return [rowOfClear(message, at)]
    default:
      return []
  }
}
