/** Returns disk space, in small steps between batches. */
import { statSync } from "node:fs"
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { busyMillis, pragma, walBytes } from "./database.ts"
import type { OutboxWriter } from "./OutboxWriter.ts"

/** Free space that is kept for what comes next. */
const spareBytes = 4 * 1024 * 1024
/** Space returned in one step: some 10 ms. */
const stepBytes = 2 * 1024 * 1024
/** Removed between two looks: while entries are left, and when none is. */
const lookBytes = { some: 1024 * 1024, none: 64 * 1024 }

/** Keeps the file and its write-ahead log from staying as large as they once were. */
export class Housekeeping {
  readonly #db: DatabaseSync
  readonly #wal: string
  readonly #writer: OutboxWriter
  readonly #free: StatementSync
  readonly #pages: StatementSync
  readonly #pageBytes: number
  #removed = 0

  constructor(db: DatabaseSync, path: string, writer: OutboxWriter) {
    this.#db = db
    this.#wal = `${path}-wal`
    this.#writer = writer
    this.#free = db.prepare("PRAGMA freelist_count")
    this.#pages = db.prepare("PRAGMA page_count")
    this.#pageBytes = pragma(db, "page_size")
  }

  /** Entries of this many bytes are gone. */
  removed(bytes: number, empty: boolean): void {
    this.#removed += bytes
    if (this.#removed < (empty ? lookBytes.none : lookBytes.some)) return
    this.#removed = 0
    this.#writer.attempt(() => {
      const free = Number(this.#free.get()?.["freelist_count"])
      const most = free * 2 > Number(this.#pages.get()?.["page_count"])
      // Fewer free pages than that will be filled again, and returning them moves the pages after them.
      if (free * this.#pageBytes > spareBytes && (empty || most)) {
        this.#db.exec(`PRAGMA incremental_vacuum(${Math.ceil(stepBytes / this.#pageBytes)})`)
      }
      if (empty) this.#truncate()
    })
  }

  /** The log goes back to its limit by itself, unless somebody was reading; and keeps a single large write. */
  #truncate(): void {
    if (statSync(this.#wal).size <= walBytes) return
    this.#db.exec("PRAGMA busy_timeout = 0")
    this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    this.#db.exec(`PRAGMA busy_timeout = ${busyMillis}`)
  }
}
