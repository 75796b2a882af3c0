/** The records that a reader of a stream makes itself, for those that read from it. */
import type { Change } from "./Change.ts"
import { type Control, isControl, schemaVersion } from "./Control.ts"
import type { Dropped } from "./controls/lossControls.ts"
import type { StreamStarted } from "./controls/runControls.ts"
import type { Stale } from "./controls/trustControls.ts"
import type { Stamp } from "./Stamp.ts"

type StreamRecord = Change | Control

/** Where a record that is made here belongs. */
export type OwnStamp =
  & Pick<Stamp, "run" | "seq" | "session" | "epoch" | "at" | "sent_at" | "frame">
  & { readonly part: number; readonly origin: string }

/**
 * The controls of a reader that passes a stream on: that all is stale while it cannot read, that it is fresh again, that
 * records are lost. And the identity of the snapshots with which it joins: a store that has seen a record ignores it, and
 * must not ignore what makes its readers forget. For authors of sources of records. It does no I/O.
 */
export class SourceControls {
  /** In all records that are made here. */
  readonly origin: string
  #part = 0
  #last: StreamRecord | undefined
  #isStale = false
  /** The sessions of what was passed on, with their epochs. */
  readonly #sessions = new Map<string, number>()
  /** Sessions that the stream itself calls stale. */
  readonly #stale = new Set<string>()
  /** The runs that have begun for its reader, and whether that knows that it lacks records. */
  readonly #runs = new Set<string>()
  #isLossy = false

  /** `origin` must be one that no other process has, if several read one stream: `serve:HOST/RUN`. */
  constructor(origin: string) {
    this.origin = origin
  }

  /** The last record that has come; undefined before the first. What is made here has its run and `seq`. */
  get last(): StreamRecord | undefined {
    return this.#last
  }

  /** Whether the last that was made here is that all is stale. */
  get isStale(): boolean {
    return this.#isStale
  }

  /** The sessions of the stream, with their epochs. */
  get sessions(): ReadonlyMap<string, number> {
    return this.#sessions
  }

  /** A record has come. It may be passed on later. */
  arrived(record: StreamRecord): void {
    this.#last = record
  }

  /** These are passed on. */
  passed(records: Iterable<StreamRecord>): void {
    for (const record of records) this.#note(record)
  }

  /**
   * The same records, with a `dropped` before the first of a run that has not begun for this reader: what came before that
   * record is not there, so lines may be missing, and gaps. To be called once with all that is passed on, in order.
   * `isNew`: a reader that has nothing yet, or begins again.
   */
  whole(records: ReadonlyArray<StreamRecord>, isNew: boolean = false): ReadonlyArray<StreamRecord> {
    if (isNew) this.#forgetRuns()
    // What stands before the last beginning is forgotten with it.
    const from = records.findLastIndex(isStart)
    for (let index = Math.max(0, from); index < records.length; index++) {
      const record = records[index]!
      if (isStart(record)) {
        this.#forgetRuns()
        this.#runs.add(record.run)
      } else if (isControl(record) && record.control === "stream_resumed") this.#runs.add(record.run)
      else if (isControl(record) && record.control === "dropped") this.#isLossy = true
      else if (!this.#isLossy && !this.#runs.has(record.run) && !isOfLane(record)) {
        this.#isLossy = true
        const dropped = this.dropped(record, "the beginning of the run is missing")
        return [...records.slice(0, index), dropped, ...records.slice(index)]
      }
    }
    return records
  }

  #forgetRuns(): void {
    this.#runs.clear()
    this.#isLossy = false
  }

  /**
   * The records that all is stale, one for each session. `age`: since when, in milliseconds. `clock`: the time, in ISO 8601.
   * Empty if nothing was passed on yet.
   */
  stale(age: number, clock: string): ReadonlyArray<StreamRecord> {
    if (this.#sessions.size === 0) return none
    this.#isStale = true
    const age_ms = Math.max(0, Math.round(age))
    return this.each(
      clock,
      (stamp): Stale => ({ control: "stale", ...stamp, reason: "silent", sportsbook: null, age_ms }),
    )
  }

  /** The records that what was stale is so no longer, but for what the stream itself calls stale. */
  fresh(clock: string): ReadonlyArray<StreamRecord> {
    this.#isStale = false
    return this.each(
      clock,
      (stamp, session) => this.#stale.has(session) ? undefined : { control: "fresh", ...stamp, sportsbook: null },
    )
  }

  /** The record that records before this one are lost. `count`: how many, as far as it is known. */
  dropped({ run, seq, session, epoch, at }: StreamRecord, reason: string, count: number = 0): Dropped {
    return {
      control: "dropped",
      run,
      seq,
      part: ++this.#part,
      origin: this.origin,
      session,
      epoch,
      at,
      sent_at: null,
      frame: null,
      lane: this.origin,
      reason,
      count,
      first_seq: seq,
      last_seq: seq,
    }
  }

  /**
   * A snapshot with which the reader joins, with identities of its own, in one group. It begins with `stream_started`: what
   * stands before that is left out, as readers would forget it.
   */
  snapshot(records: ReadonlyArray<StreamRecord>): ReadonlyArray<StreamRecord> {
    if (records.length === 0) return none
    const from = records.findLastIndex(isStart)
    const all = from === -1 ? [startOf(records[0]!), ...records] : records.slice(from)
    return all.map((record, index) => {
      const { last: _, ...rest } = record
      const own = { ...rest, part: ++this.#part, origin: this.origin }
      // The kind stays the same, which the spread of a union loses.
      return (index === all.length - 1 ? { ...own, last: true } : own) as StreamRecord
    })
  }

  /** A record for each session, in one group. `sessions`: default those of what was passed on. */
  each(
    clock: string,
    make: (stamp: OwnStamp, session: string) => Control | undefined,
    sessions: ReadonlyMap<string, number> = this.#sessions,
  ): ReadonlyArray<StreamRecord> {
    if (this.#last === undefined) return none
    const { run, seq } = this.#last
    const records: Array<Control> = []
    for (const [session, epoch] of sessions) {
      const record = make({
        run,
        seq,
        part: ++this.#part,
        origin: this.origin,
        session,
        epoch,
        at: clock,
        sent_at: null,
        frame: null,
      }, session)
      if (record !== undefined) records.push(record)
    }
    const last = records.at(-1)
    return last === undefined ? none : [...records.slice(0, -1), { ...last, last: true }]
  }

  #note(record: StreamRecord): void {
    if (!isControl(record)) {
      this.#sessions.set(record.session, record.epoch)
      return
    }
    switch (record.control) {
      case "stream_started":
        this.#sessions.clear()
        this.#stale.clear()
        // What begins a run anew makes its reader forget what was stale.
        this.#isStale = false
        return
      case "stream_resumed":
        this.#stale.clear()
        this.#isStale = false
        return
      case "gap_opened":
        this.#stale.delete(record.session)
        break
      case "stale":
        if (record.sportsbook === null) this.#stale.add(record.session)
        break
      case "fresh":
        if (record.sportsbook === null) this.#stale.delete(record.session)
        break
    }
    if (record.session !== "") this.#sessions.set(record.session, record.epoch)
  }
}

const none: ReadonlyArray<never> = []

const isStart = (record: StreamRecord): boolean => isControl(record) && record.control === "stream_started"

/** A lane reports what it lost of an earlier run in its own name. */
const isOfLane = (record: StreamRecord): boolean => isControl(record) && record.origin !== undefined

/** The start of a run whose own start is not there. */
const startOf = ({ run, seq, session, epoch, at }: StreamRecord): StreamStarted => ({
  control: "stream_started",
  run,
  seq,
  session,
  epoch,
  at,
  sent_at: null,
  frame: null,
  schema_version: schemaVersion,
  filters: {},
})
