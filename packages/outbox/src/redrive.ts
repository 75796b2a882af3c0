/** Dead letters that are to be tried again. */
import type * as Effect from "effect/Effect"
import { offline } from "./internal/offline.ts"
import { shared } from "./internal/schema.ts"
import type { OutboxError } from "./OutboxError.ts"

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
 * Puts dead letters back among what waits, in the order of their first arrival: before everything newer, and behind a
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
