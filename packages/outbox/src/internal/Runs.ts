/** The names of runs, kept once for all entries of a run. */
import type { DatabaseSync, StatementSync } from "node:sqlite"

/**
 * Every opening begins runs of its own, also where a replay has the name of an earlier one: sequence numbers begin
 * again, and a batch must not hold two that are the same.
 */
export class Runs {
  readonly #insert: StatementSync
  readonly #names = new Map<number, string>()
  readonly #ids = new Map<string, number>()
  #unsure: Array<readonly [string, number]> = []
  #next: number

  /** Forgets the runs that nothing is left of. */
  constructor(db: DatabaseSync) {
    db.exec("DELETE FROM runs WHERE id NOT IN (SELECT run FROM entries UNION SELECT run FROM dead_letters)")
    this.#insert = db.prepare("INSERT INTO runs (id, run) VALUES (?, ?)")
    for (const { id, run } of db.prepare("SELECT id, run FROM runs").iterate()) {
      this.#names.set(Number(id), String(run))
    }
    this.#next = Math.max(0, ...this.#names.keys()) + 1
  }

  nameOf(id: number): string {
    return this.#names.get(id) ?? ""
  }

  /** The id of a run, written within the transaction where it is new. It holds once that is `kept`. */
  idOf(run: string): number {
    const known = this.#ids.get(run) ?? this.#unsure.find(([name]) => name === run)?.[1]
    if (known !== undefined) return known
    const id = this.#next++
    this.#insert.run(id, run)
    this.#unsure.push([run, id])
    return id
  }

  /** The transaction is over. */
  kept(committed: boolean): void {
    if (committed) {
      for (const [run, id] of this.#unsure) {
        this.#ids.set(run, id)
        this.#names.set(id, run)
      }
    }
    this.#unsure = []
  }
}
