/** The reducer of a source of records: the book that they make, for readers that lack it. */
import {
  BookFold,
  type Change,
  type Control,
  type Dropped,
  gameId,
  isControl,
  type Millis,
  schemaVersion,
  type Stale,
  type StreamRecord,
  type StreamStarted,
  type StreamStopped,
} from "@boltodds/protocol"
import type { SessionEpoch } from "@boltodds/lane"
import type { GameToTell, SnapshotPlace, Step } from "@boltodds/state"
import { BookRecords, findGame, type SnapshotStamp } from "./bookRecords.ts"
import { NewestSeqs } from "./NewestSeqs.ts"
import type { Reducer } from "./Reducer.ts"
import type { Standing, Totals } from "../status/Standing.ts"
import { totalsOf } from "../status/totalsOf.ts"

/** How a {@link RecordReducer} is set up. */
export interface RecordReducerOptions {
  /** The run of this process: in the `origin` of the records that are made here. */
  readonly run: string
  /** The time by a clock that never goes back, in milliseconds: how long nothing has come. */
  readonly now: () => Millis
}

/** One delivery of a source of records: whole groups. */
export type Delivery = ReadonlyArray<StreamRecord>

const none: ReadonlyArray<never> = []

/**
 * Passes records on as they are, and folds them. The book is that of a reader of the records: what is lost or unverified
 * on the way here is so in the snapshots that are made of it.
 */
export class RecordReducer implements Reducer<Delivery> {
  readonly #origin: string
  readonly #now: () => Millis
  readonly #folding = new BookFold()
  readonly #seqs = new NewestSeqs()
  /** The sessions of the stream, with their epochs. */
  readonly #epochs = new Map<string, number>()
  /** The newest `stale` of each session and sportsbook. */
  readonly #stale = new Map<string, Stale>()
  #started: StreamStarted | undefined
  #dropped: Dropped | undefined
  #last: StreamRecord | undefined
  /** The run of the stream, and its highest `seq`. */
  #run = ""
  #seq = 0
  #part = 0
  /** The time of the stream: of its newest record. */
  #at: Millis = 0
  #receivedAt: Millis = 0
  /** Of each session: what its newest heartbeat said, and when it last sent anything. */
  readonly #lags = new Map<string, number | null>()
  readonly #newestAt = new Map<string, Millis>()
  /** Sessions that are not verified since their last gap. */
  readonly #gaps = new Set<string>()
  #isStopped = false

  constructor({ run, now }: RecordReducerOptions) {
    this.#origin = `pipe/${run}`
    this.#now = now
  }

  /** One step for each group, and for each session in it. A delivery without records is one step: time has passed. */
  apply(deliveries: ReadonlyArray<Delivery>): ReadonlyArray<Step> {
    const steps: Array<Step> = []
    for (const delivery of deliveries) {
      if (delivery.length === 0) {
        if (this.#last !== undefined) steps.push(this.#step([], this.#last, this.#elapsed()))
        continue
      }
      const records = wholeGroup(delivery)
      this.#folding.add(records)
      let from = 0
      for (let index = 0; index < records.length; index++) {
        const record = records[index]!
        const next = records[index + 1]
        this.#note(record)
        const isWhole = record.last === true || next === undefined || next.session !== record.session ||
          next.epoch !== record.epoch
        if (!isWhole) continue
        this.#take(record)
        steps.push(this.#step(records.slice(from, index + 1), record, this.#at))
        from = index + 1
      }
    }
    return steps
  }

  sportsbooks(): ReadonlyArray<Totals> {
    return totalsOf(this.#folding.book)
  }

  standings(): ReadonlyArray<Standing> {
    const { book } = this.#folding
    return Array.from(this.#epochs, ([session, epoch]): Standing => ({
      session,
      epoch,
      isConnected: true,
      isSettled: !this.#gaps.has(session),
      stale: book.staleSessions.has(session) ? "silent" : undefined,
      frameAt: this.#newestAt.get(session),
      pausedSince: undefined,
      lagMillis: this.#lags.get(session) ?? null,
      isLossy: book.lossy,
      isStopped: this.#isStopped,
    }))
  }

  counted(): undefined {
    return undefined
  }

  sessions(): ReadonlyArray<SessionEpoch> {
    return Array.from(this.#epochs, ([session, epoch]) => ({ session, epoch }))
  }

  /** `stream_stopped`: whatever the stream goes on with, readers do not get it. None where it has stopped itself. */
  stop(at: Millis, reason: string): ReadonlyArray<Change | Control> {
    const last = this.#last
    if (last === undefined || isControl(last) && last.control === "stream_stopped") return none
    const { session, epoch } = last
    const stopped: StreamStopped = {
      control: "stream_stopped",
      run: this.#run,
      seq: this.#seq,
      part: ++this.#part,
      origin: this.#origin,
      session,
      epoch,
      at: new Date(at).toISOString(),
      sent_at: null,
      frame: null,
      reason,
      last: true,
    }
    this.#folding.add([stopped])
    return [stopped]
  }

  /** See {@link Reducer.snapshot}. What the source lost stays lost: it is `dropped` here too. */
  snapshot(place: SnapshotPlace = {}): ReadonlyArray<Change | Control> {
    if (this.#last === undefined) return none
    const made = this.#records(place)
    made.repeat(this.#beginning(this.#last))
    const { book } = this.#folding
    if (book.lossy) made.repeat(this.#loss(this.#last))
    for (const stale of this.#stale.values()) {
      const { session, sportsbook } = stale
      const isStale = sportsbook === null
        ? book.staleSessions.has(session)
        : book.staleBooks.has(gameId(session, sportsbook))
      if (isStale) made.repeat(stale)
    }
    made.games(book)
    return this.#end(made)
  }

  snapshotOf(games: ReadonlyArray<GameToTell>, place: SnapshotPlace): ReadonlyArray<Change | Control> {
    const { book } = this.#folding
    const made = this.#records(place)
    for (const wanted of games) {
      const game = findGame(book, wanted)
      if (game === undefined) made.closed(wanted, this.#last?.session ?? "")
      else {
        made.game(game)
        if (game.verified && !game.partial) made.verified(game)
      }
    }
    return this.#end(made)
  }

  #records({ part = this.#part + 1, origin = this.#origin }: SnapshotPlace): BookRecords {
    const stamp: SnapshotStamp = {
      run: this.#run,
      seq: this.#seq,
      at: new Date(this.#at).toISOString(),
      origin,
      seqs: this.#seqs,
    }
    return new BookRecords(stamp, part, this.#epochs)
  }

  /** Records of two snapshots have different identities, also where no lane counts their parts. */
  #end(made: BookRecords): ReadonlyArray<Change | Control> {
    const records = made.end()
    if (records.at(-1)?.origin === this.#origin) this.#part += records.length
    return records
  }

  /** The start of the run, also where it resumed another, or where the records begin within it. */
  #beginning({ run, seq, session, epoch, at }: StreamRecord): StreamStarted {
    return this.#started ?? {
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
    }
  }

  /** The loss that was reported last. A run that resumes another one, which was not read, is a loss without a report. */
  #loss({ run, seq, session, epoch, at }: StreamRecord): Dropped {
    return this.#dropped ?? {
      control: "dropped",
      run,
      seq,
      session,
      epoch,
      at,
      sent_at: null,
      frame: null,
      lane: this.#origin,
      reason: "the run resumes another one, whose records are not known",
      count: 0,
      first_seq: seq,
      last_seq: seq,
    }
  }

  #elapsed(): Millis {
    return this.#at + Math.max(0, this.#now() - this.#receivedAt)
  }

  #step(records: Delivery, { session, epoch }: StreamRecord, at: Millis): Step {
    return { event: { _tag: "Tick", session, epoch, at, wall: at }, records }
  }

  /** The final record of a step: the time of the stream. */
  #take(record: StreamRecord): void {
    const at = record.at.endsWith("Z") ? Date.parse(record.at) : NaN
    if (at > this.#at) {
      this.#at = at
      this.#receivedAt = this.#now()
    }
    if (record.session !== "") this.#newestAt.set(record.session, this.#at)
  }

  #note(record: StreamRecord): void {
    const isFirst = this.#last === undefined
    this.#last = record
    const isBeginning = isControl(record) &&
      (record.control === "stream_started" || record.control === "stream_resumed")
    if (isFirst || isBeginning) {
      this.#run = record.run
      this.#seq = record.seq
      this.#seqs.begin(record.seq)
    } else if (record.run === this.#run && record.seq > this.#seq) this.#seq = record.seq
    if (record.run === this.#run) this.#seqs.take(record)
    if (isControl(record)) this.#noteControl(record)
    if (record.session !== "") this.#epochs.set(record.session, record.epoch)
  }

  #noteControl(control: Control): void {
    switch (control.control) {
      case "stream_started":
        this.#isStopped = false
        this.#gaps.clear()
        this.#newestAt.clear()
        this.#lags.clear()
        this.#started = control
        this.#epochs.clear()
        this.#stale.clear()
        return
      case "stream_resumed": {
        const { control: _, resumes: _r, ...started } = control
        this.#started = { control: "stream_started", ...started }
        return
      }
      case "dropped":
        this.#dropped = control
        return
      case "stream_stopped":
        this.#isStopped = true
        return
      case "gap_opened":
      case "clock_jumped":
        this.#gaps.add(control.session)
        return
      case "gap_closed":
      case "synced":
        this.#gaps.delete(control.session)
        return
      case "heartbeat":
        this.#lags.set(control.session, control.lag_ms)
        return
      case "stale":
        this.#stale.set(gameId(control.session, control.sportsbook ?? ""), control)
    }
  }
}

/** A delivery is whole: its final record ends a group. */
const wholeGroup = (delivery: Delivery): Delivery => {
  const final = delivery[delivery.length - 1]!
  return final.last === true ? delivery : [...delivery.slice(0, -1), { ...final, last: true }]
}
