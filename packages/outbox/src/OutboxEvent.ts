/** What happens to an outbox beside its lane's work, for logs and reports. */
import type { OutboxError } from "./OutboxError.ts"

/**
 * `Gone`: the file was deleted, replaced, or its folder removed: what it holds does not survive this process any more ·
 * `LogGone`: its write-ahead log was deleted, and is made again from what SQLite has open.
 *
 * `Failing`: a write failed; the lane goes on, what was to be written is owed and tried again before the next write.
 * Until `Recovered` a crash delivers again what was delivered meanwhile. A failing `add` is not told here: it throws.
 *
 * `Exposed`: a group, or others who use a mounted volume, can write in the folder of the file: the outbox is used, and
 * what is in it may be theirs.
 *
 * `DeadLettersDropped`: this many dead letters, the oldest, were removed for good: older than the retention (`age`) or
 * more than it keeps (`count`).
 */
export type OutboxEvent =
  | { readonly _tag: "Failing"; readonly error: OutboxError }
  | { readonly _tag: "Gone" | "LogGone" | "Exposed"; readonly error: OutboxError }
  | { readonly _tag: "Recovered" }
  | { readonly _tag: "DeadLettersDropped"; readonly count: number; readonly because: "age" | "count" }
