/** The tables of what waits and what is taken. */
import type { Envelope } from "@boltodds/sink"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { Row, Stored } from "./StoredEnvelope.ts"

/** An envelope that a lane took, as far as it is written down: no text, because the write may be pending for long. */
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
  readonly #after: StatementSync
  readonly #take: StatementSync
  readonly #takeRange: StatementSync
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
    this.#after = db.prepare("SELECT * FROM entries WHERE id > ? ORDER BY id")
    this.#take = db.prepare("INSERT INTO taken (id, batch, superseded, newer, times) VALUES (?, ?, 1, 1, 1)")
    this.#takeRange = db.prepare(
      `INSERT INTO taken (id, batch, superseded, newer, times)
       SELECT id, ?, 0, 0, 1 FROM entries WHERE id BETWEEN ? AND ?`,
    )
    this.#markNewer = db.prepare("UPDATE taken SET newer = 1 WHERE id = ?")
    this.#remove = db.prepare("DELETE FROM entries WHERE id BETWEEN ? AND ?")
    this.#removeTaken = db.prepare("DELETE FROM taken WHERE id BETWEEN ? AND ?")
  }

  insert(stored: Stored<unknown>): void {
    const { id, grp, runId, seq, part = 0, origin = null, at, session, epoch, arrivedAt, size, key = null, text } =
      stored
    const control = stored._tag === "Control" ? 1 : 0
    const last = stored.last ? 1 : 0
    this.#insert.run(id, grp, runId, seq, part, origin, at, session, epoch, control, last, arrivedAt, size, key, text)
  }

  /** All that is held after an id, in the order of arrival, read one by one. */
  after(id: number): Iterable<Row> {
    return this.#after.iterate(id)
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

  /** Writes that these, whose ids rise, are taken as one batch. */
  take(marks: ReadonlyArray<EntryMark>, batch: number): void {
    const plain: Array<number> = []
    for (const { id, newer } of marks) {
      if (newer) this.#take.run(id, batch)
      else plain.push(id)
    }
    for (const [first, last] of rangesOf(plain)) this.#takeRange.run(batch, first, last)
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
