/** SQLite as the runtime brings it, and its errors in the words of an outbox. */
import type * as sqliteModule from "node:sqlite"
import { OutboxError, type OutboxFault } from "../OutboxError.ts"

/** Whether this runtime has `node:sqlite`: Node from 22.13 on, Deno, Bun. */
export const hasSqlite = (): boolean => process.getBuiltinModule("node:sqlite") !== undefined

/**
 * `node:sqlite`, loaded when a database is opened: some versions of Node warn that it is experimental, which says nothing
 * to a user who has no outbox. Throws where the runtime does not have it.
 */
export const loadSqlite = (): typeof sqliteModule => {
  const module = process.getBuiltinModule("node:sqlite")
  if (module !== undefined) return module
  throw new Error(
    `This runtime (Node ${process.version}) has no node:sqlite: use Node 22.13 or newer without --no-experimental-sqlite`,
  )
}

/** The result codes that mean something to us: https://www.sqlite.org/rescode.html. */
export const sqlite = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const

/** The primary result code of an error of SQLite. Undefined for any other. */
export const sqliteCodeOf = (cause: unknown): number | undefined =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number" ? cause.errcode & 0xff : undefined

const faults: Readonly<Record<number, readonly [OutboxFault, string]>> = {
  [sqlite.permission]: ["refused", "the file or its folder may not be written; change its permissions or its path"],
  [sqlite.readOnly]: ["refused", "the file or its folder may not be written; change its permissions or its path"],
  [sqlite.cannotOpen]: ["refused", "the file cannot be opened; see that its folder exists and may be written"],
  [sqlite.busy]: ["locked", "another process is at work in it; try again"],
  [sqlite.locked]: ["locked", "another process is at work in it; try again"],
  [sqlite.full]: ["full", "there is no room on the disk, or within maxFileBytes; make room, it goes on by itself"],
  [sqlite.notADatabase]: ["foreign", "it is no SQLite database; give another path, or move the file away"],
  [sqlite.corrupt]: [
    "corrupt",
    "the file is damaged; move it away with its -wal file to start an empty one (`sqlite3 FILE .recover` may save some)",
  ],
}

/** An {@link OutboxError} for what SQLite or the file system threw. */
export const outboxFaultOf = (path: string, verb: "open" | "read" | "write" | "lock", cause: unknown): OutboxError => {
  if (cause instanceof OutboxError) return cause
  const [fault, why] = faults[sqliteCodeOf(cause) ?? -1] ?? fromSystem(cause)
  return new OutboxError(fault, path, `Cannot ${verb} the outbox ${path}: ${why}`, { cause })
}

const fromSystem = (cause: unknown): readonly [OutboxFault, string] => {
  const why = cause instanceof Error ? cause.message : String(cause)
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return ["refused", `${why}; change its permissions or its path`]
  }
  if (code === "ENOSPC") return ["full", `${why}; make room`]
  return ["failed", `${why}; see the cause`]
}
