/** Builds the envelopes of a turn, group by group. */
import type { Millis } from "@boltodds/protocol"
import { type ControlValue, type Envelope, type Form, makeControl, makeRecord, withLast } from "@boltodds/sink"

/** The envelopes of one turn. The stamp is reused for each event; makers of envelopes copy it. */
export class Groups<A> {
  readonly envelopes: Array<Envelope<A>> = []
  readonly #stamp = {
    seq: 0,
    part: 0,
    origin: undefined as string | undefined,
    run: undefined as string | undefined,
    at: 0,
    session: "",
    epoch: 0,
    last: false,
  }
  #from = 0
  #iso = ""
  #isoMillis: Millis = 0

  /** Sets the session, epoch and time of the next envelopes. */
  begin(session: string, epoch: number, at: Millis): void {
    this.#stamp.session = session
    this.#stamp.epoch = epoch
    this.#stamp.at = at
  }

  /** Sets the `part` and `origin` of the next envelope, and its run where that is not the run of this process. */
  part(part: number, origin: string | undefined, run?: string): void {
    this.#stamp.part = part
    this.#stamp.origin = origin
    this.#stamp.run = run
  }

  /** Adds a record. `last`: it ends the group. `text`: what the form makes of it, where that is known. */
  record(seq: number, last: boolean, value: A, form: Form<A>, text?: string): void {
    this.#stamp.seq = seq
    this.#stamp.last = last
    this.envelopes.push(makeRecord(this.#stamp, value, form, text))
    if (last) this.#from = this.envelopes.length
  }

  /** Adds a record about the stream. `last`: it ends the group. */
  control(seq: number, last: boolean, value: ControlValue, form: Form<ControlValue>): void {
    this.#stamp.seq = seq
    this.#stamp.last = last
    this.envelopes.push(makeControl(this.#stamp, value, form))
    if (last) this.#from = this.envelopes.length
  }

  /** Sets the time to that of a record: the time of a deadline is before that of its event. */
  at(iso: string): void {
    if (iso !== this.#iso) {
      this.#iso = iso
      this.#isoMillis = Date.parse(iso)
    }
    this.#stamp.at = this.#isoMillis
  }

  /** Ends a group whose last record may have been left out: its final envelope becomes `last`. */
  end(): void {
    const { envelopes } = this
    const final = envelopes.length - 1
    if (final >= this.#from) envelopes[final] = withLast(envelopes[final]!, true)
    this.#from = envelopes.length
  }
}
