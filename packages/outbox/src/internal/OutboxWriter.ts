/** Transactions that fail in one of two ways: `add` throws at once, every other write becomes pending. */
import type { DatabaseSync } from "node:sqlite"
import type { OutboxEvent } from "../OutboxError.ts"
import { transact } from "./database.ts"
import { outboxFaultOf } from "./sqlite.ts"

interface PendingWrite {
  readonly write: () => void
  readonly written: () => void
}

const portionWrites = 64

/**
 * Writes to the file, in order.
 *
 * What the lane has done already (taken, delivered, dead-lettered) cannot be refused. Where the disk does not take it, it is
 * remembered here and written before whatever comes next; a crash meanwhile finds the rows as they were, so they are
 * delivered again: never lost.
 */
export class OutboxWriter {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #onEvent: (event: OutboxEvent) => void
  #pending: Array<PendingWrite> = []
  #failing = false

  constructor(db: DatabaseSync, path: string, onEvent: (event: OutboxEvent) => void) {
    this.#db = db
    this.#path = path
    this.#onEvent = onEvent
  }

  /** Whether the file has everything. */
  get settled(): boolean {
    return this.#pending.length === 0
  }

  /** Writes, or throws and has written nothing. Pending writes go first. */
  now(write: () => void): void {
    try {
      this.#writePending()
      transact(this.#db, write)
    } catch (cause) {
      throw outboxFaultOf(this.#path, "write", cause)
    }
  }

  /** Writes now, or as soon as it can be done. `written` is called once it is. */
  eventually(write: () => void, written: () => void = () => {}): void {
    this.#pending.push({ write, written })
    this.attempt(() => this.#writePending())
  }

  /** Does what may be left undone, and reports where it fails. */
  attempt(body: () => void): void {
    try {
      body()
    } catch (cause) {
      if (this.#failing) return
      this.#failing = true
      this.#onEvent({ _tag: "Failing", error: outboxFaultOf(this.#path, "write", cause) })
    }
  }

  /** Does the pending writes, or throws. */
  flush(): void {
    this.#writePending()
  }

  /** In portions: where the disk is still full, only the first of them is tried in vain. */
  #writePending(): void {
    while (this.#pending.length > 0) {
      const portion = this.#pending.slice(0, portionWrites)
      transact(this.#db, () => {
        for (const { write } of portion) write()
      })
      this.#pending = this.#pending.slice(portionWrites)
      for (const { written } of portion) written()
    }
    if (!this.#failing) return
    this.#failing = false
    this.#onEvent({ _tag: "Recovered" })
  }
}
