/** One process at a time: a lock that ends with its process, killed or not. */
import { existsSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { OutboxError } from "../OutboxError.ts"
import { loadSqlite, outboxFaultOf, sqlite, sqliteCodeOf } from "./sqlite.ts"

const lockOf = (path: string): string => `${path}.lock`

/** Held here too: a connection that nothing refers to is closed by the garbage collector, and with it the lock is gone. */
const held = new Set<DatabaseSync>()

/** An empty database beside the outbox, held exclusively. It is never deleted: that would make two locks of one. */
export interface OutboxLock {
  readonly release: () => void
}

/**
 * Takes the lock, or throws at once an {@link OutboxError} that names the holder.
 *
 * The lock is SQLite's own on an empty file, so the operating system releases it with the process. It is not on the
 * outbox itself, which others may read meanwhile.
 */
export const acquireLock = (path: string): OutboxLock => {
  let db: DatabaseSync | undefined
  try {
    db = new (loadSqlite().DatabaseSync)(lockOf(path))
    // Not zero: a look at the lock (`isLocked`) holds it for a moment.
    db.exec("PRAGMA busy_timeout = 250")
    db.exec("BEGIN EXCLUSIVE")
    const taken = db
    held.add(taken)
    return {
      release: () => {
        held.delete(taken)
        taken.close()
      },
    }
  } catch (cause) {
    if (db?.isOpen) db.close()
    if (sqliteCodeOf(cause) !== sqlite.busy) throw outboxFaultOf(lockOf(path), "lock", cause)
    const pid = holderOf(path)
    const who = pid === undefined ? "another process" : pid === process.pid ? "this process" : `process ${pid}`
    throw new OutboxError(
      "locked",
      path,
      `Cannot open the outbox ${path}: ${who} has it open; stop that first, or give each lane a path of its own`,
      { cause },
    )
  }
}

/** Whether a process holds the lock now. */
export const isLocked = (path: string): boolean => {
  if (!existsSync(lockOf(path))) return false
  const db = new (loadSqlite().DatabaseSync)(lockOf(path), { readOnly: true })
  try {
    db.prepare("SELECT count(*) FROM sqlite_master").get()
    return false
  } catch (cause) {
    if (sqliteCodeOf(cause) === sqlite.busy) return true
    throw outboxFaultOf(lockOf(path), "read", cause)
  } finally {
    db.close()
  }
}

/**
 * The process that opened the outbox last: the holder, while there is one. Undefined where that cannot be read, and where
 * that process has ended: then another holds the lock.
 */
export const holderOf = (path: string): number | undefined => {
  let db: DatabaseSync | undefined
  try {
    db = new (loadSqlite().DatabaseSync)(path, { readOnly: true })
    const row = db.prepare("SELECT pid FROM holder").get()
    const pid = row?.["pid"]
    return typeof pid === "number" && Number.isSafeInteger(pid) && pid > 0 && hasProcess(pid) ? pid : undefined
  } catch {
    // A courtesy for a message: a holder that is only just making the file has no name yet.
    return undefined
  } finally {
    if (db?.isOpen) db.close()
  }
}

const hasProcess = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    // EPERM: it exists, and is another user's. The lock itself is this user's alone.
    return cause instanceof Error && "code" in cause && cause.code === "EPERM"
  }
}
