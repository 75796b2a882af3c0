/** What an earlier process left: batches that it had taken and not settled, and losses that it may not have reported. */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { EntryMark } from "./Entries.ts"
import type { Row } from "./StoredEnvelope.ts"

const columns = "id, grp, run, seq, part, origin, at, session, epoch, control, last, arrived_at, size, key, text"

/** Gives them one by one, in the order in which they were first given. */
export class Unfinished {
  readonly #batches: Array<number>
  readonly #select: StatementSync
  readonly #again: StatementSync
  readonly #shift: StatementSync
  readonly #move: StatementSync
  /** The number of the next new batch. */
  readonly nextBatch: number

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(
      `SELECT ${columns}, taken.superseded AS superseded, taken.newer AS newer, entries.times + taken.times AS times
       FROM taken JOIN entries USING (id) WHERE batch = ? ORDER BY id`,
    )
    this.#again = db.prepare("UPDATE taken SET times = times + 1, newer = ? WHERE id = ?")
    this.#shift = db.prepare("UPDATE taken SET batch = batch + 1 WHERE batch > ?")
    this.#move = db.prepare("UPDATE taken SET batch = ? WHERE id = ?")
    this.#batches = db.prepare("SELECT DISTINCT batch FROM taken ORDER BY batch").all().map(({ batch }) =>
      Number(batch)
    )
    this.nextBatch = (this.#batches.at(-1) ?? 0) + 1
  }

  /** What is left of the next batch: perhaps nothing; and its number. Undefined when there is no next one. */
  next(): { readonly batch: number; readonly rows: ReadonlyArray<Row> } | undefined {
    const batch = this.#batches[0]
    if (batch === undefined) return undefined
    const rows = this.#select.all(batch)
    this.#batches.shift()
    return { batch, rows }
  }

  /** Writes, within a transaction, that a batch was given once more. */
  again(marks: ReadonlyArray<EntryMark>): void {
    for (const { id, newer } of marks) this.#again.run(newer ? 1 : 0, id)
  }

  /** Makes room for one more batch after this one. */
  makeRoomAfter(batch: number): void {
    for (const [index, later] of this.#batches.entries()) if (later > batch) this.#batches[index] = later + 1
  }

  /** Writes, within a transaction, that these are a batch of their own, right after the one that they were given in. */
  split(ids: ReadonlyArray<number>, batch: number): void {
    this.#shift.run(batch)
    for (const id of ids) this.#move.run(batch + 1, id)
  }
}

/** One row says that something was lost; it is written with the loss itself, so no crash comes in between. */
export class Lossy {
  readonly #insert: StatementSync
  readonly #remove: StatementSync
  /** How it was found. */
  readonly atOpening: boolean

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT OR IGNORE INTO losses (one) VALUES (1)")
    this.#remove = db.prepare("DELETE FROM losses")
    this.atOpening = db.prepare("SELECT one FROM losses").get() !== undefined
  }

  /** Within a transaction. */
  write(isLossy: boolean): void {
    if (isLossy) this.#insert.run()
    else this.#remove.run()
  }
}
