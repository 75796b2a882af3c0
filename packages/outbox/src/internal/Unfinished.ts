/** The batches that an earlier process had taken and not settled. */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { Mark } from "./Entries.ts"
import type { Row } from "./StoredEnvelope.ts"

const columns = "id, grp, run, seq, part, origin, at, session, epoch, control, last, arrived_at, size, key, text"

/** Gives them one by one, in the order in which they were first given. */
export class Unfinished {
  readonly #batches: Array<number>
  readonly #select: StatementSync
  readonly #again: StatementSync
  /** The number of the next new batch. */
  readonly nextBatch: number

  constructor(db: DatabaseSync) {
    this.#select = db.prepare(
      `SELECT ${columns}, taken.superseded AS superseded, taken.newer AS newer, entries.times + taken.times AS times
       FROM taken JOIN entries USING (id) WHERE batch = ? ORDER BY id`,
    )
    this.#again = db.prepare("UPDATE taken SET times = times + 1, newer = ? WHERE id = ?")
    this.#batches = db.prepare("SELECT DISTINCT batch FROM taken ORDER BY batch").all().map(({ batch }) =>
      Number(batch)
    )
    this.nextBatch = (this.#batches.at(-1) ?? 0) + 1
  }

  /** What is left of the next batch: perhaps nothing. Undefined when there is no next one. */
  next(): ReadonlyArray<Row> | undefined {
    const batch = this.#batches[0]
    if (batch === undefined) return undefined
    const rows = this.#select.all(batch)
    this.#batches.shift()
    return rows
  }

  /** Writes, within a transaction, that a batch was given once more. */
  again(marks: ReadonlyArray<Mark>): void {
    for (const { id, newer } of marks) this.#again.run(newer ? 1 : 0, id)
  }
}
