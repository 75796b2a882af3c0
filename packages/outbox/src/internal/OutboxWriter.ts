/** Transactions that fail in one of two ways: `add` says so at once, everything else is owed. */
import type { DatabaseSync } from "node:sqlite"
import type { OutboxEvent } from "../OutboxError.ts"
import { transact } from "./database.ts"
import { outboxFaultOf } from "./sqlite.ts"

interface Debt {
  readonly write: () => void
  readonly written: () => void
}

const portionDebts = 64

/**
 * Writes to the file, in order.
 *
 * What the lane has done already (taken, delivered, buried) cannot be refused. Where the disk does not take it, it is
 * remembered here and written before whatever comes next; a crash meanwhile finds the rows as they were, so they are
 * delivered again: never lost.
 */
export class OutboxWriter {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #onEvent: (event: OutboxEvent) => void
  #owed: Array<Debt> = []
  #failing = false

  constructor(db: DatabaseSync, path: string, onEvent: (event: OutboxEvent) => void) {
    this.#db = db
    this.#path = path
    this.#onEvent = onEvent
  }

  /** Whether the file has everything. */
  get settled(): boolean {
    return this.#owed.length === 0
  }

  /** Writes, or throws and has written nothing. What is owed goes first. */
  now(write: () => void): void {
    try {
      this.#payAll()
      transact(this.#db, write)
    } catch (cause) {
      throw outboxFaultOf(this.#path, "write", cause)
    }
  }

  /** Writes now, or as soon as it can be done. `written` is called once it is. */
  eventually(write: () => void, written: () => void = () => {}): void {
    this.#owed.push({ write, written })
    this.attempt(() => this.#payAll())
  }

  /** Does what may be left undone, and tells where it fails. */
  attempt(body: () => void): void {
    try {
      body()
    } catch (cause) {
      if (this.#failing) return
      this.#failing = true
      this.#onEvent({ _tag: "Failing", error: outboxFaultOf(this.#path, "write", cause) })
    }
  }

  /** Writes what is owed, or throws. */
  flush(): void {
    this.#payAll()
  }

  /** In portions: where the disk is still full, only the first of them is tried in vain. */
  #payAll(): void {
    while (this.#owed.length > 0) {
      const portion = this.#owed.slice(0, portionDebts)
      transact(this.#db, () => {
        for (const { write } of portion) write()
      })
      this.#owed = this.#owed.slice(portionDebts)
      for (const { written } of portion) written()
    }
    if (!this.#failing) return
    this.#failing = false
    this.#onEvent({ _tag: "Recovered" })
  }
}
