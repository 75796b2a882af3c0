/** A processor at work in one route: time, controls and groups. */
import type { Millis } from "@boltodds/protocol"
import { type Envelope, withLast } from "@boltodds/sink"
import type { Processor } from "../processors/Processor.ts"
import { heldBefore } from "../processors/controls.ts"

/** Runs whole groups through a processor, and gives whole groups. */
export class ProcessorRun<A, B> {
  readonly #processor: Processor<A, B>
  #out: Array<Envelope<B>> = []

  constructor(processor: Processor<A, B>) {
    this.#processor = processor
  }

  /** Processes the groups of a turn that ended at `now`. The division of groups into turns makes no difference. */
  turn(envelopes: ReadonlyArray<Envelope<A>>, now: Millis): ReadonlyArray<Envelope<B>> {
    let from = 0
    for (let index = 0; index < envelopes.length; index++) {
      if (!envelopes[index]!.last) continue
      this.#advance(envelopes[from]!.at)
      this.#group(envelopes, from, index + 1)
      from = index + 1
    }
    this.#advance(now)
    return this.#take()
  }

  /** Returns all records that are still held. */
  flush(): ReadonlyArray<Envelope<B>> {
    this.#pass(this.#processor.flush())
    this.#seal(0)
    return this.#take()
  }

  #group(envelopes: ReadonlyArray<Envelope<A>>, from: number, to: number): void {
    const start = this.#out.length
    let records: Array<Envelope<A>> = []
    for (let index = from; index < to; index++) {
      const envelope = envelopes[index]!
      if (envelope._tag === "Record") {
        records.push(envelope)
        continue
      }
      if (records.length > 0) this.#pass(this.#processor.push(records))
      records = []
      this.#pass(heldBefore(this.#processor, envelope.value))
      this.#out.push(envelope)
    }
    if (records.length > 0) this.#pass(this.#processor.push(records))
    this.#seal(start)
  }

  #advance(now: Millis): void {
    for (let due = this.#processor.dueAt(); due !== undefined && due <= now;) {
      const start = this.#out.length
      this.#pass(this.#processor.advance(due))
      this.#seal(start)
      const next = this.#processor.dueAt()
      if (next !== undefined && next <= due) {
        throw new Error(
          `Cannot advance a processor: dueAt must be later than ${due} after advance: current value is ${next}`,
        )
      }
      due = next
    }
  }

  #pass(envelopes: ReadonlyArray<Envelope<B>>): void {
    for (const envelope of envelopes) this.#out.push(envelope)
  }

  /** The output of one group is one group. */
  #seal(start: number): void {
    const final = this.#out.length - 1
    for (let index = start; index <= final; index++) this.#out[index] = withLast(this.#out[index]!, index === final)
  }

  #take(): ReadonlyArray<Envelope<B>> {
    const out = this.#out
    this.#out = []
    return out
  }
}
