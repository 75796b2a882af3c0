/** Dead letters that are tried again, or removed for good. */
import * as Effect from "effect/Effect"
import { shared } from "./internal/schema.ts"
import type { OutboxError } from "./OutboxError.ts"
import type { DatabaseSync } from "node:sqlite"
import { openFile, transact } from "./internal/database.ts"
import { outboxFaultOf } from "./internal/sqlite.ts"

/** Which dead letters: those of these ids, or all. */
export type DeadLetterChoice = { readonly ids: ReadonlyArray<number> } | { readonly all: true }

/** What to do with those that are history. */
export interface RedriveOptions {
  /** Whether those of which a newer record arrived since go too. Default false: an old price is not sent as if new. */
  readonly includeSuperseded?: boolean | undefined
}

/** What became of the dead letters that were asked for. */
export interface Redriven {
  /** Wait again. */
  readonly redriven: number
  /** Left where they were, because a newer record with the same key arrived since. */
  readonly skippedSuperseded: number
  /** Ids of which there is no dead letter. */
  readonly missing: number
}

/**
 * Puts dead letters back among what waits, in the order of their first arrival: before everything newer, and after a
 * batch that was not finished.
 *
 * Its lane must not be running. Each keeps its run, its number and the time of its arrival, so a lane with a greatest
 * age gives up what is beyond it all the same. Where only a part of a group comes back, none of it may say `last`.
 */
export const redrive = (
  path: string,
  choice: DeadLetterChoice,
  options: RedriveOptions = {},
): Effect.Effect<Redriven, OutboxError> =>
  offline(path, (db) => {
    const include = options.includeSuperseded === true
    const move = db.prepare(`INSERT INTO entries (${shared}) SELECT ${shared} FROM dead_letters WHERE id = ?`)
    const drop = db.prepare("DELETE FROM dead_letters WHERE id = ?")
    const found = db.prepare("SELECT newer FROM dead_letters WHERE id = ?")
    const ids = "all" in choice
      ? db.prepare("SELECT id FROM dead_letters ORDER BY id").all().map(({ id }) => Number(id))
      : [...new Set(choice.ids)]
    const result = { redriven: 0, skippedSuperseded: 0, missing: 0 }
    for (const id of ids) {
      const newer = found.get(id)?.["newer"]
      if (newer === undefined) result.missing += 1
      else if (newer === 1 && !include) result.skippedSuperseded += 1
      else {
        move.run(id)
        drop.run(id)
        result.redriven += 1
      }
    }
    return result
  })

/** What became of the dead letters that were asked for. */
export interface DeadDropped {
  /** Gone for good. */
  readonly dropped: number
  /** Ids of which there is no dead letter. */
  readonly missing: number
}

/** Removes dead letters for good. Its lane must not be running. What waits is not touched. */
export const dropDead = (path: string, choice: DeadLetterChoice): Effect.Effect<DeadDropped, OutboxError> =>
  offline(path, (db) => {
    if ("all" in choice) return { dropped: Number(db.prepare("DELETE FROM dead_letters").run().changes), missing: 0 }
    const drop = db.prepare("DELETE FROM dead_letters WHERE id = ?")
    const result = { dropped: 0, missing: 0 }
    for (const id of new Set(choice.ids)) {
      if (drop.run(id).changes === 0) result.missing += 1
      else result.dropped += 1
    }
    return result
  })

/** Opens a file that is there, runs `body` in one transaction that is on the disk when this returns, and closes it. */
const offline = <B>(path: string, body: (db: DatabaseSync) => B): Effect.Effect<B, OutboxError> =>
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
