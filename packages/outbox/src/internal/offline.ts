/** Changes to the file of a lane that is not running. */
import * as Effect from "effect/Effect"
import type { DatabaseSync } from "node:sqlite"
import type { OutboxError } from "../OutboxError.ts"
import { openFile, transact } from "./database.ts"
import { outboxFaultOf } from "./faults.ts"

/** Opens a file that is there, runs `body` in one transaction that is on the disk when this returns, and closes it. */
export const offline = <B>(path: string, body: (db: DatabaseSync) => B): Effect.Effect<B, OutboxError> =>
  Effect.try({
    try: () => {
      const { db, close } = openFile(path, { fsync: true, create: false })
      try {
        return transact(db, () => body(db))
      } finally {
        close()
      }
    },
    catch: (cause) => outboxFaultOf(path, "write", cause),
  })
