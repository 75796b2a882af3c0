/** The file of an outbox: opened, checked, upgraded. */
import { ownUserId } from "@boltodds/machine"
import { existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import type { DatabaseSync } from "node:sqlite"
import { OutboxError } from "../OutboxError.ts"
import { loadSqlite, outboxFaultOf } from "./sqlite.ts"
import { acquireLock } from "./lock.ts"
import { keepPrivate, ownerOf, refuseExposed, refuseIrregular } from "./privacy.ts"
import { applicationId, migrations } from "./schema.ts"

/** How a file is opened for writing. */
export interface DatabaseOptions {
  /** Every commit reaches the disk before it returns. */
  readonly fsync: boolean
  /** No page beyond this many bytes. Default none. */
  readonly maxFileBytes?: number | undefined
  /** Whether a file that is not there is made. */
  readonly create: boolean
}

/** A file that is open for writing, by this process alone. */
export interface OpenFile {
  readonly path: string
  readonly db: DatabaseSync
  /** Who else can write in its folder, where that is allowed all the same. */
  readonly doubt: OutboxError | undefined
  /** Closes it and lets the next process in. */
  readonly close: () => void
}

/**
 * The pages of a new file: half as many of them are written for a batch as with the usual 4 KiB. Larger ones cost more
 * where records come singly.
 */
const pageBytes = 8_192

/** The write-ahead log is cut back to this when it starts again. */
export const walBytes = 16 * 1024 * 1024

/** While it is open no other process should write. One that does stops the event loop for this long at most. */
export const busyMillis = 100

/** One name for a file, whatever links lead to it: else it would have two locks. */
const realPath = (path: string): string => {
  const whole = resolve(path)
  if (existsSync(whole)) return realpathSync(whole)
  const folder = dirname(whole)
  if (lstatSync(whole, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    // A link to a file that is still to be made; one that leads in a circle is refused as what it is.
    const target = resolve(folder, readlinkSync(whole))
    if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return realPath(target)
  }
  return existsSync(folder) ? join(realpathSync(folder), basename(whole)) : whole
}

/** A new one is for this user alone; what is above it is as the umask says. */
const makeFolder = (folder: string): void => {
  if (existsSync(folder)) return
  mkdirSync(dirname(folder), { recursive: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Opens a file for writing, making and upgrading it where needed. Throws an {@link OutboxError}. */
export const openFile = (given: string, options: DatabaseOptions): OpenFile => {
  const wanted = resolve(given)
  if (!options.create && !existsSync(wanted)) throw missing(wanted)
  try {
    makeFolder(dirname(wanted))
  } catch (cause) {
    throw outboxFaultOf(wanted, "open", cause)
  }
  const path = realPath(wanted)
  const own = options.create ? ownUserId() : ownerOf(path)
  let doubt: OutboxError | undefined
  try {
    doubt = refuseExposed(wanted, path, own)
    keepPrivate(path)
  } catch (cause) {
    throw outboxFaultOf(path, "open", cause)
  }
  const lock = acquireLock(path)
  let db: DatabaseSync | undefined
  try {
    db = new (loadSqlite().DatabaseSync)(path)
    prepare(db, path, options)
    // Once more: what was not there before could have been put there meanwhile.
    refuseExposed(wanted, path, own)
    const opened = db
    return {
      path,
      db: opened,
      doubt,
      close: () => {
        try {
          opened.close()
        } finally {
          lock.release()
        }
      },
    }
  } catch (cause) {
    if (db?.isOpen) db.close()
    lock.release()
    throw outboxFaultOf(path, "open", cause)
  }
}

/** Opens a file for reading, beside a lane or without one. Throws an {@link OutboxError}. */
export const openToRead = (given: string): OpenFile => {
  const wanted = resolve(given)
  if (!existsSync(wanted)) throw missing(wanted)
  const path = realPath(wanted)
  let db: DatabaseSync | undefined
  try {
    refuseIrregular(path)
    db = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
    db.exec("PRAGMA busy_timeout = 2000")
    const version = versionOf(db, path)
    if (version < migrations.length) {
      throw new OutboxError(
        "older",
        path,
        `Cannot read the outbox ${path}: an earlier version wrote it, in format ${version}; this one reads format ` +
          `${migrations.length}. Run its pipeline once: that upgrades the file and keeps what is in it.`,
      )
    }
    const opened = db
    return { path, db: opened, doubt: undefined, close: () => opened.close() }
  } catch (cause) {
    if (db?.isOpen) db.close()
    throw outboxFaultOf(path, "read", cause)
  }
}

/** Runs `body` in one transaction: all of it is committed, or nothing. */
export const transact = <B>(db: DatabaseSync, body: () => B): B => {
  db.exec("BEGIN IMMEDIATE")
  try {
    const result = body()
    db.exec("COMMIT")
    return result
  } catch (cause) {
    // A full disk has rolled back already.
    if (db.isTransaction) db.exec("ROLLBACK")
    throw cause
  }
}

/** The number that a pragma returns. */
export const pragma = (db: DatabaseSync, name: string): number =>
  Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0])

const prepare = (db: DatabaseSync, path: string, options: DatabaseOptions): void => {
  db.exec("PRAGMA busy_timeout = 2000")
  // Before anything is changed: it may be somebody else's.
  const version = versionOf(db, path)
  if (version === 0) {
    db.exec(`PRAGMA page_size = ${pageBytes}`)
    db.exec("PRAGMA auto_vacuum = INCREMENTAL")
    // A process that was killed right here leaves a header that says otherwise.
    if (pragma(db, "auto_vacuum") !== 2) db.exec("VACUUM")
  }
  db.exec("PRAGMA journal_mode = WAL")
  db.exec(`PRAGMA synchronous = ${options.fsync ? "FULL" : "NORMAL"}`)
  db.exec(`PRAGMA journal_size_limit = ${walBytes}`)
  if (options.maxFileBytes !== undefined) {
    db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxFileBytes / pragma(db, "page_size")))}`)
  }
  transact(db, () => {
    for (const step of migrations.slice(version)) db.exec(step)
    if (version < migrations.length) {
      db.exec(`PRAGMA application_id = ${applicationId}`)
      db.exec(`PRAGMA user_version = ${migrations.length}`)
    }
    db.prepare("INSERT OR REPLACE INTO holder VALUES (1, ?, ?)").run(process.pid, Date.now())
  })
  db.exec(`PRAGMA busy_timeout = ${busyMillis}`)
}

/** The version of the format, 0 for an empty file. Throws where the file is not an outbox, or its version is unknown. */
const versionOf = (db: DatabaseSync, path: string): number => {
  const version = pragma(db, "user_version")
  const mark = pragma(db, "application_id")
  const tables = Number(db.prepare("SELECT count(*) AS tables FROM sqlite_master").get()?.["tables"])
  if (mark === 0 && version === 0 && tables === 0) return 0
  if (mark !== applicationId) {
    throw new OutboxError(
      "foreign",
      path,
      `Cannot open the outbox ${path}: it is the database of another program; give another path`,
    )
  }
  if (version > migrations.length) {
    throw new OutboxError(
      "newer",
      path,
      `Cannot open the outbox ${path}: a newer version wrote it (format ${version}, this one knows ${migrations.length}); ` +
        "upgrade this program, or let the newer one empty it",
    )
  }
  return version
}

const missing = (path: string): OutboxError =>
  new OutboxError(
    "missing",
    path,
    `Cannot open the outbox ${path}: there is no such file; see the path in the configuration`,
  )
