/** Dead letters that nobody needs. */
import type * as Effect from "effect/Effect"
import { offline } from "./internal/offline.ts"
import type { OutboxError } from "./OutboxError.ts"
import type { DeadLetterChoice } from "./redrive.ts"

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
