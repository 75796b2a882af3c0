/** Whether the files of an outbox are still where the next opening looks for them. */
import { type BigIntStats, statSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { OutboxError, type OutboxEvent } from "../OutboxError.ts"
import { outboxFaultOf } from "./sqlite.ts"
import type { OutboxWriter } from "./OutboxWriter.ts"

/** Looks at the files of an open outbox: SQLite goes on with a deleted file and does not notice. */
export class Presence {
  readonly #db: DatabaseSync
  readonly #path: string
  readonly #writer: OutboxWriter
  readonly #onEvent: (event: OutboxEvent) => void
  readonly #identity: string | undefined
  #log: string | undefined
  #isGone = false

  constructor(db: DatabaseSync, path: string, writer: OutboxWriter, onEvent: (event: OutboxEvent) => void) {
    this.#db = db
    this.#path = path
    this.#writer = writer
    this.#onEvent = onEvent
    this.#identity = identityOf(path)
    this.#log = identityOf(`${path}-wal`)
  }

  /** Looks now; reports once that the database is gone, and puts a log that is gone back in its place. */
  look(): boolean {
    if (this.#isGone) return false
    if (identityOf(this.#path) === this.#identity) {
      this.#keepLog()
      return true
    }
    this.#isGone = true
    this.#onEvent({ _tag: "Gone", error: gone(this.#path) })
    return false
  }

  /** The database of a log that was deleted lacks what is only in there: it is written to the database, and begun anew. */
  #keepLog(): void {
    const log = identityOf(`${this.#path}-wal`)
    if (log === this.#log) return
    if (log === undefined) {
      this.#onEvent({
        _tag: "LogGone",
        error: outboxFaultOf(this.#path, "write", new Error("its -wal file was deleted")),
      })
      this.#writer.attempt(() => {
        this.#db.exec("PRAGMA journal_mode = DELETE")
        this.#db.exec("PRAGMA journal_mode = WAL")
        this.#db.exec("UPDATE holder SET since = since")
      })
    }
    this.#log = identityOf(`${this.#path}-wal`)
  }
}

/** Which file has a name; undefined where none has. A folder that cannot be read has lost it as well. */
const identityOf = (path: string): string | undefined => {
  let stats: BigIntStats | undefined
  try {
    stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    // A folder that became a file, a disk that is gone: no later opening finds it.
    return undefined
  }
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}

const gone = (path: string): OutboxError =>
  new OutboxError(
    "gone",
    path,
    `The outbox ${path} was deleted or replaced while it is in use: what it holds is delivered as long as this process ` +
      "runs, and is lost with it. Restart to begin a new outbox, and find out what removes files there.",
  )
