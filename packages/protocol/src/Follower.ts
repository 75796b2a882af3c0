/** What a reader of a store may be given of the records that have come, and when: a pure state. */
import type { Change } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"
import type { Dropped, Quarantined } from "./controls/lossControls.ts"
import type { Stale } from "./controls/trustControls.ts"
import { latestKey } from "./latestKey.ts"

type StreamRecord = Change | Control

/** A record as it came out of the stream. */
export interface Arrival {
  readonly record: StreamRecord
  /** Its sequence in the stream. */
  readonly sequence: number
}

/** What a {@link Follower} follows, and how. */
export interface Followed {
  /** The `origin` of the records that are made here, such as `nats:odds`. */
  readonly origin: string
  /** Whether the stream has each record, instead of the latest of each key. */
  readonly isLog: boolean
  /** After so many milliseconds without a record all is `stale`. */
  readonly staleMillis: number
}

/**
 * Follows a stream of the latest records, or a log. For authors of readers of stores, such as `natsRecords` of
 * `@boltodds/nats`: it does no I/O, and its caller gives it the time.
 *
 * A stream that keeps one record of each subject leaves out what was replaced before it was read. What was read so far is
 * the book of a moment only where nothing was left out, or where nothing follows: in between a gap may be missing that a
 * later gap has replaced. So records are given to the reader at such moments only. Of a log all is given; where it begins
 * within a run, or messages of it are missing, a `dropped` comes first.
 *
 * A reader that joins does not know whether the writer still runs: all is `stale` until a record arrives that was written after
 * the joining, and again after a time without any.
 */
export class Follower {
  readonly #staleMillis: number
  readonly #origin: string
  readonly #isLog: boolean
  /** What the reader does not have yet, the newest record of each key, in the order of the stream. */
  #waiting = new Map<string, StreamRecord>()
  #isExact = false
  /** In a log: messages are missing before the next record. */
  #hasHole = false
  #sequence = 0
  /** The sequence before which messages were left out. */
  #jumpedTo = 0
  /** The last sequence of the stream at the joining. */
  #joinedAt = 0
  #receivedAt = 0
  /** Whether a record came that was written after the joining. */
  #isAlive = false
  /** Whether the reader has the record that all is stale. */
  #isSaid = false
  #part = 0
  #last: StreamRecord | undefined
  /** The sessions of what the reader has, with their epochs. */
  readonly #sessions = new Map<string, number>()
  /** Sessions that the writer itself calls stale. */
  readonly #stale = new Set<string>()

  constructor({ origin, isLog, staleMillis }: Followed) {
    this.#origin = origin
    this.#isLog = isLog
    this.#staleMillis = staleMillis
  }

  /** The last sequence that was read. */
  get sequence(): number {
    return this.#sequence
  }

  /** How many records wait for the reader. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The reading begins, or begins again. `lastSequence` is the last one of the stream; 0: it is empty. */
  join(lastSequence: number, now: number): void {
    this.#waiting.clear()
    this.#sequence = 0
    this.#jumpedTo = 0
    this.#joinedAt = lastSequence
    this.#isExact = this.#isLog || lastSequence === 0
    // A log that does not begin with a run lacks its beginning.
    this.#hasHole = this.#isLog
    this.#isAlive = false
    this.#receivedAt = now
  }

  /** A record has come. One that has come before is ignored. */
  take({ record, sequence }: Arrival, now: number): void {
    if (!this.pass(sequence, now)) return
    this.#last = record
    if (this.#hasHole) {
      this.#hasHole = false
      // A run that goes on after a restart (`stream_resumed`) goes on with a book that is not in this log.
      if (!isControl(record) || record.control !== "stream_started") this.#add(this.#dropped(record))
    }
    this.#add(record)
  }

  /**
   * A message that completes no record: a part of a large one. Returns false for one that has come before: while subjects
   * are replaced, some servers deliver a message several times.
   */
  pass(sequence: number, now: number): boolean {
    if (sequence <= this.#sequence) return false
    if (sequence !== this.#sequence + 1) {
      this.#jumpedTo = sequence
      if (this.#isLog) this.#hasHole = true
      else this.#isExact = false
    }
    this.#sequence = sequence
    this.#receivedAt = now
    if (sequence > this.#joinedAt) this.#isAlive = true
    return true
  }

  /**
   * A message that is not a record: nobody knows what it was about, so all is unverified until it is verified again. `text` is
   * its beginning.
   */
  reject(sequence: number, text: string, now: number, clock: string): void {
    if (!this.pass(sequence, now) || this.#last === undefined) return
    const reason = "a message of the stream is not a record"
    const sessions = new Map(this.#sessions)
    for (const { session, epoch } of this.#waiting.values()) if (session !== "") sessions.set(session, epoch)
    const made = this.#own(sessions, clock, (stamp): Quarantined => ({
      control: "quarantined",
      ...stamp,
      reason,
      touches: "session",
      sportsbook: null,
      game: null,
      outcome: null,
      text,
    }))
    for (const record of made) this.#add(record)
  }

  /**
   * The stream ended with `lastSequence`, as its server said when it was asked after `sequence` was read: nothing followed,
   * and all that was left out before had been replaced by what was read. What was left out since would be seen as a jump.
   *
   * The number of pending messages that a server sends along is not used: nats-server 2.9 counts what was replaced.
   */
  reached(sequence: number, lastSequence: number): void {
    if (lastSequence === sequence && this.#jumpedTo <= sequence) this.#isExact = true
  }

  /** Whether records wait of which it is not known whether they are all. */
  get isUnsure(): boolean {
    return !this.#isExact && this.#waiting.size > 0
  }

  /** When {@link take} would be called for the last time before all is stale. Undefined: it is stale already. */
  get staleAt(): number | undefined {
    return this.#isSaid || !this.#isAlive ? undefined : this.#receivedAt + this.#staleMillis
  }

  /** What the reader gets now: whole, and in order. Empty if it has to wait. */
  give(now: number, clock: string): ReadonlyArray<StreamRecord> {
    if (this.#isAlive && now - this.#receivedAt >= this.#staleMillis) {
      this.#isAlive = false
    }
    if (!this.#isExact) {
      return this.#isAlive || this.#isSaid ? none : this.#staleRecords(now, clock)
    }
    const records = [...this.#waiting.values()]
    this.#waiting = new Map()
    // Only now: until then the reader has what the sessions of before said.
    for (const record of records) if (record.origin !== this.#origin) this.#note(record)
    // What begins a run anew makes its reader forget what was stale.
    if (records.some(isBeginning)) this.#isSaid = false
    // A gap that opens ends a stale session, too: it is said again after new records.
    if (!this.#isAlive) {
      return records.length === 0 && this.#isSaid ? none : [...records, ...this.#staleRecords(now, clock)]
    }
    if (!this.#isSaid) return records
    this.#isSaid = false
    return [
      ...records,
      ...this.#own(
        this.#sessions,
        clock,
        (stamp, session) => this.#stale.has(session) ? undefined : { control: "fresh", ...stamp, sportsbook: null },
      ),
    ]
  }

  /** Records of a log all wait; of others the latest of a key. What is made here is never replaced. */
  #add(record: StreamRecord): void {
    const key = this.#isLog || record.origin === this.#origin
      ? `${record.origin ?? ""}/${this.#waiting.size}/${this.#sequence}`
      : keyOf(record)
    this.#waiting.delete(key)
    this.#waiting.set(key, record)
  }

  #dropped({ run, seq, session, epoch, at }: StreamRecord): Dropped {
    return {
      control: "dropped",
      run,
      seq,
      part: ++this.#part,
      origin: this.#origin,
      session,
      epoch,
      at,
      sent_at: null,
      frame: null,
      lane: this.#origin,
      reason: "the log does not have what came before",
      count: 0,
      first_seq: seq,
      last_seq: seq,
    }
  }

  #staleRecords(now: number, clock: string): ReadonlyArray<StreamRecord> {
    if (this.#sessions.size === 0) return none
    this.#isSaid = true
    const age_ms = Math.max(0, Math.round(now - this.#receivedAt))
    return this.#own(
      this.#sessions,
      clock,
      (stamp): Stale => ({
        control: "stale",
        ...stamp,
        reason: "silent",
        sportsbook: null,
        age_ms,
      }),
    )
  }

  #own(
    sessions: ReadonlyMap<string, number>,
    clock: string,
    make: (stamp: OwnStamp, session: string) => Control | undefined,
  ): ReadonlyArray<StreamRecord> {
    const { run, seq } = this.#last!
    const records: Array<Control> = []
    for (const [session, epoch] of sessions) {
      const record = make({
        run,
        seq,
        part: ++this.#part,
        origin: this.#origin,
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
        return
      case "stream_resumed":
        this.#stale.clear()
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

type OwnStamp =
  & Pick<
    Stale,
    "run" | "seq" | "session" | "epoch" | "at" | "sent_at" | "frame"
  >
  & {
    readonly part: number
    readonly origin: string
  }

const none: ReadonlyArray<never> = []
const beginnings: ReadonlySet<string> = new Set([
  "stream_started",
  "stream_resumed",
])

const isBeginning = (record: StreamRecord): boolean => isControl(record) && beginnings.has(record.control)

const keyOf = (record: StreamRecord): string => JSON.stringify(latestKey(record))
