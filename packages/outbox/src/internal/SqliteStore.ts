/** The store of a lane in a file. */
import type { Millis } from "@boltodds/protocol"
import { type Envelope, envelopeBytes, type Store, type StoreLimits } from "@boltodds/sink"
import type { DeadLetters } from "./DeadLetters.ts"
import { endsOf, type Entries, marksOf } from "./Entries.ts"
import { outboxFaultOf } from "./sqlite.ts"
import type { Housekeeping } from "./Housekeeping.ts"
import type { Keys } from "./Keys.ts"
import type { Lossy, Unfinished } from "./Unfinished.ts"
import type { Presence } from "./Presence.ts"
import type { Runs } from "./Runs.ts"
import { ShortQueue } from "./ShortQueue.ts"
import { envelopeOf, type Row, type Stored, storedEnvelope } from "./StoredEnvelope.ts"
import type { OutboxWriter } from "./OutboxWriter.ts"

/** What a store is made of. */
export interface StoreParts<A> {
  readonly path: string
  readonly run: string
  readonly key: (envelope: Envelope<A>) => string | undefined
  readonly now: () => Millis
  readonly entries: Entries
  readonly unfinished: Unfinished
  readonly writer: OutboxWriter
  readonly presence: Presence
  readonly keys: Keys
  readonly dead: DeadLetters
  readonly housekeeping: Housekeeping
  readonly runs: Runs
  readonly lossy: Lossy
}

const none: ReadonlyArray<never> = []

/** A batch in the hands of the lane, and its number. */
interface Taken<A> {
  readonly batch: ReadonlyArray<Stored<A>>
  readonly number: number
}

/**
 * The counters and what the lane has in its hands are in memory; everything else is read from the file, so that a long
 * queue costs no memory. Changes in memory follow the commit.
 */
export class SqliteStore<A> implements Store<A> {
  readonly isDurable = true
  readonly isLossy: boolean
  readonly restored: number
  readonly term: number
  records = 0
  bytes = 0
  waiting = 0
  waitingBytes = 0
  readonly #parts: StoreParts<A>
  readonly #short = new ShortQueue<A>()
  /** In the hands of the lane, by id. */
  readonly #taken = new Map<number, Stored<A>>()
  /** The batch that each of these was given in. */
  readonly #batches = new Map<number, number>()
  /** Done with, but still in the file, because it could not be written. */
  readonly #gone = new Set<number>()
  #nextId: number
  #nextBatch: number
  /** All that waits comes after this id: new ones are taken in their order, once the unfinished batches were. */
  #head = 0
  /** The latest arrival; and whether arrivals rise with the ids, as they do unless the clock was set back. */
  #latest = -Infinity
  #rising = true

  constructor(parts: StoreParts<A>) {
    const { entries, keys, unfinished } = parts
    this.#parts = parts
    this.isLossy = parts.lossy.atOpening
    this.term = parts.runs.term
    this.#nextId = entries.nextId()
    this.#nextBatch = unfinished.nextBatch
    // One pass over everything that is held: the counters are exact, and a damaged page is found now.
    for (const row of entries.scan()) {
      this.records += 1
      this.bytes += Number(row["size"])
      this.#arrived(Number(row["arrived_at"]))
      if (typeof row["key"] === "string") keys.hold(row["key"], Number(row["id"]))
    }
    this.restored = this.records
    this.waiting = this.records
    this.waitingBytes = this.bytes
  }

  add(envelopes: ReadonlyArray<Envelope<A>>, now: Millis): number {
    if (envelopes.length === 0) return 0
    const { entries, key, keys, run, runs, writer } = this.#parts
    const about = envelopes.map((envelope) => key(envelope))
    const ends = endsOf(envelopes)
    const first = this.#nextId
    const added: Array<Stored<A>> = []
    let bytes = 0
    try {
      writer.now(() => {
        for (let index = 0; index < envelopes.length; index++) {
          const envelope = envelopes[index]!
          const { _tag, seq, part = 0, origin, at, session, epoch, last, text } = envelope
          const name = envelope.run ?? run
          const size = envelopeBytes(envelope)
          bytes += size
          const stored = storedEnvelope<A>(_tag, {
            seq,
            part,
            origin,
            at,
            session,
            epoch,
            last,
            text,
            id: first + index,
            grp: first + ends[index]!,
            runId: runs.idOf(name),
            arrivedAt: now,
            size,
            key: about[index],
            times: 0,
            superseded: false,
            newer: false,
          }, { name, term: this.term })
          entries.insert(stored)
          added.push(stored)
        }
        for (const passed of new Set(about)) if (passed !== undefined) this.#markPassed(passed)
      })
    } catch (cause) {
      runs.kept(false)
      throw cause
    }
    runs.kept(true)
    for (const { key: passed, id } of added) {
      if (passed === undefined) continue
      keys.hold(passed, id)
      keys.passed(passed)
    }
    if (this.waiting === 0) this.#short.begin()
    this.#short.add(added)
    this.#nextId += envelopes.length
    this.records += envelopes.length
    this.waiting += envelopes.length
    this.bytes += bytes
    this.waitingBytes += bytes
    this.#arrived(now)
    return 0
  }

  take(limits: StoreLimits): ReadonlyArray<Envelope<A>> {
    const again = this.#takeAgain()
    const { batch, number } = again ?? this.#takeNew(limits)
    for (const envelope of batch) {
      this.#batches.set(envelope.id, number)
      this.#taken.set(envelope.id, envelope)
      this.#parts.keys.take(envelope)
      this.waitingBytes -= envelope.size
    }
    this.waiting -= batch.length
    return batch
  }

  isIntact(): boolean {
    return this.#parts.presence.look()
  }

  oldest(): Millis | undefined {
    for (const { arrivedAt } of this.#taken.values()) return arrivedAt
    try {
      if (this.waiting > 0) { for (const { arrivedAt } of this.#waiting()) return arrivedAt }
    } catch {
      // The lane meets the same fault with its next batch, and reports it.
    }
    return undefined
  }

  split(second: ReadonlyArray<Envelope<A>>): void {
    const { unfinished, writer } = this.#parts
    const ids = second.filter((envelope): envelope is Stored<A> => this.#holds(envelope)).map(({ id }) => id)
    const batch = ids.length === 0 ? undefined : this.#batches.get(ids[0]!)
    if (batch === undefined) return
    this.#nextBatch += 1
    unfinished.makeRoomAfter(batch)
    for (const [id, number] of this.#batches) if (number > batch) this.#batches.set(id, number + 1)
    for (const id of ids) this.#batches.set(id, batch + 1)
    writer.eventually(() => unfinished.split(ids, batch))
  }

  markLossy(isLossy: boolean): void {
    const { lossy, writer } = this.#parts
    writer.eventually(() => lossy.write(isLossy))
  }

  settle(envelopes: ReadonlyArray<Envelope<A>>): void {
    this.#remove(this.#letGo(envelopes))
    const { dead, now } = this.#parts
    dead.look(now())
  }

  deadLetter(envelopes: ReadonlyArray<Envelope<A>>, reason: string, now: Millis): void {
    const { dead, keys, lossy } = this.#parts
    const held = envelopes.filter((envelope): envelope is Stored<A> => this.#holds(envelope))
    for (const envelope of held) {
      if (envelope.key !== undefined && !envelope.newer) keys.deadLetter(envelope.key, envelope.id)
    }
    const marks = marksOf(held)
    const write = (): void => {
      lossy.write(true)
      dead.write(marks, reason, now)
    }
    this.#remove(this.#letGo(held), write, () => dead.written(marks.length, now))
  }

  dropUntil(bounds: StoreLimits): ReadonlyArray<Envelope<A>> {
    let { records, bytes } = this
    if (records <= bounds.records && bytes <= bounds.bytes) return none
    const given: Array<Stored<A>> = []
    for (const envelope of this.#waiting()) {
      const within = records <= bounds.records && bytes <= bounds.bytes
      if (within && envelope.grp !== given.at(-1)?.grp) break
      given.push(envelope)
      records -= 1
      bytes -= envelope.size
    }
    return this.#giveUp(given)
  }

  expire(before: Millis): ReadonlyArray<Envelope<A>> {
    const given: Array<Stored<A>> = []
    if (this.waiting === 0) return none
    for (const envelope of this.#waiting()) {
      if (envelope.arrivedAt < before) given.push(envelope)
      else if (this.#rising) break
    }
    return this.#giveUp(given)
  }

  older(envelopes: ReadonlyArray<Envelope<A>>, before: Millis): ReadonlyArray<Envelope<A>> {
    return envelopes.filter((envelope) => this.#holds(envelope) && envelope.arrivedAt < before)
  }

  clear(): ReadonlyArray<Envelope<A>> {
    return this.waiting === 0 ? none : this.#giveUp([...this.#waiting()])
  }

  superseded(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<number> {
    const indices: Array<number> = []
    for (let index = 0; index < envelopes.length; index++) {
      const envelope = envelopes[index]!
      if (this.#holds(envelope) && envelope.superseded) indices.push(index)
    }
    return indices
  }

  /** What an earlier process had taken and not settled, batch by batch. */
  #takeAgain(): Taken<A> | undefined {
    const { keys, unfinished, writer } = this.#parts
    const next = () => this.#read(() => unfinished.next())
    for (let given = next(); given !== undefined; given = next()) {
      const batch = given.rows.map((row) => this.#envelope(row)).filter(({ id }) => !this.#gone.has(id))
      for (const envelope of batch) {
        if (envelope.key !== undefined && keys.hasNewer(envelope.key, envelope.id)) envelope.newer = true
      }
      if (batch.length === 0) continue
      const marks = marksOf(batch)
      writer.eventually(() => unfinished.again(marks))
      return { batch, number: given.batch }
    }
    return undefined
  }

  #takeNew(limits: StoreLimits): Taken<A> {
    const { entries, keys, writer } = this.#parts
    const given: Array<Stored<A>> = []
    let bytes = 0
    let cut = 0
    let more = false
    for (const envelope of this.#waiting()) {
      const before = given.at(-1)
      if (before !== undefined && before.grp !== envelope.grp) cut = given.length
      bytes += envelope.size
      more = cut > 0 && (given.length >= limits.records || bytes > limits.bytes || envelope.runId !== before?.runId)
      if (more) break
      given.push(envelope)
    }
    const batch = more ? given.slice(0, cut) : given
    const last = batch.at(-1)
    if (last === undefined) return { batch, number: 0 }
    this.#head = last.id
    this.#short.remove(batch)
    for (const envelope of batch) {
      envelope.newer ||= envelope.key !== undefined && keys.hasNewer(envelope.key, envelope.id)
      envelope.superseded = envelope.newer
    }
    const number = this.#nextBatch++
    const marks = marksOf(batch)
    writer.eventually(() => entries.take(marks, number))
    return { batch, number }
  }

  /** All that waits, in the order of arrival. */
  #waiting(): Iterable<Stored<A>> {
    return this.#short.isWhole ? this.#short : this.#waitingInFile()
  }

  *#waitingInFile(): Generator<Stored<A>> {
    try {
      for (const row of this.#parts.entries.after(this.#head)) {
        const id = Number(row["id"])
        if (!this.#taken.has(id) && !this.#gone.has(id)) yield this.#envelope(row)
      }
    } catch (cause) {
      throw outboxFaultOf(this.#parts.path, "read", cause)
    }
  }

  #read<B>(body: () => B): B {
    try {
      return body()
    } catch (cause) {
      throw outboxFaultOf(this.#parts.path, "read", cause)
    }
  }

  #envelope(row: Row): Stored<A> {
    return envelopeOf(row, this.#parts.runs.named(Number(row["run"])))
  }

  #holds(envelope: Envelope<A>): envelope is Stored<A> {
    return this.#taken.get((envelope as Stored<A>).id) === envelope
  }

  /** Takes from the lane what it has in its hands. Others, such as the lane's own notices, are not ours. */
  #letGo(envelopes: ReadonlyArray<Envelope<A>>): ReadonlyArray<Stored<A>> {
    const held = envelopes.filter((envelope): envelope is Stored<A> => this.#holds(envelope))
    for (const { id } of held) {
      this.#taken.delete(id)
      this.#batches.delete(id)
    }
    return held
  }

  #giveUp(given: ReadonlyArray<Stored<A>>): ReadonlyArray<Envelope<A>> {
    for (const { size } of given) this.waitingBytes -= size
    this.waiting -= given.length
    this.#short.remove(given)
    this.#remove(given, () => this.#parts.lossy.write(true))
    return given
  }

  /** They are held no more; `also` is written in the same transaction. Nothing here keeps a text while the write is pending. */
  #remove(
    gone: ReadonlyArray<Stored<A>>,
    also: () => void = () => {},
    written: () => void = () => {},
  ): void {
    if (gone.length === 0) return
    const { entries, housekeeping, keys, writer } = this.#parts
    const ids = gone.map(({ id }) => id).sort((one, other) => one - other)
    let bytes = 0
    for (const envelope of gone) {
      bytes += envelope.size
      this.#gone.add(envelope.id)
      keys.release(envelope)
    }
    this.records -= gone.length
    this.bytes -= bytes
    if (this.records === 0) {
      this.#latest = -Infinity
      this.#rising = true
    }
    writer.eventually(() => {
      also()
      entries.remove(ids)
    }, () => {
      for (const id of ids) this.#gone.delete(id)
      written()
    })
    if (writer.settled) housekeeping.removed(bytes, this.records === 0)
  }

  #arrived(at: Millis): void {
    if (at < this.#latest) this.#rising = false
    this.#latest = Math.max(this.#latest, at)
  }

  /** Says, within a transaction, that a newer record of this key has arrived. */
  #markPassed(key: string): void {
    const { dead, entries, keys } = this.#parts
    const taken = keys.takenOf(key)
    if (taken !== undefined) entries.markNewer(taken.id)
    const superseded = keys.deadOf(key)
    if (superseded !== undefined) dead.mark(superseded)
  }
}
