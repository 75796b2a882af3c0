/** What its destination will never take, kept for a while for somebody to look at. */
import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { OutboxEvent } from "../OutboxError.ts"
import type { EntryMark } from "./Entries.ts"
import type { Keys } from "./Keys.ts"
import { shared } from "./schema.ts"
import type { OutboxWriter } from "./OutboxWriter.ts"

/** How many dead letters are kept, and for how long. */
export interface DeadLetterBounds {
  readonly count: number
  readonly millis: number
}

/** Between two looks at the age of dead letters while none is added. */
const lookMillis = 60 * 60 * 1000

const columns = shared.replace("newer, times", "? AS newer, ? AS times")

/** The dead letters of one outbox. */
export class DeadLetters {
  readonly #writer: OutboxWriter
  readonly #keys: Keys
  readonly #bounds: DeadLetterBounds
  readonly #onEvent: (event: OutboxEvent) => void
  readonly #deadLetter: StatementSync
  readonly #mark: StatementSync
  readonly #dropOld: StatementSync
  readonly #dropOldest: StatementSync
  #count = 0
  #lookedAt = -Infinity

  constructor(
    db: DatabaseSync,
    writer: OutboxWriter,
    keys: Keys,
    bounds: DeadLetterBounds,
    onEvent: (event: OutboxEvent) => void,
  ) {
    this.#writer = writer
    this.#keys = keys
    this.#bounds = bounds
    this.#onEvent = onEvent
    this.#deadLetter = db.prepare(
      `INSERT OR REPLACE INTO dead_letters (${shared}, buried_at, reason) SELECT ${columns}, ?, ? FROM entries WHERE id = ?`,
    )
    this.#mark = db.prepare("UPDATE dead_letters SET newer = 1 WHERE id = ?")
    this.#dropOld = db.prepare("DELETE FROM dead_letters WHERE buried_at < ? RETURNING id, key")
    this.#dropOldest = db.prepare(
      // Counted when it is done: it may be pending for a while, and a negative limit would be no limit.
      `DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters ORDER BY buried_at, id
         LIMIT max(0, (SELECT count(*) FROM dead_letters) - ?)) RETURNING id, key`,
    )
    for (const row of db.prepare("SELECT id, key, newer FROM dead_letters ORDER BY id").iterate()) {
      this.#count += 1
      if (typeof row["key"] === "string" && row["newer"] === 0) keys.deadLetter(row["key"], Number(row["id"]))
    }
  }

  get count(): number {
    return this.#count
  }

  /** Copies entries, within a transaction. */
  write(marks: ReadonlyArray<EntryMark>, reason: string, now: number): void {
    for (const { id, newer, times } of marks) this.#deadLetter.run(newer ? 1 : 0, times + 1, now, reason, id)
  }

  /** They are in the file. */
  written(count: number, now: number): void {
    this.#count += count
    this.prune(now)
  }

  /** A newer record of the same key has arrived: says so, within a transaction. */
  mark(id: number): void {
    this.#mark.run(id)
  }

  /** Removes what is too old, and the oldest of what is too many. */
  prune(now: number): void {
    this.#lookedAt = now
    this.#drop("age", this.#dropOld, now - this.#bounds.millis)
    if (this.#count > this.#bounds.count) this.#drop("count", this.#dropOldest, this.#bounds.count)
  }

  /** The same, now and then: dead letters grow old while nothing happens to them. */
  look(now: number): void {
    if (this.#count > 0 && now - this.#lookedAt >= lookMillis) this.prune(now)
  }

  #drop(because: "age" | "count", statement: StatementSync, value: number): void {
    let dropped: ReturnType<StatementSync["all"]> = []
    this.#writer.eventually(() => dropped = statement.all(value), () => {
      for (const { id, key } of dropped) if (typeof key === "string") this.#keys.forget(key, Number(id))
      this.#count -= dropped.length
      if (dropped.length > 0) this.#onEvent({ _tag: "DeadLettersDropped", count: dropped.length, because })
    })
  }
}
