/** Whether the readers of a lane may have a hole of which nobody has told them. */
import type { DatabaseSync, StatementSync } from "node:sqlite"

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
