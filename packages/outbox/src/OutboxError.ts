/** What can be wrong with an outbox, by what can be done about it. */

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
