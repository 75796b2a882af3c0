/** What can be wrong with an outbox, and what it reports. */

/**
 * `locked`: another process (or this one) has it open · `missing`: no such file · `foreign`: the file is something
 * else · `corrupt`: it is damaged · `newer`: a newer version wrote it · `older`: it must be upgraded before it can be
 * read · `gone`:
 * it was deleted or replaced while it was open · `full`: no room on the disk, or within `maxFileBytes` · `refused`: the operating system does not let us ·
 * `exposed`: other users could have forged what is in it, or can change it · `failed`: anything else, see the cause.
 */
export type OutboxFault =
  | "locked"
  | "missing"
  | "foreign"
  | "corrupt"
  | "newer"
  | "older"
  | "gone"
  | "full"
  | "refused"
  | "exposed"
  | "failed"

/**
 * An outbox could not be opened, read or written.
 *
 * The message says why and what to do. Whatever the fault, the file was not deleted, and what was committed before is
 * still in it.
 */
export class OutboxError extends Error {
  readonly _tag = "OutboxError"
  override readonly name: string = "OutboxError"
  readonly fault: OutboxFault
  readonly path: string

  constructor(fault: OutboxFault, path: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
    this.path = path
  }
}

/**
 * `Gone`: the file was deleted, replaced, or its folder removed: what it holds does not survive this process any more ·
 * `LogGone`: its write-ahead log was deleted, and is made again from what SQLite has open.
 *
 * `Failing`: a write failed; the lane goes on, and the write is pending: it is tried again before the next one. Until
 * `Recovered` a crash delivers again what was delivered meanwhile. A failing `add` is no event: it throws.
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
