/**
 * A sink of your own: records into a table of SQLite, each exactly once.
 *
 * The table is a log, in the order of arrival, and no book: its newest price of a line may have been closed, suspended
 * or invalidated since (`control` is `gap_opened`, `stale`, …).
 */
import { sinkPlugin } from "@boltodds/config"
import { type Batch, type Sink, SinkError } from "@boltodds/sink"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { mkdirSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** `batch` and `nth` name a record for ever: what is delivered twice (after a crash, with an outbox) is stored once. */
const schema = (table: string): string => `
  CREATE TABLE IF NOT EXISTS "${table}" (
    batch TEXT NOT NULL, nth INTEGER NOT NULL, record TEXT NOT NULL,
    at TEXT AS (record ->> 'at'), change TEXT AS (record ->> 'change'), control TEXT AS (record ->> 'control'),
    sportsbook TEXT AS (record ->> 'sportsbook'), game TEXT AS (record ->> 'game'),
    outcome TEXT AS (record ->> 'outcome'), odds REAL AS (record ->> 'odds'),
    UNIQUE (batch, nth)
  )`

/** A locked, full or failing database may be better in a moment; another file than a database never will. */
const failure = (cause: unknown): SinkError => {
  const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : undefined
  const isPassing = code !== undefined && [5, 6, 10, 13].includes(code) // BUSY, LOCKED, IOERR, FULL
  return new SinkError({ rest: isPassing ? "retry" : "disable", cause })
}

export default sinkPlugin({
  kind: "sink",
  name: "sqlite",
  about: "Rows of a table in a SQLite database.",
  config: Schema.Struct({
    path: Schema.String.annotate({ description: "The database; a relative path starts at the configuration." }),
    table: Schema.optionalKey(
      Schema.String.check(Schema.isPattern(/^[A-Za-z_]\w*$/u, { expected: "the name of a table" })),
    ),
  }),
  // The usual one first; a table of raw events would be no recording.
  emits: ["changes", "quotes", "messages"],
  make: ({ path, table = "changes" }, { folder }) =>
    Effect.gen(function* () {
      const file = resolve(folder, path)
      const database = yield* Effect.acquireRelease(
        Effect.try({
          try: () => {
            mkdirSync(dirname(file), { recursive: true })
            const opened = new DatabaseSync(file)
            opened.exec(`PRAGMA journal_mode = WAL; ${schema(table)}`)
            return opened
          },
          catch: failure,
        }),
        (opened) => Effect.sync(() => opened.close()),
      )
      const insert = database.prepare(`INSERT OR IGNORE INTO "${table}" (batch, nth, record) VALUES (?, ?, ?)`)
      const store = ({ id, envelopes }: Batch<unknown>): void => {
        database.exec("BEGIN IMMEDIATE")
        try {
          for (const [nth, { text }] of envelopes.entries()) insert.run(id, nth, text)
          database.exec("COMMIT")
        } catch (cause) {
          // SQLite has rolled back by itself after some failures.
          if (database.isTransaction) database.exec("ROLLBACK")
          throw cause
        }
      }
      return {
        guarantee: "at-least-once",
        write: (batch) => Effect.try({ try: () => store(batch), catch: failure }),
        check: Effect.try({ try: () => void database.prepare(`SELECT 1 FROM "${table}"`).get(), catch: failure }),
      } satisfies Sink<unknown>
    }),
})
