/** What happens to an outbox beside its lane's work, for logs and reports. */
import type { OutboxError } from "./OutboxError.ts"

/**
 * `Failing`: a write failed; the lane goes on, what was to be written is owed and tried again before the next write.
 * Until `Recovered` a crash delivers again what was delivered meanwhile. A failing `add` is not told here: it throws.
 *
 * `DeadLettersDropped`: this many dead letters, the oldest, were removed for good: older than the retention (`age`) or
 * more than it keeps (`count`).
 */
export type OutboxEvent =
  | { readonly _tag: "Failing"; readonly error: OutboxError }
  | { readonly _tag: "Recovered" }
  | { readonly _tag: "DeadLettersDropped"; readonly count: number; readonly because: "age" | "count" }
