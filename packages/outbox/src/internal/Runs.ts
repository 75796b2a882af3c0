/** The names of runs, kept once for all entries of a run. */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import { pragma, transact } from "./database.ts"
import type { NamedRun } from "./StoredEnvelope.ts"

/**
 * Every opening begins runs of its own, also where a replay has the name of an earlier one: sequence numbers begin
 * again, and a batch must not hold two that are the same.
 */
export class Runs {
  readonly #insert: StatementSync
  readonly #known = new Map<number, NamedRun>()
  readonly #ids = new Map<string, number>()
  #unsure: Array<readonly [string, number]> = []
  #next: number

  /** How often the file has been opened for a lane, this time included. */
  readonly term: number

  /** Forgets the runs that nothing is left of. */
  constructor(db: DatabaseSync) {
    this.term = countTerm(db)
    db.exec("DELETE FROM runs WHERE id NOT IN (SELECT run FROM entries UNION SELECT run FROM dead_letters)")
    this.#insert = db.prepare("INSERT INTO runs (id, run, term) VALUES (?, ?, ?)")
    for (const { id, run, term } of db.prepare("SELECT id, run, term FROM runs").iterate()) {
      this.#known.set(Number(id), { name: String(run), term: Number(term) })
    }
    this.#next = Math.max(0, ...this.#known.keys()) + 1
  }

  named(id: number): NamedRun {
    return this.#known.get(id) ?? { name: "", term: 0 }
  }

  /** The id of a run, written within the transaction where it is new. It holds once that is `kept`. */
  idOf(run: string): number {
    const known = this.#ids.get(run) ?? this.#unsure.find(([name]) => name === run)?.[1]
    if (known !== undefined) return known
    const id = this.#next++
    this.#insert.run(id, run, this.term)
    this.#unsure.push([run, id])
    return id
  }

  /** The transaction is over. */
  kept(committed: boolean): void {
    if (committed) {
      for (const [run, id] of this.#unsure) {
        this.#ids.set(run, id)
        this.#known.set(id, { name: run, term: this.term })
      }
    }
    this.#unsure = []
  }
}

/**
 * Counts this opening. On the disk before anything has its number: a destination must not see one term twice, whatever a
 * power failure takes from the file.
 */
const countTerm = (db: DatabaseSync): number => {
  const synchronous = pragma(db, "synchronous")
  db.exec("PRAGMA synchronous = FULL")
  const term = transact(db, () => db.prepare("UPDATE term SET term = term + 1 RETURNING term").get()?.["term"])
  db.exec(`PRAGMA synchronous = ${synchronous}`)
  return Number(term)
}
