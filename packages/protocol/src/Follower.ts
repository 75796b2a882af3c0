/** What a reader of a store may be given of the records that have come, and when: a pure state. */
import type { Change } from "./Change.ts"
import { type Control, isControl } from "./Control.ts"
import { latestKey } from "./latestKey.ts"
import { SourceControls } from "./SourceControls.ts"

type StreamRecord = Change | Control

/** A record as it came out of the stream. */
export interface Arrival {
  readonly record: StreamRecord
  /** Its sequence in the stream. */
  readonly sequence: number
}

/** What a {@link Follower} follows, and how. */
export interface Followed {
  /** The `origin` of the records that are made here, such as `nats:odds`: see {@link SourceControls}. */
  readonly origin: string
  /** Whether the stream has each record, instead of the latest of each key. */
  readonly isLog: boolean
  /** After so many milliseconds without a record all is `stale`. */
  readonly staleMillis: number
  /**
   * Whether the stream may lack the ends of groups, such as a partition, where the end may be in another one. Each end is then
   * waited for for a second at most, however many records come meanwhile. Default false.
   */
  readonly mayLackEnds?: boolean
}

/** What a {@link Follower} begins with. */
export interface Beginning {
  /** The last record of each key up to `sequence`, in the order of the stream; keys that mean nothing any more may be missing. */
  readonly records: ReadonlyArray<StreamRecord>
  readonly sequence: number
  /** The end of the stream after the records were read: until there, one may be missing that was replaced meanwhile. */
  readonly lastSequence: number
  /** Whether the record at `sequence` ends a group. */
  readonly isWhole: boolean
}

/**
 * Follows a stream of the latest records, or a log. For authors of readers of stores, such as `natsRecords` of
 * `@boltodds/nats`: it does no I/O, and its caller gives it the time.
 *
 * A stream that keeps one record of each subject leaves out what was replaced before it was read. What was read so far is
 * the book of a moment only where nothing was left out, or where nothing follows: in between a gap may be missing that a
 * later gap has replaced. So records are given to the reader at such moments only. What it is given first, when it joins, is
 * a snapshot with identities of its own. Of a log all is given, in whole groups; where it begins within a run, or messages
 * of it are missing, a `dropped` comes first. So it does in either where a record is of a run whose beginning is missing.
 *
 * A reader that joins does not know whether the writer still runs: all is `stale` until a record arrives that was written after
 * the joining, and again after a time without any.
 */
export class Follower {
  readonly #staleMillis: number
  readonly #controls: SourceControls
  readonly #isLog: boolean
  readonly #mayLackEnds: boolean
  /** What the reader does not have yet, the newest record of each key, in the order of the stream. */
  #waiting = new Map<string, StreamRecord>()
  #isExact = false
  /** Something is missing before the next record: messages of a log, or one that was not a record. */
  #hasHole = false
  /** How many these are, as far as it is known. */
  #missing = 0
  #sequence = 0
  /** The sequence before which messages were left out. */
  #jumpedTo = 0
  /** The last sequence of the stream at the joining. */
  #joinedAt = 0
  /** After {@link begin}: from this sequence on what was read is the book of a moment, if nothing is left out until there. */
  #exactAt = Infinity
  /** The last message was a part of a record whose end has not come. */
  #hasPart = false
  /** What the reader gets before anything else. */
  #urgent: ReadonlyArray<StreamRecord> = none
  #receivedAt = 0
  /** Whether a record came that was written after the joining. */
  #isAlive = false
  /** Whether the reader has any record. */
  #hasGiven = false
  /** What is given next is the snapshot of the joining. */
  #isJoining = false
  /** Nothing was given since the joining. */
  #isNew = true
  /** The beginning of a group, while nothing was left out: its end has not come yet. */
  #group: Array<StreamRecord> = []
  /** The sequence of the last record that waits in a whole group, and of the last one that was given. */
  #wholeTo = 0
  #givenTo = 0
  /** How many records were kept under a key of their own. */
  #count = 0
  /** What waits ends within a group: the reader would act on a part of it. */
  #isTorn = false
  /** Since when the end of a group is waited for. */
  #heldSince: number | undefined

  constructor({ origin, isLog, staleMillis, mayLackEnds = false }: Followed) {
    this.#controls = new SourceControls(origin)
    this.#isLog = isLog
    this.#staleMillis = staleMillis
    this.#mayLackEnds = mayLackEnds
  }

  /** The last sequence that was read. */
  get sequence(): number {
    return this.#sequence
  }

  /** The sequence up to which the reader was given everything: what it has is the book of that moment. */
  get givenTo(): number {
    return this.#givenTo
  }

  /** How many records wait for the reader, in whole groups. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The reading begins, or begins again. `lastSequence` is the last one of the stream; 0: it is empty. */
  join(lastSequence: number, now: number): void {
    this.#waiting.clear()
    this.#group = []
    this.#isTorn = false
    this.#heldSince = undefined
    this.#wholeTo = 0
    this.#givenTo = 0
    this.#sequence = 0
    this.#jumpedTo = 0
    this.#joinedAt = lastSequence
    this.#exactAt = Infinity
    this.#hasPart = false
    this.#missing = 0
    this.#isExact = this.#isLog || lastSequence === 0
    this.#isJoining = !this.#isExact
    this.#isNew = true
    // A log that does not begin with a run lacks its beginning.
    this.#hasHole = this.#isLog
    this.#isAlive = false
    this.#receivedAt = now
  }

  /**
   * The reading begins, or begins again, with what a store has of the book beside its log. All that follows in the log is then
   * to be taken.
   */
  begin({ records, sequence, lastSequence, isWhole }: Beginning, now: number): void {
    this.join(lastSequence, now)
    for (const record of records) {
      this.#controls.arrived(record)
      this.#put(record)
    }
    this.#sequence = sequence
    this.#jumpedTo = sequence
    this.#wholeTo = sequence
    this.#isTorn = !isWhole
    this.#heldSince = isWhole ? undefined : now
    this.#isJoining = true
    this.#isExact = sequence >= lastSequence
    this.#exactAt = lastSequence
  }

  /**
   * The next records, so many, were removed from the stream before they were read. The reader gets that at once. In a log the
   * reading goes on after them; otherwise nothing more is given until {@link begin}.
   */
  lose(count: number): void {
    const { last } = this.#controls
    // A reader that has nothing has lost nothing.
    const made = last === undefined || !this.#hasGiven ? none : [{
      ...this.#controls.dropped(last, "the records were removed before they were read", count),
      last: true as const,
    }]
    if (this.#isLog) {
      this.#sequence += count
      for (const record of made) this.#add(record)
      return
    }
    this.#waiting.clear()
    this.#group = []
    this.#isExact = false
    this.#exactAt = Infinity
    this.#isAlive = false
    this.#urgent = [...this.#urgent, ...made]
  }

  /** A record has come. One that has come before is ignored. */
  take({ record, sequence }: Arrival, now: number): void {
    if (!this.#advance(sequence, now)) return
    this.#controls.arrived(record)
    if (this.#hasHole) {
      this.#hasHole = false
      // A run that goes on after a restart (`stream_resumed`) goes on with a book that is not in this log.
      if (!isControl(record) || record.control !== "stream_started") {
        const reason = this.#isLog
          ? "the log does not have what came before"
          : "a message of the stream is not a record"
        this.#add(this.#controls.dropped(record, reason, this.#missing))
      }
      this.#missing = 0
    }
    this.#add(record)
    this.#settle()
  }

  /** A message that completes no record: a part of a large one. */
  pass(sequence: number, now: number): void {
    if (this.#advance(sequence, now)) this.#hasPart = true
  }

  /** Returns false for a message that has come before: while subjects are replaced, some servers deliver it several times. */
  #advance(sequence: number, now: number): boolean {
    if (sequence <= this.#sequence) return false
    if (sequence !== this.#sequence + 1) {
      this.#jumpedTo = sequence
      if (this.#isLog) {
        this.#hasHole = true
        if (this.#sequence > 0) this.#missing += sequence - this.#sequence - 1
      } else {
        this.#isExact = false
        this.#exactAt = Infinity
        this.#endGroup()
      }
    }
    this.#sequence = sequence
    this.#receivedAt = now
    if (sequence > this.#joinedAt) this.#isAlive = true
    return true
  }

  /**
   * A message has been taken, and all before it. Only now what waits is the book of a moment: what this one replaced may be
   * missing there.
   */
  #settle(): void {
    this.#hasPart = false
    if (this.#sequence >= this.#exactAt) this.#isExact = true
  }

  /**
   * A message that is not a record. A closing may have been lost with it, which a later `game_verified` would not make good,
   * so its reader gets a `dropped`: nothing is live until all begins anew.
   */
  reject(sequence: number, now: number): void {
    if (!this.#advance(sequence, now)) return
    const { last } = this.#controls
    if (last === undefined) this.#hasHole = true
    else this.#add({ ...this.#controls.dropped(last, "a message of the stream is not a record", 1), last: true })
    this.#settle()
  }

  /**
   * The stream ended with `lastSequence`, as its server said when it was asked after `sequence` was read: nothing followed,
   * and all that was left out before had been replaced by what was read. What was left out since would be seen as a jump.
   *
   * The number of pending messages that a server sends along is not used: nats-server 2.9 counts what was replaced.
   */
  reached(sequence: number, lastSequence: number): void {
    // The beginning of a large record has replaced the record before it.
    if (lastSequence === sequence && this.#jumpedTo <= sequence && !this.#hasPart) this.#isExact = true
  }

  /** Whether records wait of which it is not known whether they are all. */
  get isUnsure(): boolean {
    return !this.#isExact && this.#waiting.size > 0
  }

  /** When {@link take} would be called for the last time before all is stale. Undefined: it is stale already. */
  get staleAt(): number | undefined {
    return this.#controls.isStale || !this.#isAlive ? undefined : this.#receivedAt + this.#staleMillis
  }

  /** What the reader gets now: whole, and in order. Empty if it has to wait. */
  give(now: number, clock: string): ReadonlyArray<StreamRecord> {
    if (this.#urgent.length > 0) {
      const records = this.#urgent
      this.#urgent = none
      return records
    }
    if (this.#isAlive && now - this.#receivedAt >= this.#staleMillis) {
      this.#isAlive = false
    }
    const controls = this.#controls
    if (!this.#isExact || (this.#isTorn && !this.#isQuiet(now))) {
      return this.#isAlive || controls.isStale ? none : controls.stale(now - this.#receivedAt, clock)
    }
    if ((!this.#isLog || this.#mayLackEnds) && this.#isQuiet(now)) this.#endGroup()
    const waiting = [...this.#waiting.values()]
    const records = waiting.length === 0 ? waiting : controls.whole(waiting, this.#isNew)
    this.#waiting = new Map()
    this.#isTorn = false
    if (this.#group.length === 0) this.#heldSince = undefined
    this.#givenTo = this.#wholeTo
    // Until now the reader had what the sessions of before said.
    controls.passed(records.filter(({ origin }) => origin !== controls.origin))
    const given = this.#isJoining ? controls.snapshot(records) : records
    if (records.length > 0) {
      this.#isJoining = false
      this.#isNew = false
      this.#hasGiven = true
    }
    // A gap that opens ends a stale session, too: it is said again after new records.
    if (!this.#isAlive) {
      return given.length === 0 && controls.isStale
        ? none
        : [...given, ...controls.stale(now - this.#receivedAt, clock)]
    }
    return controls.isStale ? [...given, ...controls.fresh(clock)] : given
  }

  /** The end of a group may have been replaced or removed, or be elsewhere: it is not waited for. */
  #isQuiet(now: number): boolean {
    const since = this.#mayLackEnds ? this.#heldSince ?? this.#receivedAt : this.#receivedAt
    return now - since >= quietMillis
  }

  #add(record: StreamRecord): void {
    const isLast = record.last === true
    this.#heldSince = isLast ? undefined : this.#heldSince ?? this.#receivedAt
    if (this.#isExact) {
      this.#group.push(record)
      if (isLast || this.#group.length >= mostHeld) this.#endGroup()
      return
    }
    this.#put(record)
    this.#wholeTo = this.#sequence
    this.#isTorn = !isLast
  }

  #endGroup(): void {
    if (this.#group.length === 0) return
    for (const record of this.#group) this.#put(record)
    this.#isTorn = !this.#isLog && this.#group.at(-1)!.last !== true
    this.#group = []
    this.#wholeTo = this.#sequence
  }

  /** Records of a log all wait; of others the latest of a key. What is made here is never replaced. */
  #put(record: StreamRecord): void {
    const key = this.#isLog || record.origin === this.#controls.origin
      ? `${record.origin ?? ""}/${this.#count++}`
      : keyOf(record)
    this.#waiting.delete(key)
    this.#waiting.set(key, record)
  }
}

/** After this time without a record, or without the end of a group that may be missing, what came is given as it is. */
const quietMillis = 1_000

/** A group is not kept back beyond so many records: its end may have been filtered out. */
const mostHeld = 250_000

const none: ReadonlyArray<never> = []

const keyOf = (record: StreamRecord): string => JSON.stringify(latestKey(record))
