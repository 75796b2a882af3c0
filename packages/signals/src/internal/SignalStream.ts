/** From records of a stream to signals: groups, controls, numbers and deadlines. */
import type { Control, StreamRecord } from "@boltodds/protocol"
import { type Forgets, forgetsOf } from "../forgets.ts"
import { millisOf, type SignalStamp, stampOf } from "../SignalRecord.ts"
import type { OddsIndex } from "./OddsIndex.ts"

/** What is sent of one kind of signals, compared with what is known. */
export interface Board<A> {
  /** The reader forgets at a control. */
  readonly forget: (forgets: Forgets) => void
  /** The records that must come before a control. */
  readonly before?: (control: Control, stamp: SignalStamp, at: number) => Array<A>
  /** The records of a group that has ended, in their order. `at`: its time, in milliseconds since the epoch. */
  readonly records: (stamp: SignalStamp, at: number) => Array<A>
  /** What the reader has, as records that are sent again. `at`: the time of the stamp. */
  readonly standing: (stamp: SignalStamp, at: number) => ReadonlyArray<A>
  /** The time of the next deadline. */
  readonly dueAt?: () => number | undefined
  /** The records of a deadline. */
  readonly advance?: (stamp: SignalStamp, at: number) => Array<A>
}

/** One kind of signals, fed by records. */
export class SignalStream<A extends SignalStamp> {
  readonly #index: OddsIndex
  readonly #board: Board<A>
  readonly #withControls: boolean
  #last: StreamRecord | undefined
  #run: string | undefined
  #seq = 0
  #part = 0
  /** What must come before the control that was taken last. */
  before: ReadonlyArray<A> = none

  /** `withControls`: whether its reader gets the controls too, at which it forgets. */
  constructor(index: OddsIndex, board: Board<A>, withControls: boolean) {
    this.#index = index
    this.#board = board
    this.#withControls = withControls
  }

  get isEmpty(): boolean {
    return this.#index.isEmpty
  }

  /** Takes the next record; at the end of a group (`last`) it returns its signals. */
  take(record: StreamRecord): ReadonlyArray<A> {
    this.#index.apply(record)
    // Records that others made may come out of the order of their numbers; another run has numbers of its own.
    if (record.seq > this.#seq || record.run !== this.#run) {
      this.#run = record.run
      this.#seq = record.seq
      this.#part = 0
    }
    if ("control" in record) {
      if (this.#board.before !== undefined) {
        const stamp = { ...stampOf(record, 0), seq: this.#seq }
        this.before = this.#numbered(this.#board.before(record, stamp, millisOf(record.at)))
      }
      const forgets = forgetsOf(record)
      if (forgets !== undefined && (this.#withControls || isStart(record))) this.#board.forget(forgets)
    }
    if (record.last !== true) return none
    this.#last = record
    return this.#numbered(this.#board.records({ ...stampOf(record, 0), seq: this.#seq }, millisOf(record.at)))
  }

  /** What the reader has; the stamp is that of the last group unless there is one. */
  standing(stamp?: SignalStamp): ReadonlyArray<A> {
    const last = this.#last
    const own = stamp ?? (last === undefined ? undefined : { ...stampOf(last, 0), seq: this.#seq })
    return own === undefined ? none : this.#board.standing(own, millisOf(own.at))
  }

  dueAt(): number | undefined {
    return this.#board.dueAt?.()
  }

  /** The signals of a deadline, stamped with its time. */
  advance(at: number): ReadonlyArray<A> {
    const last = this.#last
    if (last === undefined || this.#board.advance === undefined) return none
    const { delayed: _, ...stamp } = stampOf(last, 0)
    const time = new Date(at).toISOString()
    return this.#numbered(
      this.#board.advance({ ...stamp, seq: this.#seq, at: time, sent_at: null, frame: null }, at),
    )
  }

  /** They were made a moment ago, so that a part can be put in. */
  #numbered(records: Array<A & { part?: number }>): ReadonlyArray<A> {
    for (const record of records) record.part = ++this.#part
    return records
  }
}

/** At these a reader forgets in any case. */
export const isStart = (record: StreamRecord): boolean =>
  "control" in record && (record.control === "stream_started" || record.control === "stream_resumed")

const none: ReadonlyArray<never> = []
