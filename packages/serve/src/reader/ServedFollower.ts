/** What a reader of a server may be given of the lines that have come, and when: a pure state. */
import { readRecord, SourceControls, type StreamRecord } from "@boltodds/protocol"
import { otherLine } from "./lines.ts"

/** How a server is followed. */
export interface ServedFollowed {
  /** The `origin` of the records that are made here: see `SourceControls` of `@boltodds/protocol`. */
  readonly origin: string
  /** After so many milliseconds without a record all is `stale`. */
  readonly staleMillis: number
  /** Called with why a line is no record. */
  readonly onFault: (fault: string) => void
}

/**
 * Follows what a server sends over connections that end. Its caller gives it the lines and the time.
 *
 * While there is no connection, or the reader does not have yet all that the server has, all is `stale`. A connection goes on
 * after the place that the last message named, or begins with a snapshot, which gets identities of its own. Groups are given
 * whole; of one that is cut, the end comes with the next connection, or it is dropped for a snapshot.
 */
export class ServedFollower {
  readonly #controls: SourceControls
  readonly #staleMillis: number
  readonly #onFault: (fault: string) => void
  /** The beginning of a group whose end has not come yet. */
  #group: Array<StreamRecord> = []
  /** What the reader does not have yet, in whole groups. */
  #ready: Array<StreamRecord> = []
  /** The same as the server sent it: a snapshot is given with identities of this reader. */
  #sent: Array<StreamRecord> = []
  /** The characters of the lines of what waits, and of that beginning. */
  #readySize = 0
  #groupSize = 0
  /** After which place the next connection can go on. */
  #after = ""
  /** What comes is a snapshot. */
  #isSnapshot = false
  #isConnected = false
  /** The reader has been sent all that the server had when it connected. */
  #isCurrent = false
  #receivedAt = 0
  /** The next group is the first, or all begins again with it. */
  #isNew = true

  constructor({ origin, staleMillis, onFault }: ServedFollowed) {
    this.#controls = new SourceControls(origin)
    this.#staleMillis = staleMillis
    this.#onFault = onFault
  }

  /** The place to name when dialing; empty for a snapshot. */
  get after(): string {
    return this.#after
  }

  /** How much waits for the reader, in characters. What it gets only with what follows does not count. */
  get size(): number {
    return this.#isCatchingUp ? 0 : this.#readySize
  }

  /** What was there when it connected is on its way. */
  get #isCatchingUp(): boolean {
    return this.#isConnected && !this.#isCurrent
  }

  /** Whether it is connected and has been sent all there was. */
  get isCurrent(): boolean {
    return this.#isCurrent
  }

  /** A connection is open. */
  connected(): void {
    this.#isConnected = true
    this.#isCurrent = false
  }

  /** It has ended. */
  disconnected(): void {
    this.#isConnected = false
    this.#isCurrent = false
    // A part of a snapshot is nothing to go on after.
    if (this.#isSnapshot) this.#forgetGroup()
    this.#isSnapshot = false
  }

  /** A message has come: lines. */
  take(message: string, now: number): void {
    for (const text of message.split("\n")) this.#line(text, now)
  }

  /** When all becomes stale if nothing comes; undefined: it is already. */
  get staleAt(): number | undefined {
    return this.#isConnected && this.#isCurrent && !this.#controls.isStale
      ? this.#receivedAt + this.#staleMillis
      : undefined
  }

  /** What the reader gets now: whole, and in order. Empty if it has to wait. */
  give(now: number, clock: string): ReadonlyArray<StreamRecord> {
    const controls = this.#controls
    // It gets all at once, without a `stale` in between.
    const given = this.#isCatchingUp ? none : this.#ready
    if (given.length > 0) {
      // Until now the reader had what the sessions of before said.
      controls.passed(this.#sent)
      this.#ready = []
      this.#sent = []
      this.#readySize = 0
    }
    const isAlive = this.#isConnected && this.#isCurrent && now - this.#receivedAt < this.#staleMillis
    if (isAlive) return controls.isStale ? [...given, ...controls.fresh(clock)] : given
    // A gap that opens ends a stale session, too: it is said again after new records.
    return given.length === 0 && controls.isStale ? none : [...given, ...controls.stale(now - this.#receivedAt, clock)]
  }

  #line(text: string, now: number): void {
    const other = otherLine(text)
    if (other === undefined) this.#record(text, now)
    else if ("after" in other) this.#after = other.after
    else if ("error" in other) this.#onFault(other.error)
    else if (other.stream === "current") {
      this.#isCurrent = true
      // A server that has nothing yet sends no snapshot.
      this.#isSnapshot = false
      // By the clock of this process: the clocks of two machines may differ.
      this.#receivedAt = now - (other.age_ms ?? this.#staleMillis)
    } else if (other.stream === "snapshot") {
      this.#isSnapshot = true
      this.#isNew = true
      this.#forgetGroup()
    }
  }

  #record(text: string, now: number): void {
    const { record, fault } = readRecord(text)
    // What was missed says nothing of now.
    if (this.#isCurrent) this.#receivedAt = now
    if (record === undefined) return this.#reject(fault)
    this.#controls.arrived(record)
    this.#groupSize += text.length
    this.#group.push(record)
    if (record.last === true) this.#endGroup()
  }

  /** A closing may have been lost with it. */
  #reject(fault: string): void {
    this.#onFault(fault)
    const { last } = this.#controls
    // Where it is the first of all, the beginning of the run is missing, which is reported.
    if (last === undefined) return
    const dropped = this.#controls.dropped(last, "a line of the server is not a record", 1)
    const isAlone = this.#group.length === 0
    this.#group.push(isAlone ? { ...dropped, last: true } : dropped)
    if (isAlone && !this.#isSnapshot) this.#endGroup()
  }

  #endGroup(): void {
    const group = this.#controls.whole(this.#group, this.#isNew)
    this.#isNew = false
    this.#readySize += this.#groupSize
    this.#forgetGroup()
    // A snapshot replaces what the reader would have got before it.
    const ready = this.#isSnapshot ? this.#controls.snapshot(group) : group
    this.#isSnapshot = false
    for (const record of ready) this.#ready.push(record)
    for (const record of group) this.#sent.push(record)
  }

  #forgetGroup(): void {
    this.#group = []
    this.#groupSize = 0
  }
}

const none: ReadonlyArray<never> = []
