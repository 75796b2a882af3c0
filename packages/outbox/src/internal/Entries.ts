/** The tables of what waits and what is taken. */
import type { Envelope } from "@boltodds/sink"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { Row, Stored } from "./StoredEnvelope.ts"

/** What the store adds to an envelope. */
export interface Place {
  readonly id: number
  /** The id of the last of its group. */
  readonly grp: number
  readonly run: number
  readonly arrivedAt: number
  readonly size: number
  readonly key: string | undefined
}

/** An envelope that a lane took, as far as it is written down: no text, because this may be owed for long. */
export interface EntryMark {
  readonly id: number
  readonly newer: boolean
  readonly times: number
}

/** What is to be written of envelopes. */
export const marksOf = (envelopes: ReadonlyArray<Stored<unknown>>): ReadonlyArray<EntryMark> =>
  envelopes.map(({ id, newer, times }) => ({ id, newer, times }))

/** Statements, to be run within a transaction of the caller where they write. */
export class Entries {
  readonly #db: DatabaseSync
  readonly #insert: StatementSync
  readonly #behind: StatementSync
  readonly #take: StatementSync
  readonly #markNewer: StatementSync
  readonly #remove: StatementSync
  readonly #removeTaken: StatementSync

  constructor(db: DatabaseSync) {
    this.#db = db
    this.#insert = db.prepare(
      `INSERT INTO entries
         (id, grp, run, seq, part, origin, at, session, epoch, control, last, arrived_at, size, key, text)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#behind = db.prepare("SELECT * FROM entries WHERE id > ? ORDER BY id")
    this.#take = db.prepare("INSERT INTO taken (id, batch, superseded, newer, times) VALUES (?, ?, ?, ?, 1)")
    this.#markNewer = db.prepare("UPDATE taken SET newer = 1 WHERE id = ?")
    this.#remove = db.prepare("DELETE FROM entries WHERE id BETWEEN ? AND ?")
    this.#removeTaken = db.prepare("DELETE FROM taken WHERE id BETWEEN ? AND ?")
  }

  insert(envelope: Envelope<unknown>, place: Place): void {
    const { id, grp, run, arrivedAt, size, key } = place
    const { seq, part = 0, origin, at, session, epoch, text } = envelope
    const control = envelope._tag === "Control" ? 1 : 0
    const last = envelope.last ? 1 : 0
    const stamp = [seq, part, origin ?? null, at, session, epoch] as const
    this.#insert.run(id, grp, run, ...stamp, control, last, arrivedAt, size, key ?? null, text)
  }

  /** All that is held behind an id, in the order of arrival, read one by one. */
  behind(id: number): Iterable<Row> {
    return this.#behind.iterate(id)
  }

  /** Everything but the texts. */
  scan(): Iterable<Row> {
    return this.#db.prepare("SELECT id, size, arrived_at, key FROM entries ORDER BY id").iterate()
  }

  /** The first id that was never used by anything that is still there. */
  nextId(): number {
    const maxOf = (table: string): string => `ifnull((SELECT max(id) FROM ${table}), 0)`
    const row = this.#db.prepare(`SELECT max(${maxOf("entries")}, ${maxOf("dead_letters")}) AS id`).get()
    return Number(row?.["id"]) + 1
  }

  take(marks: ReadonlyArray<EntryMark>, batch: number): void {
    for (const { id, newer } of marks) this.#take.run(id, batch, newer ? 1 : 0, newer ? 1 : 0)
  }

  markNewer(id: number): void {
    this.#markNewer.run(id)
  }

  /** Ids rise. */
  remove(ids: ReadonlyArray<number>): void {
    for (const [first, last] of rangesOf(ids)) {
      this.#remove.run(first, last)
      this.#removeTaken.run(first, last)
    }
  }
}

/** The runs of consecutive ids in a rising list: what one statement can delete. */
const rangesOf = (ids: ReadonlyArray<number>): ReadonlyArray<readonly [first: number, last: number]> => {
  const ranges: Array<readonly [number, number]> = []
  let first = ids[0]
  for (let index = 0; index < ids.length; index++) {
    if (ids[index + 1] === ids[index]! + 1) continue
    ranges.push([first!, ids[index]!])
    first = ids[index + 1]
  }
  return ranges
}

/**
 * For each, the index of the last of its group. What is added ends a group, whatever its last one says, and so does
 * what belongs to one run.
 */
export const endsOf = (envelopes: ReadonlyArray<Envelope<unknown>>): ReadonlyArray<number> => {
  const ends = Array.from({ length: envelopes.length }, () => 0)
  let end = envelopes.length - 1
  for (let index = envelopes.length - 1; index >= 0; index--) {
    if (envelopes[index]!.last || envelopes[index]!.run !== envelopes[end]!.run) end = index
    ends[index] = end
  }
  return ends
}
