/** SQLite as the runtime brings it. */
import type * as sqliteModule from "node:sqlite"

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
