/** What a reader may be given of the messages that have come, and when: a pure state. */
import { type Change, type Control, isControl, latestKey, type Quarantined, type Stale } from "@boltodds/protocol"

type StreamRecord = Change | Control

/** A record as it came out of the stream. */
export interface Arrival {
  readonly record: StreamRecord
  /** Its sequence in the stream. */
  readonly sequence: number
  /** How many messages of the stream follow it at the moment. */
  readonly pending: number
}

/**
 * Follows a stream of the latest records.
 *
 * A stream that keeps one record of each subject leaves out what was replaced before it was read. What was read so far is
 * the book of a moment only where nothing was left out, or where nothing follows: in between a gap may be missing that a
 * later gap has replaced. So records are given to the reader at such moments only.
 *
 * A reader that joins does not know whether the writer still runs: all is `stale` until a record arrives that was written after
 * the joining, and again after a time without any.
 */
export class Follower {
  readonly #staleMillis: number
  readonly #origin: string
  /** What the reader does not have yet, the newest record of each key, in the order of the stream. */
  #waiting = new Map<string, StreamRecord>()
  #isExact = false
  #sequence = 0
  /** The last sequence of the stream at the joining. */
  #joinedAt = 0
  #receivedAt = 0
  /** Whether a record came that was written after the joining. */
  #isAlive = false
  /** Whether the reader has the record that all is stale. */
  #isSaid = false
  #part = 0
  #last: StreamRecord | undefined
  readonly #sessions = new Map<string, number>()
  /** Sessions that the writer itself calls stale. */
  readonly #stale = new Set<string>()

  /** `name` is in the `origin` of the records that are made here. */
  constructor(name: string, staleMillis: number) {
    this.#origin = `nats:${name}`
    this.#staleMillis = staleMillis
  }

  /** The last sequence that was read. */
  get sequence(): number {
    return this.#sequence
  }

  /** The reading begins, or begins again. `lastSequence` is the last one of the stream; 0: it is empty. */
  join(lastSequence: number, now: number): void {
    this.#waiting.clear()
    this.#sequence = 0
    this.#joinedAt = lastSequence
    this.#isExact = lastSequence === 0
    this.#isAlive = false
    this.#receivedAt = now
  }

  take({ record, ...place }: Arrival, now: number): void {
    if (!this.pass(place, now)) return
    this.#last = record
    this.#note(record)
    const key = keyOf(record)
    this.#waiting.delete(key)
    this.#waiting.set(key, record)
  }

  /**
   * A message that completes no record: a part of a large one. Returns false for one that has come before: while subjects
   * are replaced, some servers deliver a message several times.
   */
  pass({ sequence, pending }: Omit<Arrival, "record">, now: number): boolean {
    if (sequence <= this.#sequence) return false
    if (sequence !== this.#sequence + 1) this.#isExact = false
    if (pending === 0) this.#isExact = true
    this.#sequence = sequence
    this.#receivedAt = now
    if (sequence > this.#joinedAt) this.#isAlive = true
    return true
  }

  /**
   * A message that is not a record: nobody knows what it was about, so all is unverified until it is verified again. `text` is
   * its beginning.
   */
  reject(
    { sequence, pending }: Omit<Arrival, "record">,
    text: string,
    now: number,
    clock: string,
  ): void {
    if (sequence <= this.#sequence || this.#last === undefined) return
    const reason = "a message of the stream is not a record"
    const made = this.#own(clock, (stamp): Quarantined => ({
      control: "quarantined",
      ...stamp,
      reason,
      touches: "session",
      sportsbook: null,
      game: null,
      outcome: null,
      text,
    }))
    const before = this.#last
    for (const record of made) {
      this.#waiting.set(`${keyOf(record)} ${sequence}`, record)
    }
    this.take({ record: made.at(-1) ?? before, sequence, pending }, now)
  }

  /**
   * The stream ends with this sequence at the moment, as its server says. The number of messages that follow is not always
   * right: some servers count what was replaced.
   */
  reached(lastSequence: number): void {
    if (lastSequence === this.#sequence) this.#isExact = true
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
    // What begins a run anew makes its reader forget what was stale.
    if (records.some((record) => isControl(record) && beginnings.has(record.control))) this.#isSaid = false
    // A gap that opens ends a stale session, too: it is said again after new records.
    if (!this.#isAlive) {
      return records.length === 0 && this.#isSaid ? none : [...records, ...this.#staleRecords(now, clock)]
    }
    if (!this.#isSaid) return records
    this.#isSaid = false
    return [
      ...records,
      ...this.#own(
        clock,
        (stamp, session) => this.#stale.has(session) ? undefined : { control: "fresh", ...stamp, sportsbook: null },
      ),
    ]
  }

  #staleRecords(now: number, clock: string): ReadonlyArray<StreamRecord> {
    if (this.#sessions.size === 0) return none
    this.#isSaid = true
    const age_ms = Math.max(0, Math.round(now - this.#receivedAt))
    return this.#own(
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
    clock: string,
    make: (stamp: OwnStamp, session: string) => Control | undefined,
  ): ReadonlyArray<StreamRecord> {
    const { run, seq } = this.#last!
    const records: Array<Control> = []
    for (const [session, epoch] of this.#sessions) {
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

const keyOf = (record: StreamRecord): string => JSON.stringify(latestKey(record))
