/** What an outbox had committed when its process was killed. */
import { copyFileSync, existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

/** One row of what is held. */
export interface Committed {
  readonly run: string
  readonly seq: number
  readonly text: string
}

/**
 * All that is held, waiting or taken, read from a copy, so that the file stays as the killed process left it. Nothing
 * where it was killed before it made the file.
 */
export const committedIn = (path: string, folder: string): ReadonlyArray<Committed> => {
  if (!existsSync(path)) return []
  const copy = `${folder}/copy.sqlite`
  copyFileSync(path, copy)
  for (const more of ["-wal", "-shm"]) if (existsSync(path + more)) copyFileSync(path + more, copy + more)
  const db = new DatabaseSync(copy)
  try {
    if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'entries'").get() === undefined) return []
    return db.prepare(
      "SELECT runs.run AS run, seq, text FROM entries JOIN runs ON runs.id = entries.run ORDER BY entries.id",
    )
      .all().map(({ run, seq, text }) => ({ run: String(run), seq: Number(seq), text: String(text) }))
  } finally {
    db.close()
  }
}
